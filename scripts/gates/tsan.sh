#!/usr/bin/env bash
# All tests, those with servers included, under ThreadSanitizer.
#
#   scripts/gates/tsan.sh [ARGUMENT OF CTEST]…
set -euo pipefail
# Generated sets of migrations; the gate tests has more, and the code is the same.
MIGRATOR_TEST_SETS="${MIGRATOR_TEST_SETS:-40}" MIGRATOR_TEST_PRESET=tsan exec "$(dirname "${BASH_SOURCE[0]}")/../test.sh" -L 'unit|real' "$@"
