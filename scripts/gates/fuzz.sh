#!/usr/bin/env bash
# The fuzzers, of GraphQL documents, HTTP requests and tokens: their corpus, then a fixed number of inputs of their own.
#
#   scripts/gates/fuzz.sh [RUNS]     default: 200000; a tenth of them for tokens, whose keys are slow
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"

RUNS="${1:-200000}"

need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" clang-14 libclang-rt-14-dev
cd "$REPOSITORY"
cmake --preset fuzz
cmake --build --preset fuzz --parallel "$(build_jobs)"
FOUND="$(mktemp -d)"
trap 'rm -rf "$FOUND"' EXIT

# fuzz NAME CORPUS RUNS
fuzz() {
  local fuzzer
  fuzzer="$(find build/fuzz -name "$1" -type f)"
  # libFuzzer ends with 77 after a crash, which is the code of a gate that cannot run here.
  "$fuzzer" -error_exitcode=1 "$2"/*
  # What it finds worth keeping goes into a folder of its own: the corpus stays as it is.
  mkdir "$FOUND/$1"
  "$fuzzer" -error_exitcode=1 -runs="$3" -seed=1 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$REPOSITORY/build/fuzz/" "$FOUND/$1" "$2"
}

fuzz fuzz_document "$REPOSITORY/tests/graphql/fuzz/corpus" "$RUNS"
fuzz fuzz_request "$REPOSITORY/tests/http/fuzz/corpus" "$RUNS"
fuzz fuzz_token "$REPOSITORY/tests/access/fuzz/corpus" $((RUNS / 10))
