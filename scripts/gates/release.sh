#!/usr/bin/env bash
# Whether the release preset builds without a warning, and the program has what protects it.
#
#   scripts/gates/release.sh
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"

need_packages "${BUILD_PACKAGES[@]}" binutils
cd "$REPOSITORY"
cmake --preset release
cmake --build --preset release --parallel "$(build_jobs)"
build/release/migrator --version
scripts/gates/notice.sh build/release/migrator
scripts/gates/hardening.sh build/release/migrator
