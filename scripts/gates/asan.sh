#!/usr/bin/env bash
# All tests, those with servers included, under AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   scripts/gates/asan.sh [ARGUMENT OF CTEST]…
set -euo pipefail
MIGRATOR_TEST_PRESET=asan exec "$(dirname "${BASH_SOURCE[0]}")/../test.sh" -L 'unit|real' "$@"
