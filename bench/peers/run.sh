#!/usr/bin/env bash
# Measures `migrator apply` against other migration programs on a PostgreSQL of its own, then writes
# docs/performance.md and docs/performance.svg. README.md beside this file tells what, how and why.
#
#   bench/peers/run.sh [RESULTS]       RESULTS: default bench/peers/results.json; cases in it stay
#
# GO_MIGRATOR: the binary of the Go program, GO_MIGRATOR_VERSION: what to call it. MIGRATOR: a binary
# of this program; without it a release build is made. Sizes: FILES, TENANTS, RUNS, … (README.md).
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/lib/common.sh
source "$HERE/../../scripts/lib/common.sh"
for part in packages postgres; do
  # shellcheck source=/dev/null
  source "$REPOSITORY/scripts/lib/$part.sh"
done

RESULTS="$(realpath -m "${1:-$HERE/results.json}")"
BUILD="$REPOSITORY/build/bench"
export TOOLS="$BUILD/bench" WORK=

build() {
  heading "Building $BUILD"
  cmake -S "$REPOSITORY" --preset release -B "$BUILD" -DMIGRATOR_BENCH=ON >&2
  cmake --build "$BUILD" --parallel "$(build_jobs)" --target measure wire >&2
  if [[ -z "${MIGRATOR:-}" ]]; then
    cmake --build "$BUILD" --parallel "$(build_jobs)" --target migrator >&2
    export MIGRATOR="$BUILD/migrator"
  fi
}

trap 'end_with stop_postgres' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

need_packages "${BUILD_PACKAGES[@]}" "${BENCH_PACKAGES[@]}" python3
build
"$HERE/fetch.sh"
WORK="$(mktemp -d "${TMPDIR:-/tmp}/migrator-peers-XXXXXX")"
COMMIT="$(git -C "$REPOSITORY" describe --always --dirty 2>/dev/null || true)"
export COMMIT PYTHONDONTWRITEBYTECODE=1

# Debian's settings, durable as they are: what waits for the disk in life waits here. But nothing that
# falls into one's run and not into another's.
heading "Measuring"
start_postgres autovacuum=off
python3 "$HERE/bench.py" measure "$POSTGRES_URL" "$RESULTS"
stop_postgres

heading "Counting statements and round trips"
start_postgres shared_preload_libraries=pg_stat_statements pg_stat_statements.max=200000 fsync=off
python3 "$HERE/bench.py" count "$POSTGRES_URL" "$RESULTS"
stop_postgres

python3 "$HERE/report.py" "$RESULTS" "${REPORT:-$REPOSITORY/docs}"
