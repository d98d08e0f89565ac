#!/usr/bin/env bash
# The program by clang++, and clang-tidy, which has clang++'s warnings too, over everything. Each file is read alone and
# without precompiled headers here, so this also proves that none needs what others include.
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
cmake --build --preset clang --parallel "$(build_jobs)" --target migrator -- -k 0
build/clang/migrator --version
mapfile -t files < <(compiled_files)
tidy "${files[@]}"
