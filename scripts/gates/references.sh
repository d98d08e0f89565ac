#!/usr/bin/env bash
# Whether all that documents and comments refer to is there.
#
#   scripts/gates/references.sh [FILE]…
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"

need_packages python3 git
exec "$REPOSITORY/scripts/gates/references.py" "$@"
