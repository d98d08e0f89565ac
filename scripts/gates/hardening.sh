#!/usr/bin/env bash
# Reads back from a program what cmake/hardening.cmake asks for: whether each protection is in it.
#
#   scripts/gates/hardening.sh [PROGRAM]     default: build/release/migrator
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"

PROGRAM="${1:-$REPOSITORY/build/release/migrator}"
[[ -x "$PROGRAM" ]] || fail "there is no $PROGRAM: build the preset release, or name one"
MISSING=0

# expect NAME PATTERN TEXT: the protection NAME shows as a line of TEXT.
expect() {
  if grep -Eq -- "$2" <<<"$3"; then
    say "there: $1"
  else
    say "MISSING: $1"
    MISSING=$((MISSING + 1))
  fi
}

HEADERS="$(LC_ALL=C readelf --wide --file-header --program-headers --dynamic "$PROGRAM")"
SYMBOLS="$(LC_ALL=C readelf --wide --dyn-syms "$PROGRAM")"
# A page of the stack is touched before the next one is taken.
PROBES="$(LC_ALL=C objdump --disassemble --no-show-raw-insn "$PROGRAM" | grep -E 'or[lq] +[$]0x0,.*[(]%rsp' || true)"
# The mark of the whole program says nothing here: Debian 12's own start-up objects have none.
MAIN="$(LC_ALL=C objdump --disassemble=main --no-show-raw-insn "$PROGRAM" | grep -A 1 '<main>:$' || true)"

expect "position-independent program" '^ *Type: +DYN' "$HEADERS"
expect "its mark, PIE" 'FLAGS_1.*PIE' "$HEADERS"
expect "relocations are read-only" 'GNU_RELRO' "$HEADERS"
expect "all of them, bound at start" '(FLAGS.*BIND_NOW|FLAGS_1.*NOW)' "$HEADERS"
expect "stacks that are no code" 'GNU_STACK +.* RW +' "$HEADERS"
expect "canaries on stacks" '__stack_chk_fail' "$SYMBOLS"
expect "checked sizes of buffers (_FORTIFY_SOURCE)" '__(mem|str|read|recv|snprintf|vsnprintf|fdelt|poll)[a-z]*_chk' "$SYMBOLS"
expect "checked indexes (_GLIBCXX_ASSERTIONS)" '__glibcxx_assert_fail' "$SYMBOLS"
case "$(uname -m)" in
  x86_64)
    expect "stacks that can't be jumped over" 'or[lq] ' "$PROBES"
    expect "functions marked as targets of jumps (CET)" 'endbr64' "$MAIN"
    ;;
  aarch64)
    expect "functions marked as targets of jumps" '(bti|paciasp)' "$MAIN"
    ;;
esac

[[ $MISSING -eq 0 ]] || fail "$MISSING protections are missing in $PROGRAM"
