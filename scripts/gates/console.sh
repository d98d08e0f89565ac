#!/usr/bin/env bash
# The console: types, linter and unit tests.
#
#   scripts/gates/console.sh
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"

need_packages "${BUILD_PACKAGES[@]}"
cd "$REPOSITORY/web"
node tools/install.mjs --all
npm run --silent types
npm run --silent lint
npm run --silent test
