#!/usr/bin/env bash
# The tests with servers under AddressSanitizer and UndefinedBehaviorSanitizer; those without run each time, by the gate
# asan-unit.
#
#   scripts/gates/asan.sh [ARGUMENT OF CTEST]…
set -euo pipefail
# Generated sets of migrations; the gate tests has more, and the code is the same.
MIGRATOR_TEST_SETS="${MIGRATOR_TEST_SETS:-40}" MIGRATOR_TEST_PRESET=asan exec "$(dirname "${BASH_SOURCE[0]}")/../test.sh" -L real "$@"
