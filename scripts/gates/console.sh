#!/usr/bin/env bash
# The console: types, linter, unit tests, and every screen in Chromium on a real service with PostgreSQL.
#
#   scripts/gates/console.sh            builds the dev preset first
#   scripts/gates/console.sh screens    one of the tests in web/tests/browser alone
#
# Screenshots of what was seen go to build/console.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
for part in packages postgres console; do
  # shellcheck source=/dev/null
  source "$REPOSITORY/scripts/lib/$part.sh"
done

need_packages "${BUILD_PACKAGES[@]}" "${CONSOLE_PACKAGES[@]}"
cd "$REPOSITORY/web"
node tools/install.mjs --all
if [[ $# -eq 0 ]]; then
  npm run --silent types
  npm run --silent lint
  npm run --silent test
fi
build_console_program
trap stop_postgres EXIT
start_console_postgres
export CONSOLE_ARTIFACTS="$REPOSITORY/build/console"
rm -rf "$CONSOLE_ARTIFACTS"
tests=()
for name in "${@:-screens access rollout}"; do
  for each in $name; do
    tests+=("tests/browser/$each.test.mjs")
  done
done
node --test --test-concurrency=2 --test-reporter=spec "${tests[@]}"
say "screenshots: $CONSOLE_ARTIFACTS"
