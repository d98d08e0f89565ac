#!/usr/bin/env bash
# Checks the container image without a container engine: collects its root file system, reports its
# size, and runs the program in it as an engine would: as the image's user, as process 1, with
# everything read-only but /tmp and the folder of the database.
#
#   scripts/check-image.sh [PROGRAM]     default: build/release/migrator
#
# The size needs no root; the rest does (mounts and chroot), or sudo. Ends with 1 when the image is
# too large or something in it does not work.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/postgres.sh
source "$REPOSITORY/scripts/lib/postgres.sh"

LIMIT_BYTES=$((35 * 1000 * 1000))
IMAGE_UID=10001
STOP_SECONDS=10

# ---- inside the mount namespace ------------------------------------------------------------------

# Nothing of this outlives the namespace, which ends with the script.
mount_image() {
  mount --bind "$ROOT" "$ROOT"
  mount --rbind /dev "$ROOT/dev"
  mount -t tmpfs -o mode=1777,nosuid,nodev image-tmp "$ROOT/tmp"
  mount --bind "$ROOT/data/db" "$ROOT/data/db"
  mount -o remount,bind,ro "$ROOT"
}

# Runs a command of the image as an engine does, in its working directory. unshare's child is process
# 1 of its own namespace.
image() { "${IN_IMAGE[@]}" "$@"; }

migrator() { image /docker-entrypoint.sh "$@"; }

# check NAME COMMAND…: its output is shown only when it fails.
check() {
  local name="$1" output
  shift
  if output="$("$@" 2>&1)"; then
    say "passed: $name"
  else
    printf '%s\n' "$output" >&2
    fail "FAILED: $name"
  fi
}

can_write() {
  image /bin/sh -c "if [ -d $1 ]; then : >$1/x; else : >>$1; fi" 2>/dev/null
}

only_tmp_and_database() {
  local place
  can_write /tmp && can_write /data/db || return 1
  for place in / /data /data/migrator.yaml /etc /usr/bin/migrator; do
    if can_write "$place"; then
      say "$place can be written"
      return 1
    fi
  done
}

answers() {
  curl --silent --show-error --fail --max-time 5 --noproxy '*' "http://127.0.0.1:$PORT$1" "${@:2}"
}

wait_until_served() {
  local waited
  for ((waited = 0; waited < 100; waited++)); do
    answers /migrator/ >/dev/null 2>&1 && return
    kill -0 "$SERVER" 2>/dev/null || break
    sleep 0.1
  done
  say "the service does not answer on port $PORT: $(cat "$WORK/serve.log")"
  return 1
}

healthy() { answers /migrator/health | grep -q '"status":"UP","checks"'; }

# migrator_with VARIABLE=VALUE… -- ARGUMENT…
migrator_with() {
  local variables=()
  while [[ "$1" != -- ]]; do
    variables+=("$1")
    shift
  done
  # shellcheck disable=SC2016
  image /bin/sh -c 'while [ "$1" != -- ]; do export "$1"; shift; done; shift; exec /docker-entrypoint.sh "$@"' \
    sh "${variables[@]}" "$@"
}

recorded_below_data() { migrator versions 1 --json | grep -q '"file":"/data/migrations/catalog/'; }

# Each of these names the same place, as seen from /, where images used to work.
old_paths_keep_their_place() {
  migrator_with MIGRATOR_BASE_LOCATION=data/migrations MIGRATOR_DATA_SOURCE=data/db/shop.db -- status --exit-code &&
    migrator_with MIGRATOR_YAML=data/old.yaml -- status --exit-code
}

applies_over_http() {
  answers /migrator/v1/migrations -d '{"mode":"apply","response":"list"}' | grep -q '"results"'
}

# The engine's `stop`: SIGTERM to process 1, and then not long.
stops() {
  local begin="$SECONDS" status=0
  kill -TERM "$(pgrep -P "$SERVER")"
  wait "$SERVER" || status=$?
  if [[ $status -ne 0 || $((SECONDS - begin)) -gt $STOP_SECONDS ]]; then
    fail "FAILED: $((SECONDS - begin)) s after SIGTERM, exit code $status: $(tail -n 3 "$WORK/serve.log")"
  fi
  SERVER=
  say "passed: ended $((SECONDS - begin)) s after SIGTERM, with exit code 0"
}

on_sqlite() {
  check "migrator --version" migrator --version
  check "nothing but /tmp and the database can be written" only_tmp_and_database
  check "validate" migrator validate
  check "apply on SQLite" migrator apply --name first
  check "create-tenant" migrator create-tenant north
  check "nothing is pending" migrator status --exit-code
  check "a relative baseLocation begins in /data" recorded_below_data
  check "relative paths of older installations keep their place" old_paths_keep_their_place
  "${IN_IMAGE[@]}" /docker-entrypoint.sh >"$WORK/serve.log" 2>&1 &
  SERVER=$!
  check "serve answers at /migrator/" wait_until_served
  check "/migrator/health is UP" healthy
  check "the image's health check" image /healthcheck.sh
  check "apply over HTTP" applies_over_http
  stops
}

# That a server's name is looked up and its certificate verified: libraries that are loaded late, and
# files that they look for, are what such an image lacks. And that a wrong certificate is refused.
on_postgresql() {
  local source="user=postgres host=localhost port=$1 dbname=postgres sslmode=verify-full"
  check "PostgreSQL with sslmode=verify-full" \
    migrator --set driver=postgres --set "dataSource=$source sslrootcert=/etc/ssl/certs/test.pem" \
    wait --timeout 10s
  if migrator --set driver=postgres \
    --set "dataSource=$source sslrootcert=/etc/ssl/certs/ca-certificates.crt" \
    wait --timeout 1s >"$WORK/refused.log" 2>&1; then
    fail "FAILED: a certificate of nobody known was accepted"
  fi
  grep -q 'certificate verify failed' "$WORK/refused.log" ||
    fail "FAILED: refused, but not for its certificate: $(cat "$WORK/refused.log")"
  say "passed: a server with an unknown certificate is refused"
}

