#!/usr/bin/env bash
# Whether all C++ is laid out as clang-format-14 does it.
#
#   scripts/gates/format.sh           says what is not
#   scripts/gates/format.sh --mend    and mends it
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"

need_packages clang-format-14 git
cd "$REPOSITORY"
MODE=(--dry-run --Werror)
if [[ "${1:-}" == --mend ]]; then
  MODE=(-i)
fi
git ls-files -z '*.cpp' '*.hpp' | xargs -0 -n 40 -P "$(nproc)" clang-format-14 "${MODE[@]}"
