#!/bin/bash
# Whether the server in this container answers a path with 200:  probe /readyz
# The image has no HTTP client, and bash can speak to a port. A server with TLS is only asked whether it listens.
set -euo pipefail

path="${1:-/readyz}"
port="${RANKLOOP_ADDR##*:}"

exec 3<>"/dev/tcp/127.0.0.1/$port"
if [ -n "${RANKLOOP_TLS_CERT:-}" ]; then
    exit 0
fi
printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$path" >&3
read -r -t 2 _ status _ <&3
[ "$status" = 200 ]
