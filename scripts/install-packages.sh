#!/usr/bin/env bash
# Installs Debian packages, those that are missing, and nothing else.
#
#   scripts/install-packages.sh build|test|gates|bench|tools…    default: build test gates tools
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"

WANTED=("$@")
if [[ ${#WANTED[@]} -eq 0 ]]; then
  WANTED=(build test gates tools)
fi
for group in "${WANTED[@]}"; do
  case "$group" in
    build) need_packages "${BUILD_PACKAGES[@]}" ;;
    test) need_packages "${TEST_PACKAGES[@]}" ;;
    gates) need_packages "${GATE_PACKAGES[@]}" "${CONSOLE_PACKAGES[@]}" ;;
    bench) need_packages "${BENCH_PACKAGES[@]}" ;;
    tools) need_packages "${TOOL_PACKAGES[@]}" ;;
    *) fail "there is no group $group: build, test, gates, bench, tools" ;;
  esac
done
say "All packages for ${WANTED[*]} are installed."
