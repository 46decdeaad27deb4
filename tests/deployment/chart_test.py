"""The Helm chart, rendered by Helm's own engine, against Kubernetes' own schemas and against what we promise."""

import functools
import json
import shutil
import tempfile
import unittest
import warnings

import kubernetes_validate
import yaml

import house

try:
    import helm_python as helm
except ImportError:
    helm = None

CHART = house.DEPLOY / "helm" / "rankloop"
# The oldest that Chart.yaml allows, and the newest whose schema we have.
KUBERNETES = ["1.25", "1.37"]
# Kinds of the Prometheus Operator, which Kubernetes' schemas do not know.
FOREIGN = {"ServiceMonitor", "PrometheusRule"}

SINGLE = {}
MANY = {"database": {"engine": "postgresql", "existingSecret": "database"}}
EVERYTHING = {
    "adminToken": {"existingSecret": "admin"},
    "tls": {"existingSecret": "certificate"},
    "server": {
        "publicUrl": "https://rank.example.com",
        "maxBodyBytes": 2097152,
        "rateLimit": 5000,
        "extraEnv": [{"name": "RANKLOOP_OIDC_ISSUER", "value": "https://login.example.com"}],
    },
    "ingress": {"enabled": True, "className": "nginx", "hosts": ["rank.example.com"], "tlsSecret": "certificate"},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "prometheusRule": {"enabled": True},
    "dashboard": {"enabled": True},
    "imagePullSecrets": [{"name": "registry"}],
    "podAnnotations": {"example.com/owner": "us"},
    "podLabels": {"team": "front"},
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "dedicated", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "priorityClassName": "high",
}
CASES = {
    "single": SINGLE,
    "single, everything": {**EVERYTHING, "persistence": {"storageClass": "fast", "annotations": {"a": "b"}}},
    "many": MANY,
    "many, everything": {**MANY, **EVERYTHING, "autoscaling": {"enabled": True}},
}


@functools.cache
def packed():
    """The chart as one that was packed: with files where links are, of each of which Helm would tell."""
    folder = tempfile.TemporaryDirectory()
    copy = shutil.copytree(CHART, folder.name + "/rankloop")
    return folder, copy, helm.Chart.load(copy)


def render(values: dict) -> list[dict]:
    _, _, chart = packed()
    chart.validate_schema(values)
    files = chart.render(values, name="front", namespace="shop")
    manifests = [body for name, body in files.items() if name.endswith(".yaml")]
    return [thing for body in manifests for thing in yaml.safe_load_all(body) if thing]


def only(things: list[dict], kind: str) -> dict:
    found = [thing for thing in things if thing["kind"] == kind]
    assert len(found) == 1, f"{len(found)} of kind {kind}"
    return found[0]


def kinds(values: dict) -> list[str]:
    return sorted(thing["kind"] for thing in render(values))


def workload(things: list[dict]) -> dict:
    return next(thing for thing in things if thing["kind"] in ("StatefulSet", "Deployment"))


def pod(things: list[dict]) -> dict:
    return workload(things)["spec"]["template"]["spec"]


def environment(things: list[dict]) -> dict:
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in pod(things)["containers"][0]["env"]}


def selects(selector: dict, labels: dict) -> bool:
    return selector.items() <= labels.items()


