#!/usr/bin/env bash
# Measures the console over many tenants: first content, filters, memory.
#
#   scripts/console-figures.sh [TENANTS]     default: 10000, which takes a minute or two
#
# MIGRATOR_TEST_BINARY is the program; without it the release preset is built.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
for part in packages postgres console; do
  # shellcheck source=/dev/null
  source "$REPOSITORY/scripts/lib/$part.sh"
done

need_packages "${BUILD_PACKAGES[@]}" "${CONSOLE_PACKAGES[@]}"
cd "$REPOSITORY"
if [[ -z "${MIGRATOR_TEST_BINARY:-}" ]]; then
  cmake --preset release -DCONSOLE=ON >&2
  cmake --build --preset release --parallel "$(build_jobs)" >&2
  export MIGRATOR_TEST_BINARY="$REPOSITORY/build/release/migrator"
fi
node web/tools/install.mjs --all
trap stop_postgres EXIT
start_console_postgres
cd web
node tests/browser/measure.mjs "${1:-10000}"
