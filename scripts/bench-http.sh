#!/usr/bin/env bash
# Measures the HTTP service on a PostgreSQL of its own: queries over a long history, and the answers
# that others get while a run works.
#
#   scripts/bench-http.sh [SECONDS]           SECONDS: of load, default 60
#   scripts/bench-http.sh waiting [SECONDS]   16 runs that wait for the lock: memory, and the answers
#                                             that / and /health get beside them
#   scripts/bench-http.sh console [SECONDS]   what the screens of the console ask for, with 10,000
#                                             tenants of 20 files; 50 consoles that poll a run
#
# MIGRATOR: the program to measure; without it one is built.
#
# The history: TENANTS (1000) times FILES (200) rows of about 800 bytes, in 100 versions. The load:
# RATE (200) queries for the tenants a second, 10 a second each for / and /health, while `apply` works
# on a file that takes as long. Then once more beside 2,000 idle connections and 100 slow readers.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
for part in packages postgres; do
  # shellcheck source=/dev/null
  source "$REPOSITORY/scripts/lib/$part.sh"
done

CASE=load
if [[ "${1:-}" == waiting || "${1:-}" == console ]]; then
  CASE="$1"
  shift
fi
if [[ "$CASE" == console ]]; then
  TENANTS="${TENANTS:-10000}"
  FILES="${FILES:-20}"
fi
SECONDS_OF_LOAD="${1:-60}"
RATE="${RATE:-200}"
RUNS="${RUNS:-9}"
TENANTS="${TENANTS:-1000}"
FILES="${FILES:-200}"
BUILD="$REPOSITORY/build/bench"
PROGRAM="${MIGRATOR:-$BUILD/migrator}"
HOLDER=
WORK=
SERVICE=

finish() {
  local status=$?
  trap - EXIT
  stop_service
  if [[ -n "$HOLDER" ]]; then
    kill "$HOLDER" 2>/dev/null || true
  fi
  stop_postgres
  if [[ -n "$WORK" ]]; then
    rm -rf "$WORK"
  fi
  exit "$status"
}

stop_service() {
  if [[ -n "$SERVICE" ]]; then
    kill "$SERVICE" 2>/dev/null || true
    wait "$SERVICE" || true
    SERVICE=
  fi
}

# With further lines of the configuration.
start_service() {
  mkdir -p "$WORK/migrations/bench"
  cat >"$WORK/migrator.yaml" <<YAML
baseLocation: $WORK/migrations
driver: postgres
dataSource: $POSTGRES_URL
singleMigrations: [bench]
listenAddress: 127.0.0.1
port: 0
logLevel: WARN
lockTimeout: 1h
shutdownTimeout: 1s
YAML
  printf '%s\n' "$@" >>"$WORK/migrator.yaml"
  : >"$WORK/service.log"  # of an earlier one
  "$PROGRAM" serve --config "$WORK/migrator.yaml" 2>"$WORK/service.log" &
  SERVICE=$!
  local line=
  until line="$(grep -m 1 -o 'listening on .*' "$WORK/service.log")"; do
    kill -0 "$SERVICE" 2>/dev/null || fail "the service did not start: $(cat "$WORK/service.log")"
    sleep 0.1
  done
  PORT="${line##*:}"
}

sql() { PGOPTIONS='-c client_min_messages=warning' psql -X -qAt -v ON_ERROR_STOP=1 "$POSTGRES_URL"; }

apply() {
  curl -sS --fail-with-body "http://127.0.0.1:$PORT/v1/migrations" \
    -d '{"mode":"apply","response":"summary"}' >/dev/null
}

write_history() {
  # The first version makes the tables.
  printf 'select 1;\n' >"$WORK/migrations/bench/000.sql"
  apply
  sql <<SQL
insert into migrator.migrator_versions (id, name)
  select v, 'version ' || v from generate_series(2, 100) v;
select setval('migrator.migrator_versions_id_seq', 100);
insert into migrator.migrator_tenants (name)
  select 'tenant' || t from generate_series(1, $TENANTS) t;
insert into migrator.migrator_migrations
    (name, source_dir, filename, type, db_schema, contents, checksum, version_id)
  select f || '.sql', '/srv/old', '/srv/old/' || f || '.sql', 2, 'tenant' || t,
    rpad('create table {schema}.t' || f || ' (id integer);', 800, E'-- for people\n'),
    encode(sha256(f::text::bytea), 'hex'), 2 + f * 99 / ($FILES + 1)
  from generate_series(1, $FILES) f, generate_series(1, $TENANTS) t;
vacuum analyze;
SQL
}

memory() { awk -v of="$1" '$1 == of ":" {print int($2)}' "/proc/$SERVICE/status"; }

show_memory() {
  printf '%s: VmRSS %s KiB, VmHWM %s KiB, %s threads\n' "$1" "$(memory VmRSS)" "$(memory VmHWM)" \
    "$(memory Threads)"
}


load() { python3 "$REPOSITORY/bench/http_load.py" "$PORT" load "$SECONDS_OF_LOAD" "$RATE" "$@"; }

