#!/usr/bin/env bash
# Whether shellcheck finds nothing in any shell script, whatever it is called.
#
#   scripts/gates/shell.sh
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"

need_packages shellcheck git
cd "$REPOSITORY"
mapfile -t scripts < <(
  git ls-files '*.sh'
  git grep -lE '^#! ?/(usr/)?bin/(env )?(ba|da)?sh\b' -- ':!*.sh' ':!*.md' || true
)
[[ ${#scripts[@]} -gt 10 ]] || fail "only ${#scripts[@]} scripts were found"
shellcheck -x "${scripts[@]}"
say "${#scripts[@]} scripts are clean"
