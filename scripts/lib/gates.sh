# shellcheck shell=bash disable=SC2034
# Which gates there are, whose turn it is, and the log of those that run in turn. To be sourced after common.sh.

# In this order: what is cheap comes first.
EACH_GATES=(format references shell log console tests release changed asan-unit)
# By the number of commits modulo their count; a turn can be of two.
TURNS=(asan tsan clang "fuzz minimal")
# How many landings ago each of them may have run.
MOST_LANDINGS=8
# How many commits may come behind the newest line: more is a landing that left none.
MOST_COMMITS=80

GATE_LOG="$REPOSITORY/scripts/gates/log.tsv"

gates_of_this_turn() {
  local commits
  commits="$(git -C "$REPOSITORY" rev-list --count HEAD)"
  printf '%s\n' "${TURNS[commits % ${#TURNS[@]}]}"
}

gate_names() {
  printf '%s ' "${EACH_GATES[@]}" "${TURNS[@]}"
}

# Refuses to log what nobody else can look at: the log's own line may be there already.
need_clean_tree() {
  local changed
  changed="$(git -C "$REPOSITORY" status --porcelain -- . ":!scripts/gates/log.tsv")"
  [[ -z "$changed" ]] || fail "commit first, the log names the commit that was checked:
$changed"
}

# write_gate_log NAME: gate, commit, date.
write_gate_log() {
  printf '%s\t%s\t%s\n' "$1" "$(git -C "$REPOSITORY" rev-parse HEAD)" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >>"$GATE_LOG"
}

# The commit of the newest line.
newest_logged_commit() {
  tail -n 1 "$GATE_LOG" | cut -f 2
}

# landings_since NAME: how many commits the log has behind the newest line of that gate; fails without one.
landings_since() {
  awk -F '\t' -v gate="$1" '
    /^#/ { next }
    $1 == gate { found = 1; of_gate = $2; split("", behind); count = 0; next }
    found && $2 != of_gate && !($2 in behind) { behind[$2] = 1; count++ }
    END { if (!found) exit 1; print count + 0 }
  ' "$GATE_LOG"
}
