#!/usr/bin/env bash
# clang-tidy, which has clang++'s warnings too, over the C++ files that changed since the last landing
# (scripts/gates/log.tsv).
#
#   scripts/gates/changed.sh [COMMIT]     since COMMIT
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
for part in packages gates clang; do
  # shellcheck source=/dev/null
  source "$REPOSITORY/scripts/lib/$part.sh"
done

# More than this takes too long for each run; the gate `clang` looks at all of them in its turn.
MOST_FILES=40

need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" clang-14 clang-tidy-14
cd "$REPOSITORY"
since="${1:-$(newest_logged_commit)}"
git rev-parse -q --verify "$since^{commit}" >/dev/null || fail "there is no commit $since to compare with"
mapfile -t changed < <(git diff --name-only --diff-filter=d "$since" -- src tests | grep -E '\.[ch]pp$' || true)
mapfile -t files < <(sources_of "${changed[@]}" | sort -u)
if [[ ${#files[@]} -eq 0 ]]; then
  say "No C++ has changed since $since."
  exit 0
fi
if [[ ${#files[@]} -gt $MOST_FILES ]]; then
  say "${#files[@]} files have changed since $since: $MOST_FILES of them now, all in turn (the gate clang)."
  mapfile -t files < <(printf '%s\n' "${files[@]}" | shuf -n "$MOST_FILES" --random-source=<(yes "$(git rev-parse HEAD)"))
fi
configure_clang
tidy "${files[@]}"
