#!/usr/bin/env bash
# The dev build and all tests, those with servers included.
#
#   scripts/gates/tests.sh
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../test.sh"
