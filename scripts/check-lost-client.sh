#!/usr/bin/env bash
# How long does the lock of a run live on when its process vanishes without a word, as when a
# machine loses its power or its network? Prints the seconds until another run has it; more than
# 60 is a failure.
#
#   scripts/check-lost-client.sh [MIGRATOR]     default: build/dev/migrator
#
# Needs root: the first run works in a network namespace of its own, and then the two machines get
# wrong hardware addresses for each other. Nothing is delivered any more and nobody is told: no FIN,
# no RST. Twice: while the server works on a long statement (its keep-alive probes tell), and with a
# statement that ends afterwards, so that its answer is never acknowledged (keep-alive is silent
# then, and without tcp_user_timeout the kernel would send it again for a quarter of an hour).
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/postgres.sh
source "$REPOSITORY/scripts/lib/postgres.sh"

MIGRATOR="$(realpath "${1:-$REPOSITORY/build/dev/migrator}")"
NAMESPACE="migrator-lost-$$"
LINK="mig$$"
SERVER=10.213.7.1
CLIENT=10.213.7.2
LIMIT=60
WORK=
FIRST=

finish() {
  local status=$?
  trap - EXIT
  if [[ -n "$FIRST" ]]; then
    kill -9 "$FIRST" 2>/dev/null || true
  fi
  ip netns delete "$NAMESPACE" 2>/dev/null || true
  ip link delete "${LINK}s" 2>/dev/null || true
  stop_postgres
  rm -rf "$WORK"
  exit "$status"
}

in_namespace() { ip netns exec "$NAMESPACE" "$@"; }

make_network() {
  ip netns add "$NAMESPACE"
  ip link add "${LINK}s" type veth peer name "${LINK}c" netns "$NAMESPACE"
  ip address add "$SERVER/30" dev "${LINK}s"
  ip link set "${LINK}s" up
  in_namespace ip address add "$CLIENT/30" dev "${LINK}c"
  in_namespace ip link set "${LINK}c" up
}

cut_network() {
  ip neighbour replace "$CLIENT" lladdr 02:00:00:00:00:99 dev "${LINK}s" nud permanent
  in_namespace ip neighbour replace "$SERVER" lladdr 02:00:00:00:00:98 dev "${LINK}c" nud permanent
}

mend_network() {
  ip neighbour delete "$CLIENT" dev "${LINK}s" || true
  in_namespace ip neighbour delete "$SERVER" dev "${LINK}c" || true
}

ask() { psql "$POSTGRES_URL" --no-psqlrc --tuples-only --no-align --command "$1"; }

wait_for() {
  local waited
  for ((waited = 0; waited < 600; waited++)); do
    if [[ "$(ask "$1")" == t ]]; then
      return
    fi
    sleep 0.1
  done
  fail "waited in vain for: $1"
}

# check NAME STATEMENT: a first run vanishes during STATEMENT; a second one then wants the lock.
check() {
  local began seconds
  heading "$1"
  ask "drop schema if exists migrator cascade" >/dev/null
  rm -rf "$WORK/catalog"
  mkdir "$WORK/catalog"
  chmod -R a+rX "$WORK"
  printf '%s\n' "$2" >"$WORK/catalog/001_slow.sql"
  in_namespace "$MIGRATOR" apply -c "$WORK/migrator.yaml" \
    --set "dataSource=postgres://postgres@$SERVER:$POSTGRES_PORT/postgres" >"$WORK/first.log" 2>&1 &
  FIRST=$!
  wait_for "select exists (select from pg_stat_activity where state = 'active' and
    pid <> pg_backend_pid() and query like '%pg_sleep%')"
  cut_network
  began="$SECONDS"
  printf 'select 1;\n' >"$WORK/catalog/001_slow.sql"
  if ! "$MIGRATOR" apply -c "$WORK/migrator.yaml" --set "dataSource=$POSTGRES_URL" \
    --lock-timeout 120s --quiet; then
    ask "select pid, state, wait_event, client_addr, query from pg_stat_activity
      where client_addr is not null" >&2
    fail "$1: the second run did not get the lock"
  fi
  seconds=$((SECONDS - began))
  printf '%s: the lock was free after %d s\n' "$1" "$seconds"
  while [[ $((SECONDS - began)) -lt 180 ]] && kill -0 "$FIRST" 2>/dev/null; do
    sleep 0.5
  done
  kill -9 "$FIRST" 2>/dev/null &&
    fail "$1: the first run does not notice that its server is gone: $(<"$WORK/first.log")"
  printf '%s: the first run had ended after %d s: %s\n' "$1" "$((SECONDS - began))" \
    "$(<"$WORK/first.log")"
  FIRST=
  mend_network
  if [[ $seconds -gt $LIMIT ]]; then
    fail "$1: more than $LIMIT s"
  fi
}

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [[ $EUID -ne 0 ]]; then
  fail "needs root, for a network namespace"
fi
if [[ ! -x "$MIGRATOR" ]]; then
  fail "$MIGRATOR is not there: build it first"
fi
WORK="$(make_server_dir lost-client)"
printf 'host all all %s trust\n' 127.0.0.1/32 "$SERVER/30" >"$WORK/pg_hba.conf"
cat >"$WORK/migrator.yaml" <<SETTINGS
baseLocation: $WORK
driver: postgres
singleMigrations: [catalog]
SETTINGS
chmod -R a+rX "$WORK"
make_network
start_postgres fsync=off "listen_addresses=127.0.0.1,$SERVER" "hba_file=$WORK/pg_hba.conf"
check "during a long statement" "select pg_sleep(600);"
check "just before a statement ends" "select pg_sleep(3);"
