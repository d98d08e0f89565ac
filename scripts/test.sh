#!/usr/bin/env bash
# Builds the dev preset and runs all tests, those against a real PostgreSQL, PgBouncer, MariaDB and
# S3 server included, and the examples; scripts/gates.sh runs this and more. The last line is the
# count: N passed, N failed[, N skipped].
#
#   scripts/test.sh              everything
#   scripts/test.sh -R sqlite    arguments go to ctest; the examples are left out then
#
# MIGRATOR_TEST_PRESET is another preset than dev: asan, tsan. The servers run in temporary folders
# on free ports of 127.0.0.1 and are gone afterwards.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
for part in packages postgres pgbouncer mariadb swift check_examples; do
  # shellcheck source=/dev/null
  source "$REPOSITORY/scripts/lib/$part.sh"
done

PRESET="${MIGRATOR_TEST_PRESET:-dev}"
BUILD="$REPOSITORY/build/$PRESET"
RESULTS="$BUILD/test-results.xml"
PASSED=0
FAILED=0
SKIPPED=0
COUNTED=no

# Runs whatever happens, Ctrl-C included. The count is the last line and the exit code follows it.
finish() {
  local status=$?
  trap - EXIT
  if [[ $FAILED -gt 0 || $status -ne 0 ]]; then
    keep_server_logs
  fi
  stop_swift
  stop_mariadb
  stop_pgbouncer
  stop_postgres
  if [[ $COUNTED == no ]]; then
    say "Stopped before all tests had run."
    FAILED=$((FAILED + 1))
  fi
  if [[ $SKIPPED -gt 0 ]]; then
    printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
  else
    printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
  fi
  if [[ $FAILED -gt 0 && $status -eq 0 ]]; then
    status=1
  fi
  exit "$status"
}

keep_server_logs() {
  local log
  for log in "$POSTGRES_DIR/postgres.log" "$PGBOUNCER_DIR/pgbouncer.log" \
    "$MARIADB_DIR/mariadb.log" "$SWIFT_DIR"/*.log; do
    if [[ -s "$log" ]]; then
      cp "$log" "$BUILD/" && say "kept $BUILD/${log##*/}"
    fi
  done
}

build() {
  heading "Building the preset $PRESET"
  need_writable "$REPOSITORY/build"
  need_writable "$BUILD"
  cd "$REPOSITORY"
  cmake --preset "$PRESET"
  cmake --build --preset "$PRESET" --parallel "$(build_jobs)"
}

start_servers() {
  heading "Starting PostgreSQL, PgBouncer, MariaDB and OpenStack Swift"
  # These databases live for a minute: no need to wait for the disk.
  start_postgres fsync=off full_page_writes=off
  start_pgbouncer
  start_mariadb
  start_swift
  say "On 127.0.0.1: PostgreSQL at port $POSTGRES_PORT, PgBouncer at $PGBOUNCER_PORT, MariaDB at" \
    "$MARIADB_PORT, Swift's S3 at $SWIFT_PORT"
  export MIGRATOR_TEST_POSTGRESQL_URL="$POSTGRES_URL"
  export MIGRATOR_TEST_PGBOUNCER_URL="$PGBOUNCER_URL"
  export MIGRATOR_TEST_MARIADB_URL="$MARIADB_DSN"
  export MIGRATOR_TEST_MARIADB_CA="$MARIADB_CA"
  export MIGRATOR_TEST_MARIADB_SOCKET="$MARIADB_SOCKET"
  export MIGRATOR_TEST_REQUIRE=postgresql,pgbouncer,mariadb,oracle,s3
  # Where Debian puts graphql, the reference implementation; a node of somebody else's looks elsewhere.
  export NODE_PATH="${NODE_PATH:+$NODE_PATH:}/usr/share/nodejs"
  export MIGRATOR_TEST_BINARY="$BUILD/migrator"
}

run_tests() {
  heading "Running the tests"
  rm -f "$RESULTS"
  local status=0
  ctest --test-dir "$BUILD" -j 2 --output-on-failure --no-tests=error \
    --output-junit "$RESULTS" "$@" || status=$?
  if [[ ! -s "$RESULTS" ]]; then
    fail "ctest ended with exit code $status and wrote no results"
  fi
  count_results
  if [[ $status -ne 0 && $FAILED -eq 0 ]]; then
    fail "ctest ended with exit code $status, though no test failed"
  fi
}

# A skipped test about a server that is there is a test that does not look: a failure. So is one
# that ctest could not start.
count_results() {
  local state name
  while read -r state name; do
    case "$state" in
      run) PASSED=$((PASSED + 1)) ;;
      skip)
        if [[ "${name,,}" =~ postgres|pgbouncer|mariadb|oracle|s3|nginx|balancer ]]; then
          say "skipped, though its server is there: $name"
          FAILED=$((FAILED + 1))
        else
          say "skipped: $name"
          SKIPPED=$((SKIPPED + 1))
        fi
        ;;
      *)
        say "failed: $name"
        FAILED=$((FAILED + 1))
        ;;
    esac
  done < <(list_results)
}

# A line for each test: run, fail or skip, and its name.
list_results() {
  awk '
    /<testcase name="/ {
      match($0, /<testcase name="[^"]*"/)
      name = substr($0, RSTART + 16, RLENGTH - 17)
      state = $0 ~ / status="run">/ ? "run" : "fail"
    }
    /<skipped message="SKIP_/ { state = "skip" }
    /<\/testcase>/ { print state, name }
  ' "$RESULTS"
}

# step NAME COMMAND…: one more test, counted with the others.
step() {
  local name="$1"
  shift
  if "$@"; then
    say "passed: $name"
    PASSED=$((PASSED + 1))
  else
    say "FAILED: $name"
    FAILED=$((FAILED + 1))
  fi
}

# What the image would hold, and the program in it. Mounts need a root who may mount.
check_image() {
  if ! unshare --mount true 2>/dev/null; then
    say "skipped: the container image (mounting is not allowed here)"
    SKIPPED=$((SKIPPED + 1))
    return
  fi
  step "the container image" "$REPOSITORY/scripts/check-image.sh" "$MIGRATOR_TEST_BINARY"
}

trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
build
start_servers
run_tests "$@"
if [[ $# -eq 0 ]]; then
  heading "Running the examples"
  step examples/shop check_shop "$MIGRATOR_TEST_BINARY"
  step examples/shop-postgresql check_shop_postgresql "$MIGRATOR_TEST_BINARY" "$POSTGRES_URL"
  heading "Checking the container image"
  check_image
fi
COUNTED=yes
