#!/usr/bin/env bash
# Runs the gates: what the project says of itself is checked here. The last line is the count, of all tests and
# gates: N passed, N failed[, N skipped].
#
#   scripts/gates.sh                those of each run, then the one whose turn it is: what CI does
#   scripts/gates.sh each           those of each run
#   scripts/gates.sh turn           the one whose turn it is, by the number of commits
#   scripts/gates.sh NAME…          these: a script in scripts/gates/ each
#   scripts/gates.sh --log NAME…    these, and a line in scripts/gates/log.tsv for each that passed
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/gates.sh
source "$REPOSITORY/scripts/lib/gates.sh"

OUTPUTS="$REPOSITORY/build/gates"
PASSED=0
FAILED=0
SKIPPED=0
TIMES=()
LOG=no
COMPLETE=no

# Runs whatever happens, Ctrl-C included. The count is the last line and the exit code follows it.
finish() {
  local status=$?
  trap - EXIT
  if [[ $COMPLETE == no ]]; then
    say "Stopped before all gates had run."
    FAILED=$((FAILED + 1))
  fi
  if [[ ${#TIMES[@]} -gt 0 ]]; then
    heading "The gates and their seconds"
    printf '%s\n' "${TIMES[@]}" >&2
  fi
  if [[ $SKIPPED -gt 0 ]]; then
    printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
  else
    printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
  fi
  if [[ $FAILED -gt 0 && $status -eq 0 ]]; then
    status=1
  fi
  exit "$status"
}

# What a gate that counts its own tests said last; else nothing.
add_count() {
  local passed failed skipped
  read -r passed failed skipped < <(
    tail -n 1 "$1" | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$/\1 \2 0\4/p'
  ) || return 1
  PASSED=$((PASSED + passed))
  FAILED=$((FAILED + failed))
  SKIPPED=$((SKIPPED + 10#$skipped))
}

# run_gate NAME: runs scripts/gates/NAME.sh and counts what came of it. 77 is a gate that can't run here, and says so.
run_gate() {
  local name="$1" status=0 begin="$SECONDS" word output="$OUTPUTS/$1.txt"
  heading "Gate: $name"
  "$REPOSITORY/scripts/gates/$name.sh" 2>&1 | tee "$output" >&2 || status="${PIPESTATUS[0]}"
  case "$status" in
    0) word=passed ;;
    77) word="$(tail -n 1 "$output" | grep -q skipped: && echo skipped || echo FAILED)" ;;
    *) word=FAILED ;;
  esac
  say "$word: gate $name"
  TIMES+=("$(printf '%-12s %5d s  %s' "$name" "$((SECONDS - begin))" "$word")")
  if [[ $name == tests ]] && add_count "$output"; then
    if [[ $word == FAILED ]]; then
      FAILED=$((FAILED > 0 ? FAILED : 1))
    fi
    return
  fi
  case "$word" in
    passed) PASSED=$((PASSED + 1)) ;;
    skipped) SKIPPED=$((SKIPPED + 1)) ;;
    *) FAILED=$((FAILED + 1)) ;;
  esac
  if [[ $LOG == yes && $word == passed ]]; then
    write_gate_log "$name"
  fi
}

trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

if [[ "${1:-}" == --log ]]; then
  LOG=yes
  shift
  [[ $# -gt 0 ]] || fail "--log needs the name of a gate"
  need_clean_tree
fi
WANTED=()
for name in "${@:-each turn}"; do
  case "$name" in
    'each turn') WANTED+=("${EACH_GATES[@]}" "$(gates_of_this_turn)") ;;
    each) WANTED+=("${EACH_GATES[@]}") ;;
    turn) WANTED+=("$(gates_of_this_turn)") ;;
    *)
      [[ -x "$REPOSITORY/scripts/gates/$name.sh" ]] || fail "there is no gate $name: $(gate_names)"
      WANTED+=("$name")
      ;;
  esac
done
mkdir -p "$OUTPUTS"
# A turn can be of two gates.
# shellcheck disable=SC2048
for name in ${WANTED[*]}; do
  run_gate "$name"
done
COMPLETE=yes
