#!/usr/bin/env bash
# The fuzzer of GraphQL documents: its corpus, then a fixed number of documents of its own.
#
#   scripts/gates/fuzz.sh [RUNS]     default: 200000
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"

RUNS="${1:-200000}"
CORPUS="$REPOSITORY/tests/graphql/fuzz/corpus"

need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" clang-14 libclang-rt-14-dev
cd "$REPOSITORY"
cmake --preset fuzz
cmake --build --preset fuzz --parallel "$(build_jobs)"
fuzzer="$(find build/fuzz -name fuzz_document -type f)"
FOUND="$(mktemp -d)"
trap 'rm -rf "$FOUND"' EXIT
# libFuzzer ends with 77 after a crash, which is the code of a gate that cannot run here.
"$fuzzer" -error_exitcode=1 "$CORPUS"/*
# What it finds worth keeping goes into a folder of its own: the corpus stays as it is.
"$fuzzer" -error_exitcode=1 -runs="$RUNS" -seed=1 -max_len=4096 -print_final_stats=1 -artifact_prefix="$REPOSITORY/build/fuzz/" \
  "$FOUND" "$CORPUS"
