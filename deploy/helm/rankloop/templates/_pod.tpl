{{- /* The pod, alike for both ways to run it but for where the data lie. Takes {root, dataVolume}. */ -}}
{{- define "rankloop.pod" -}}
{{- $root := .root -}}
{{- with $root.Values -}}
metadata:
  labels:
    {{- include "rankloop.selectorLabels" $root | nindent 4 }}
    {{- with .podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "rankloop.serviceAccountName" $root }}
  # It never asks Kubernetes anything.
  automountServiceAccountToken: false
  # Services' addresses as variables are of no use here, and a Service named "rankloop" would set RANKLOOP_PORT.
  enableServiceLinks: false
  {{- with .imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  # The pause before the stop, ten seconds in which the server ends by itself, and five to spare.
  terminationGracePeriodSeconds: {{ add .preStopSeconds 15 }}
  securityContext:
    {{- toYaml .podSecurityContext | nindent 4 }}
  containers:
    - name: rankloop
      image: {{ include "rankloop.image" $root | quote }}
      imagePullPolicy: {{ .image.pullPolicy }}
      args: [serve]
      securityContext:
        {{- toYaml .securityContext | nindent 8 }}
      env:
        {{- include "rankloop.env" $root | nindent 8 }}
      ports:
        - name: http
          containerPort: 8080
          protocol: TCP
      {{- include "rankloop.probes" $root | nindent 6 }}
      {{- if .preStopSeconds }}
      lifecycle:
        preStop:
          exec:
            command: [sleep, {{ .preStopSeconds | quote }}]
      {{- end }}
      resources:
        {{- toYaml .resources | nindent 8 }}
      volumeMounts:
        - name: data
          mountPath: /var/lib/rankloop
        - name: tmp
          mountPath: /tmp
        {{- if .tls.existingSecret }}
        - name: tls
          mountPath: /etc/rankloop/tls
          readOnly: true
        {{- end }}
  volumes:
    {{- with $.dataVolume }}
    - name: data
      {{- toYaml . | nindent 6 }}
    {{- end }}
    - name: tmp
      emptyDir: {}
    {{- with .tls.existingSecret }}
    - name: tls
      secret:
        secretName: {{ . }}
    {{- end }}
  {{- with .nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if and .topologySpread.enabled (eq .database.engine "postgresql") }}
  topologySpreadConstraints:
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: {{ $root.Values.topologySpread.whenUnsatisfiable }}
      labelSelector:
        matchLabels:
          {{- include "rankloop.selectorLabels" $root | nindent 10 }}
    {{- end }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "rankloop.env" -}}
- name: RANKLOOP_ADDR
  value: 0.0.0.0:8080
- name: RANKLOOP_DATA_DIR
  value: /var/lib/rankloop
{{- if eq .Values.database.engine "postgresql" }}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.existingSecret }}
      key: {{ .Values.database.existingSecretKey }}
{{- end }}
{{- with .Values.adminToken.existingSecret }}
- name: RANKLOOP_ADMIN_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $.Values.adminToken.existingSecretKey }}
{{- end }}
{{- with include "rankloop.publicUrl" . }}
- name: RANKLOOP_PUBLIC_URL
  value: {{ . | quote }}
{{- end }}
- name: RANKLOOP_NO_DEMO
  value: {{ not .Values.server.demo | quote }}
- name: RANKLOOP_DURABILITY
  value: {{ .Values.server.durability }}
{{- if .Values.tls.existingSecret }}
- name: RANKLOOP_TLS_CERT
  value: /etc/rankloop/tls/tls.crt
- name: RANKLOOP_TLS_KEY
  value: /etc/rankloop/tls/tls.key
{{- end }}
{{- range $name, $value := dict "RANKLOOP_MAX_BODY_BYTES" .Values.server.maxBodyBytes "RANKLOOP_MAX_ACTIONS" .Values.server.maxActions "RANKLOOP_MAX_QUEUED" .Values.server.maxQueued "RANKLOOP_RATE_LIMIT" .Values.server.rateLimit "RANKLOOP_RATE_BURST" .Values.server.rateBurst }}
{{- if $value }}
- name: {{ $name }}
  {{- /* A plain number of YAML may arrive as a float, which would be written as 1e+06. */}}
  value: {{ $value | int64 | quote }}
{{- end }}
{{- end }}
- name: RUST_LOG
  value: {{ .Values.server.log | quote }}
{{- with .Values.server.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "rankloop.probes" -}}
{{- $scheme := ternary "HTTPS" "HTTP" (not (empty .Values.tls.existingSecret)) -}}
# Until it has loaded its loops; the two others wait for this one.
startupProbe:
  httpGet: { path: /readyz, port: http, scheme: {{ $scheme }} }
  periodSeconds: 2
  failureThreshold: {{ div (add .Values.startup.mostSeconds 1) 2 }}
readinessProbe:
  httpGet: { path: /readyz, port: http, scheme: {{ $scheme }} }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
# Slow to judge: a restart helps nothing but a process that hangs.
livenessProbe:
  httpGet: { path: /healthz, port: http, scheme: {{ $scheme }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end }}