@unittest.skipIf(helm is None, "there is no wheel of helm-python-sdk for this machine, so the chart is not rendered")
class Chart(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.rendered = {name: render(values) for name, values in CASES.items()}

    def test_helm_lint_finds_nothing(self):
        found = helm.lint(packed()[1])
        errors = [message for message in found["messages"] if "icon is recommended" not in str(message)]
        self.assertEqual((errors, found["errors"]), ([], []))

    def test_kubernetes_takes_everything_that_is_rendered(self):
        for name, things in self.rendered.items():
            with self.subTest(name):
                for thing in things:
                    for version in KUBERNETES if thing["kind"] not in FOREIGN else []:
                        with self.subTest(kind=thing["kind"], version=version), warnings.catch_warnings():
                            warnings.simplefilter("ignore")
                            kubernetes_validate.validate(thing, version, strict=True)

    def test_the_schemas_would_notice_a_misspelt_field(self):
        thing = workload(render(SINGLE))
        thing["spec"]["template"]["spec"]["containers"][0]["redinessProbe"] = {}
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(thing, KUBERNETES[0], strict=True)

    def test_wrong_values_are_refused(self):
        wrong = {
            "unknown engine": {"database": {"engine": "mysql"}},
            "postgresql without its address": {"database": {"engine": "postgresql"}},
            "misspelt": {"replicas": 3},
            "an ingress without a host": {"ingress": {"enabled": True}},
            "tls under a plain address": {"tls": {"existingSecret": "x"}, "server": {"publicUrl": "http://a"}},
            "tls without an address": {"tls": {"existingSecret": "x"}},
            "a volume that many may write": {"persistence": {"accessModes": ["ReadWriteMany"]}},
        }
        for name, values in wrong.items():
            with self.subTest(name), self.assertRaises(helm.HelmError):
                render(values)

    def test_sqlite_is_one_pod_with_a_volume_that_outlives_the_release(self):
        self.assertEqual(kinds(SINGLE), ["Service", "Service", "ServiceAccount", "StatefulSet"])
        spec = only(render({**SINGLE, "replicaCount": 5, "autoscaling": {"enabled": True}}), "StatefulSet")["spec"]
        self.assertEqual((spec["replicas"], spec["podManagementPolicy"]), (1, "OrderedReady"))
        self.assertEqual(spec["persistentVolumeClaimRetentionPolicy"], {"whenDeleted": "Retain", "whenScaled": "Retain"})
        self.assertEqual([claim["metadata"]["name"] for claim in spec["volumeClaimTemplates"]], ["data"])

    def test_postgresql_is_many_pods_that_a_drain_takes_one_by_one(self):
        self.assertEqual(kinds(MANY), ["Deployment", "PodDisruptionBudget", "Service", "ServiceAccount"])
        things = render(MANY)
        spec = only(things, "Deployment")["spec"]
        self.assertEqual((spec["replicas"], spec["strategy"]["rollingUpdate"]["maxUnavailable"]), (3, 0))
        self.assertEqual(only(things, "PodDisruptionBudget")["spec"]["maxUnavailable"], 1)
        spread = [constraint["topologyKey"] for constraint in pod(things)["topologySpreadConstraints"]]
        self.assertEqual(spread, ["kubernetes.io/hostname", "topology.kubernetes.io/zone"])

    def test_an_autoscaler_decides_alone_how_many_there_are(self):
        things = render({**MANY, "autoscaling": {"enabled": True}})
        self.assertNotIn("replicas", only(things, "Deployment")["spec"])
        target = only(things, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
        self.assertEqual((target["kind"], target["name"]), ("Deployment", only(things, "Deployment")["metadata"]["name"]))

    def test_selectors_find_the_pods_and_the_monitor_finds_one_service(self):
        for name, things in self.rendered.items():
            with self.subTest(name):
                labels = workload(things)["spec"]["template"]["metadata"]["labels"]
                services = [thing for thing in things if thing["kind"] == "Service"]
                selectors = [service["spec"]["selector"] for service in services]
                owners = [thing for thing in things if thing["kind"] in ("PodDisruptionBudget", "StatefulSet", "Deployment")]
                selectors += [owner["spec"]["selector"]["matchLabels"] for owner in owners]
                self.assertTrue(all(selects(selector, labels) for selector in selectors), selectors)
                for monitor in (thing for thing in things if thing["kind"] == "ServiceMonitor"):
                    wanted = monitor["spec"]["selector"]["matchLabels"]
                    found = [service for service in services if selects(wanted, service["metadata"]["labels"])]
                    self.assertEqual(len(found), 1)
                    self.assertEqual(monitor["spec"]["endpoints"][0]["port"], found[0]["spec"]["ports"][0]["name"])

    def test_ports_mounts_and_governing_services_exist(self):
        for name, things in self.rendered.items():
            with self.subTest(name):
                container = pod(things)["containers"][0]
                ports = {port["name"] for port in container["ports"]}
                for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                    self.assertIn(container[probe]["httpGet"]["port"], ports)
                self.assertEqual(container["livenessProbe"]["httpGet"]["path"], "/healthz")
                self.assertEqual(container["readinessProbe"]["httpGet"]["path"], "/readyz")
                claims = {claim["metadata"]["name"] for claim in workload(things)["spec"].get("volumeClaimTemplates", [])}
                volumes = claims | {volume["name"] for volume in pod(things)["volumes"]}
                self.assertEqual({mount["name"] for mount in container["volumeMounts"]}, volumes)
                names = {thing["metadata"]["name"]: thing["spec"] for thing in things if thing["kind"] == "Service"}
                if "serviceName" in workload(things)["spec"]:
                    self.assertEqual(names[workload(things)["spec"]["serviceName"]]["clusterIP"], "None")

    def test_every_variable_is_one_that_the_server_reads(self):
        for name, things in self.rendered.items():
            with self.subTest(name):
                self.assertLessEqual(set(environment(things)), house.settings_of_the_server())
        self.assertEqual(environment(render(EVERYTHING))["RANKLOOP_MAX_BODY_BYTES"], "2097152")
        self.assertEqual(environment(render(SINGLE))["RANKLOOP_NO_DEMO"], "true")

    def test_secrets_are_named_and_never_written(self):
        there = environment(render({**MANY, **EVERYTHING}))
        self.assertEqual(there["DATABASE_URL"], {"secretKeyRef": {"name": "database", "key": "DATABASE_URL"}})
        self.assertEqual(there["RANKLOOP_ADMIN_TOKEN"]["secretKeyRef"]["name"], "admin")
        self.assertNotIn("DATABASE_URL", environment(render(SINGLE)))

    def test_a_pod_has_no_rights_and_writes_only_where_it_was_told(self):
        for name, things in self.rendered.items():
            with self.subTest(name):
                self.assertTrue(pod(things)["securityContext"]["runAsNonRoot"])
                self.assertFalse(pod(things)["automountServiceAccountToken"])
                context = pod(things)["containers"][0]["securityContext"]
                self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
                self.assertTrue(context["readOnlyRootFilesystem"])
                self.assertFalse(context["allowPrivilegeEscalation"])

    def test_a_pod_gets_the_time_that_a_stop_takes(self):
        for seconds in (0, 5, 30):
            spec = pod(render({"preStopSeconds": seconds}))
            self.assertGreaterEqual(spec["terminationGracePeriodSeconds"], seconds + house.seconds_to_stop())
            self.assertEqual("lifecycle" in spec["containers"][0], seconds > 0)

    def test_rules_and_dashboard_arrive_unchanged(self):
        things = render(EVERYTHING)
        self.assertEqual(only(things, "PrometheusRule")["spec"], house.read_yaml("deploy/monitoring/alerts.yaml"))
        board = json.loads(only(things, "ConfigMap")["data"]["rankloop.json"])
        self.assertEqual(board, json.loads(house.text("deploy/monitoring/dashboard.json")))

    def test_the_address_follows_the_ingress(self):
        hosts = {"ingress": {"enabled": True, "hosts": ["a.example.com"]}}
        self.assertEqual(environment(render(hosts))["RANKLOOP_PUBLIC_URL"], "http://a.example.com")
        hosts["ingress"]["tlsSecret"] = "x"
        self.assertEqual(environment(render(hosts))["RANKLOOP_PUBLIC_URL"], "https://a.example.com")


class Versions(unittest.TestCase):
    def test_the_chart_installs_the_version_of_this_source(self):
        self.assertEqual(house.read_yaml("deploy/helm/rankloop/Chart.yaml")["appVersion"], house.cargo()["version"])

    def test_every_value_is_described(self):
        values, readme = house.read_yaml("deploy/helm/rankloop/values.yaml"), house.text("deploy/helm/rankloop/README.md")
        missing = [name for name in leaves(values) if f"`{name}`" not in readme]
        self.assertEqual(missing, [])


def leaves(values: dict, before: str = "") -> list[str]:
    """The dotted names of all values. What the pod gets as it stands is one value."""
    found = []
    for name, value in values.items():
        path = before + name
        whole = path in ("resources", "podSecurityContext", "securityContext", "dashboard.labels")
        found += leaves(value, path + ".") if isinstance(value, dict) and value and not whole else [path]
    return found


if __name__ == "__main__":
    unittest.main()