measure_load() {
  printf 'select pg_sleep(%s);\n' "$((SECONDS_OF_LOAD + 5))" >"$WORK/migrations/bench/001.sql"
  apply &
  local run=$!
  heading "Load while a run works: name, median, 99th percentile, maximum (ms)"
  load
  wait "$run"
  heading "The same without a run"
  load
  heading "Beside 2,000 idle connections and 100 slow readers"
  ulimit -n 8192
  load --idle 2000 --slow 100
}

# Another program has the run lock, as docs/architecture.md tells.
hold_lock() {
  printf 'begin; select pg_advisory_xact_lock(7883946363647717234); select pg_sleep(3600);\n' |
    sql >/dev/null 2>&1 &
  HOLDER=$!
  until [[ "$(sql <<<"select count(*) from pg_locks where locktype = 'advisory' and granted")" == 1 ]]; do
    sleep 0.1
  done
}

measure_waiting() {
  printf 'select 1;\n' >"$WORK/migrations/bench/000.sql"
  apply
  printf 'select 2;\n' >"$WORK/migrations/bench/001.sql"
  stop_service
  start_service
  curl -sS --fail-with-body "http://127.0.0.1:$PORT/health" >/dev/null
  hold_lock
  show_memory "Before"
  heading "Answers beside 16 waiting runs: name, median, 99th percentile, maximum (ms)"
  python3 "$REPOSITORY/bench/http_load.py" "$PORT" waiting "$SECONDS_OF_LOAD" 16
  show_memory "With 16 waiting runs"
}

# The rows of one tenant for all others; of every hundredth without the last file.
write_fleet() {
  local file
  mkdir -p "$WORK/migrations/tenants"
  for file in $(seq 1001 $((1000 + FILES))); do
    printf 'create table {schema}.t%s (id integer);\n%s\n' "$file" "$(printf -- '-- for people%.0s ' {1..50})" \
      >"$WORK/migrations/tenants/$file.sql"
  done
  printf 'select 1;\n' >"$WORK/migrations/bench/000.sql"
  printf 'tenantMigrations: [tenants]\natomicity: tenant\n' >>"$WORK/migrator.yaml"
  "$PROGRAM" create-tenant --config "$WORK/migrator.yaml" tenant1 >/dev/null
  "$PROGRAM" apply --config "$WORK/migrator.yaml" >/dev/null
  sql <<SQL
insert into migrator.migrator_tenants (name)
  select 'tenant' || t from generate_series(2, $TENANTS) t;
insert into migrator.migrator_migrations
    (name, source_dir, filename, type, db_schema, contents, checksum, version_id)
  select name, source_dir, filename, type, 'tenant' || t, contents, checksum, version_id
  from migrator.migrator_migrations, generate_series(2, $TENANTS) t
  where db_schema = 'tenant1' and not (t % 100 = 0 and name = '$((1000 + FILES)).sql');
vacuum analyze;
SQL
}

measure_console() {
  heading "What the screens ask for: name, median, 99th percentile, maximum (ms)"
  python3 "$REPOSITORY/bench/console_load.py" "$PORT" lists "$RUNS"
  show_memory "After them"
  printf 'select pg_sleep(%s);\n' "$((SECONDS_OF_LOAD + 15))" >"$WORK/migrations/bench/001.sql"
  curl -sS --fail-with-body "http://127.0.0.1:$PORT/v1/migrations" -H 'Prefer: respond-async' \
    -H 'X-Request-ID: bench-run' -d '{"mode":"apply","response":"summary"}' >/dev/null
  show_memory "Before the consoles"
  heading "50 consoles that poll a run every 2 s: name, median, 99th percentile, maximum (ms)"
  python3 "$REPOSITORY/bench/console_load.py" "$PORT" polls "$SECONDS_OF_LOAD" bench-run
  show_memory "With the consoles"
}

need_packages "${BUILD_PACKAGES[@]}" "${BENCH_PACKAGES[@]}" curl python3
trap finish EXIT
WORK="$(make_server_dir bench)"
if [[ -z "${MIGRATOR:-}" ]]; then
  heading "Building $BUILD"
  cmake -S "$REPOSITORY" --preset release -B "$BUILD" -DMIGRATOR_BENCH=ON
  cmake --build "$BUILD" --parallel "$(build_jobs)" --target migrator
fi
start_postgres
start_service
if [[ "$CASE" == console ]]; then
  heading "Writing $TENANTS tenants with $FILES files"
  write_fleet
  stop_service
  start_service "tenantMigrations: [tenants]" "atomicity: tenant"
  measure_console
  exit
fi
if [[ "$CASE" == waiting ]]; then
  measure_waiting
  exit
fi
heading "Writing $((TENANTS * FILES)) rows of history"
write_history
# A process of its own for the memory: what made the history should not count.
stop_service
start_service
heading "Queries: name, median, 99th percentile, maximum (ms)"
python3 "$REPOSITORY/bench/http_load.py" "$PORT" reads "$RUNS"
show_memory "After them"
measure_load
show_memory "After them"
