#!/usr/bin/env bash
# Installs what building the image's contents needs: the Dockerfile runs it.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"

need_packages "${BUILD_PACKAGES[@]}" binutils curl dash openssl tdsodbc
