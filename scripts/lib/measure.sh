# shellcheck shell=bash
# What the benchmarks of `migrator apply` share. To be sourced after common.sh, with BUILD and WORK set.

# build_bench TARGET…: a release build in BUILD, with `measure`.
build_bench() {
  heading "Building $BUILD"
  cmake -S "$REPOSITORY" --preset release -B "$BUILD" -DMIGRATOR_BENCH=ON
  cmake --build "$BUILD" --parallel "$(build_jobs)" --target measure "$@"
}

# measured NAME COMMAND…: its time and memory become a line of results/NAME.
measured() {
  local name="$1"
  shift
  "$BUILD/bench/measure" "$WORK/results/$name" "$@" >"$WORK/output" 2>&1 ||
    fail "$name failed: $(tail -n 5 "$WORK/output")"
}

# median NAME: of the milliseconds in results/NAME.
median() { sort -n "$WORK/results/$1" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

# On PostgreSQL; bench-mariadb.sh has a `sql` of its own.
sql() { PGOPTIONS='-c client_min_messages=warning' psql -X -qAt -v ON_ERROR_STOP=1 "$@"; }

# An empty database for the next run; its URL in BENCH_URL.
fresh_database() {
  sql "$POSTGRES_URL" -c 'drop database if exists bench with (force)' -c 'create database bench' \
    -c checkpoint
  export BENCH_URL="${POSTGRES_URL%/*}/bench"
}
