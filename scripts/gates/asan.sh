#!/usr/bin/env bash
# The tests with servers under AddressSanitizer and UndefinedBehaviorSanitizer; those without run each time, by the gate
# asan-unit.
#
#   scripts/gates/asan.sh [ARGUMENT OF CTEST]…
set -euo pipefail
MIGRATOR_TEST_PRESET=asan exec "$(dirname "${BASH_SOURCE[0]}")/../test.sh" -L real "$@"
