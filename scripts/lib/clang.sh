# shellcheck shell=bash
# What the gates with clang++ and clang-tidy share. To be sourced after common.sh, and used in the repository's folder.

CLANG_BUILD="$REPOSITORY/build/clang"
# A mark for each text that clang-tidy has found clean, as ccache keeps what is compiled.
TIDY_MARKS="${XDG_CACHE_HOME:-$HOME/.cache}/migrator-tidy"

configure_clang() {
  cmake --preset clang >/dev/null
}

# The files of ours that a build compiles, from the repository's folder.
compiled_files() {
  python3 - "$CLANG_BUILD/compile_commands.json" "$REPOSITORY/" <<'TEXT'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    names = {entry["file"] for entry in json.load(file)}
for name in sorted(names):
    if name.startswith(sys.argv[2]) and "/build/" not in name:
        print(name.removeprefix(sys.argv[2]))
TEXT
}

# sources_of FILE…: what to compile in order to see FILEs; for a header the file beside it, else one that includes it.
sources_of() {
  local file
  for file in "$@"; do
    if [[ $file == *.cpp ]]; then
      printf '%s\n' "$file"
    elif [[ -f "${file%.hpp}.cpp" ]]; then
      printf '%s\n' "${file%.hpp}.cpp"
    else
      git grep -lF "#include \"${file#*/}\"" -- 'src/*.cpp' 'tests/*.cpp' | head -n 1 || true  # a header of headers alone
    fi
  done
}

# commands_of FILE…: for each the clang++ command that compiles it, without an output, ended by a NUL byte.
commands_of() {
  python3 - "$CLANG_BUILD/compile_commands.json" "$REPOSITORY/" "$@" <<'TEXT'
import json
import shlex
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    commands = {entry["file"]: entry["command"] for entry in json.load(file)}
for name in sys.argv[3:]:
    command = shlex.split(commands.get(sys.argv[2] + name, ""))
    if not command:
        continue
    compiler = next(i for i, word in enumerate(command) if word.rsplit("/", 1)[-1].startswith("clang++"))
    words = command[compiler:command.index("-o")] + [sys.argv[2] + name]
    print(shlex.join(words), end="\0")
TEXT
}

# tidy_one COMMAND: clang-tidy over the file that COMMAND compiles. Of what was clean a mark is kept, under the hash of
# all that clang-tidy sees: the same text is not looked at again.
tidy_one() {
  local file="${1##* }" rules mark
  rules="$(dirname "$file")/.clang-tidy"
  while [[ ! -f "$rules" ]]; do
    rules="$(dirname "$(dirname "$rules")")/.clang-tidy"
  done
  mark="$TIDY_MARKS/$({
    eval "$1 -E -C"
    cat "$rules" "$REPOSITORY/.clang-tidy" "$file"
    clang-tidy-14 --version
  } | sha256sum | cut -d ' ' -f 1)"
  if [[ -e "$mark" ]]; then
    touch "$mark"
  else
    clang-tidy-14 -p "$CLANG_BUILD" --quiet "$file" && : >"$mark"
  fi
}

# tidy FILE…
tidy() {
  mkdir -p "$TIDY_MARKS"
  find "$TIDY_MARKS" -type f -mtime +30 -delete
  export CLANG_BUILD REPOSITORY TIDY_MARKS
  export -f tidy_one
  # shellcheck disable=SC2016
  commands_of "$@" | xargs -0 -n 1 -P "$(build_jobs)" bash -c 'tidy_one "$0"' 2>&1 |
    { grep -vE '^([0-9]+ warnings? (generated|treated as errors?)|Suppressed [0-9]+ warnings|Use -header-filter)' || true; }
  say "$# files are clean under clang-tidy"
}
