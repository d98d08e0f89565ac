#!/usr/bin/env bash
# Quick start and tests in a Debian with nothing but git (scripts/check-minimal.sh).
#
#   scripts/gates/minimal.sh
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

if [[ $EUID -ne 0 ]] || ! unshare --mount true 2>/dev/null; then
  say "skipped: this needs a root who may mount"
  exit 77
fi
exec "$REPOSITORY/scripts/check-minimal.sh"
