#!/usr/bin/env bash
# All tests, those with servers included, under ThreadSanitizer.
#
#   scripts/gates/tsan.sh [ARGUMENT OF CTEST]…
set -euo pipefail
MIGRATOR_TEST_PRESET=tsan exec "$(dirname "${BASH_SOURCE[0]}")/../test.sh" -L 'unit|real' "$@"
