#!/bin/sh
# Starts a temporary PostgreSQL, runs the command given with RANKLOOP_TEST_POSTGRES_URL set, and stops it whatever
# happens:  tests/with_postgres.sh cargo test --features ssr --test store
#
# It listens on loopback only, on a free port, in a temporary folder, with nothing synced: its data are worth nothing.
set -eu

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT…]" >&2
    exit 2
fi

# Distributions keep initdb and pg_ctl off the PATH. The newest version found wins.
bin=
for folder in /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin /usr/pgsql-*/bin /usr/lib/postgresql/*/bin; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then bin=$folder; fi
done
if [ -z "$bin" ] && command -v initdb >/dev/null && command -v postgres >/dev/null; then
    bin=$(dirname "$(command -v initdb)")
fi
if [ -z "$bin" ]; then
    echo "$0: no PostgreSQL was found (initdb, postgres). Install it:" >&2
    echo "    Debian, Ubuntu: apt-get install postgresql    Fedora: dnf install postgresql-server    macOS: brew install postgresql" >&2
    exit 1
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/rankloop-postgres.XXXXXX")
server=
stop() {
    if [ -n "$server" ]; then
        # SIGINT is PostgreSQL's fast shutdown: it ends the sessions that are left.
        kill -INT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# PostgreSQL refuses to run as root, so there it runs as somebody without rights. setpriv and chroot replace themselves
# with the server, so that its process id is the one we stop.
as=
if [ "$(id -u)" -eq 0 ]; then
    user=nobody
    if id postgres >/dev/null 2>&1; then user=postgres; fi
    chown "$user" "$folder"
    if command -v setpriv >/dev/null; then
        as="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups"
    else
        as="chroot --userspec=$user /"
    fi
fi

cd "$folder"
$as "$bin/initdb" --pgdata="$folder/data" --username=rankloop --auth=trust --encoding=UTF8 --no-sync >"$folder.log" 2>&1 || {
    cat "$folder.log" >&2
    rm -f "$folder.log"
    echo "$0: initdb failed" >&2
    exit 1
}
rm -f "$folder.log"
cd "$OLDPWD"

# A port that nobody listens on may be taken a moment later, so several are tried.
port=$((20000 + $$ % 20000))
n_tries=0
while :; do
    (cd "$folder" && exec $as "$bin/postgres" -D "$folder/data" -h 127.0.0.1 -p "$port" -k "" \
        -c fsync=off -c full_page_writes=off -c max_connections=300) >"$folder/log" 2>&1 &
    server=$!
    n_waits=0
    until "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" 2>/dev/null && kill -0 "$server" 2>/dev/null; do
        n_waits=$((n_waits + 1))
        if [ $n_waits -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then break; fi
        sleep 0.1
    done
    # Whoever answers must be ours: a server that found the port taken has ended by now.
    sleep 0.2
    if kill -0 "$server" 2>/dev/null && [ $n_waits -le 300 ]; then break; fi
    n_tries=$((n_tries + 1))
    if [ $n_tries -ge 5 ]; then
        cat "$folder/log" >&2
        echo "$0: PostgreSQL did not start" >&2
        exit 1
    fi
    port=$((port + 1))
done

RANKLOOP_TEST_POSTGRES_URL="postgres://rankloop@127.0.0.1:$port/postgres"
export RANKLOOP_TEST_POSTGRES_URL
"$@"
