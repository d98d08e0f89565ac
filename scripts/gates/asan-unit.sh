#!/usr/bin/env bash
# The tests that need no server, under AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   scripts/gates/asan-unit.sh [ARGUMENT OF CTEST]…
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"

need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
cd "$REPOSITORY"
cmake --preset asan
cmake --build --preset asan --parallel "$(build_jobs)" --target unit_tests
ctest --preset asan -j 2 -L unit --no-tests=error "$@"