# No such server is there; but the driver, which the program loads when it connects, has to be.
on_sqlserver() {
  if migrator --set driver=sqlserver --set 'dataSource=server=127.0.0.1,1;user id=x;password=x' \
    wait --timeout 1s >"$WORK/refused.log" 2>&1; then
    fail "FAILED: a SQL Server answered on port 1"
  fi
  grep -q 'Adaptive Server is unavailable' "$WORK/refused.log" ||
    fail "FAILED: the ODBC driver for SQL Server: $(cat "$WORK/refused.log")"
  say "passed: the ODBC driver for SQL Server is there"
}

# ---- outside -------------------------------------------------------------------------------------

finish() {
  local status=$?
  trap - EXIT
  # A bare `return` in a trap gives the status from before the trap, which is not zero here.
  stop_postgres || true
  if [[ -n "$WORK" ]]; then
    # Where there is no sudo nothing in it became somebody else's.
    rm -rf --one-file-system "$WORK" 2>/dev/null || as_root rm -rf --one-file-system "$WORK"
  fi
  exit "$status"
}

report_size() {
  local raw compressed
  raw="$(tar -C "$ROOT" --owner=0 --group=0 --sort=name -c . | wc -c)"
  compressed="$(tar -C "$ROOT" --owner=0 --group=0 --sort=name -c . | gzip -9 | wc -c)"
  printf 'root file system: %s bytes, compressed %s bytes (limit %s)\n' "$raw" "$compressed" "$LIMIT_BYTES"
  [[ $compressed -lt $LIMIT_BYTES ]] || fail "the image is too large"
}

# As a derived image has it: the configuration, and here the migrations too, copied to /data. Paths
# are relative, as in the README.
add_example() {
  cp -r "$REPOSITORY/examples/shop/migrations" "$ROOT/data/migrations"
  mkdir "$ROOT/data/db"
  cat >"$ROOT/data/migrator.yaml" <<YAML
baseLocation: migrations
driver: sqlite
dataSource: db/shop.db
singleMigrations: [catalog, billing]
tenantMigrations: [stores]
singleScripts: [catalog-scripts]
tenantScripts: [stores-scripts]
listenAddress: 127.0.0.1
port: $PORT
pathPrefix: /migrator
YAML
  sed -e 's|^baseLocation: .*|baseLocation: "data/migrations"  # from /|' -e 's|db/shop.db|data/db/shop.db|' \
    "$ROOT/data/migrator.yaml" >"$ROOT/data/old.yaml"
  printf '127.0.0.1 localhost\n' >"$ROOT/etc/hosts"
  chmod -R a+rX "$ROOT/data"
  as_root chown "$IMAGE_UID:$IMAGE_UID" "$ROOT/data/db"
}

# A server whose certificate is signed by itself, for the name localhost.
start_tls_server() {
  local tls
  tls="$(make_server_dir tls)"
  openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$tls/key.pem" -out "$tls/cert.pem" 2>/dev/null
  if [[ $EUID -eq 0 ]]; then
    chown postgres: "$tls"/*.pem
  fi
  chmod 600 "$tls/key.pem"
  install -m 644 "$tls/cert.pem" "$ROOT/etc/ssl/certs/test.pem"
  start_postgres ssl=on "ssl_cert_file=$tls/cert.pem" "ssl_key_file=$tls/key.pem"
  rm -rf "$tls"
}

if [[ "${1:-}" == --inside ]]; then
  ROOT="$2" WORK="$3" PORT="$4" SERVER=
  IN_IMAGE=(env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/data
    unshare --pid --fork --mount-proc="$ROOT/proc"
    chroot --userspec="$IMAGE_UID:$IMAGE_UID" --groups="$IMAGE_UID" "$ROOT"
    /bin/sh -c "cd $(sed -n 's/^WORKDIR //p' "$REPOSITORY/deploy/container/Dockerfile" | tail -n 1)"' && exec "$@"' sh)
  # unshare itself ignores SIGTERM; it ends with its child.
  trap '[[ -z "$SERVER" ]] || pkill -KILL -P "$SERVER" || true' EXIT
  mount_image
  on_sqlite
  if [[ -d "$ROOT/usr/lib/$(uname -m)-linux-gnu/odbc" ]]; then
    on_sqlserver
  fi
  if [[ -n "$5" ]]; then
    on_postgresql "$5"
  fi
  exit
fi

PROGRAM="${1:-$REPOSITORY/build/release/migrator}"
WORK="$(mktemp -d "${TMPDIR:-/tmp}/migrator-image-XXXXXX")"
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$WORK"
ROOT="$WORK/root"

heading "Collecting the root file system"
"$REPOSITORY/scripts/image-rootfs.sh" "$PROGRAM" "$ROOT"
report_size

heading "Running in it"
if [[ $EUID -ne 0 ]] && ! command -v sudo >/dev/null; then
  fail "only the size was checked: mounting and chroot need root, and there is no sudo"
fi
PORT="$(free_port)"
add_example
if compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
  start_tls_server
else
  say "skipped: PostgreSQL over TLS (postgresql is not installed)"
fi
as_root unshare --mount "${BASH_SOURCE[0]}" --inside "$ROOT" "$WORK" "$PORT" "$POSTGRES_PORT"
