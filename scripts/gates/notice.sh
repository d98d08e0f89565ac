#!/usr/bin/env bash
# Whether NOTICE names every library that the program is linked with, and none that it is not.
#
#   scripts/gates/notice.sh [PROGRAM]     default: build/release/migrator
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

PROGRAM="${1:-$REPOSITORY/build/release/migrator}"
[[ -x "$PROGRAM" ]] || fail "there is no $PROGRAM: build the preset release, or name one"

linked="$(LC_ALL=C readelf --wide --dynamic "$PROGRAM" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u)"
named="$(sed -n '/^Linked dynamically/,/^The container/p' "$REPOSITORY/NOTICE" | grep -oE '\blib[^ ,]+\.so[.0-9]*' | sort -u)"
if ! diff <(printf '%s\n' "$linked") <(printf '%s\n' "$named") >&2; then
  fail "NOTICE does not say what $PROGRAM is linked with (<: linked, >: in NOTICE)"
fi
say "NOTICE names the $(wc -l <<<"$linked") libraries that the program is linked with"
