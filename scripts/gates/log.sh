#!/usr/bin/env bash
# Whether every gate that runs in turn has run within the last landings, by scripts/gates/log.tsv. A landing is a
# commit that this log names: who lands commits runs the gate whose turn it is, and adds its line.
#
#   scripts/gates/log.sh
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source=scripts/lib/gates.sh
source "$REPOSITORY/scripts/lib/gates.sh"

PROBLEMS=0
problem() {
  say "$*"
  PROBLEMS=$((PROBLEMS + 1))
}

# shellcheck disable=SC2048
for name in ${TURNS[*]}; do
  if ! landings="$(landings_since "$name")"; then
    problem "$name: never"
  elif [[ $landings -gt $MOST_LANDINGS ]]; then
    problem "$name: $landings landings ago, more than $MOST_LANDINGS"
  else
    say "$name: $landings landings ago"
  fi
done

# A clone without its history can't tell.
if [[ "$(git -C "$REPOSITORY" rev-parse --is-shallow-repository)" == false ]]; then
  newest="$(newest_logged_commit)"
  if ! git -C "$REPOSITORY" merge-base --is-ancestor "$newest" HEAD 2>/dev/null; then
    problem "the newest line names $newest, which is not in this history"
  else
    commits="$(git -C "$REPOSITORY" rev-list --count "$newest..HEAD")"
    if [[ $commits -gt $MOST_COMMITS ]]; then
      problem "$commits commits since the newest line, more than $MOST_COMMITS"
    fi
  fi
fi
[[ $PROBLEMS -eq 0 ]] || fail "run what is due: scripts/gates.sh --log NAME"
