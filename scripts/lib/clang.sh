# shellcheck shell=bash
# What the gates with clang++ and clang-tidy share. To be sourced after common.sh, and used in the repository's folder.

CLANG_BUILD="$REPOSITORY/build/clang"

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
      git grep -lF "#include \"${file#*/}\"" -- 'src/*.cpp' 'tests/*.cpp' | head -n 1
    fi
  done
}

# compile_with_clang FILE…: each on its own; nothing is written.
compile_with_clang() {
  python3 - "$CLANG_BUILD/compile_commands.json" "$REPOSITORY/" "$@" <<'TEXT' |
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
    words = command[compiler:command.index("-o")] + ["-fsyntax-only", sys.argv[2] + name]
    print(shlex.join(words), end="\0")
TEXT
    xargs -0 -n 1 -P "$(build_jobs)" bash -c
  say "$# files compile with clang++"
}

# tidy FILE…
tidy() {
  printf '%s\0' "$@" | xargs -0 -n 1 -P "$(build_jobs)" clang-tidy-14 -p "$CLANG_BUILD" --quiet 2>&1 |
    { grep -vE '^([0-9]+ warnings? (generated|treated as errors?)|Suppressed [0-9]+ warnings|Use -header-filter)' || true; }
  say "$# files are clean under clang-tidy"
}
