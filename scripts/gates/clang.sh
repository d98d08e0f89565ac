#!/usr/bin/env bash
# clang++ and clang-tidy over everything. Each file is compiled alone and without precompiled headers here, so this
# also proves that none needs what others include.
#
#   scripts/gates/clang.sh
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
for part in packages clang; do
  # shellcheck source=/dev/null
  source "$REPOSITORY/scripts/lib/$part.sh"
done

need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" clang-14 clang-tidy-14
cd "$REPOSITORY"
configure_clang
cmake --build --preset clang --parallel "$(build_jobs)" -- -k 0
mapfile -t files < <(compiled_files)
tidy "${files[@]}"
