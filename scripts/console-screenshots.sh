#!/usr/bin/env bash
# Makes the pictures of docs/console.md and README.md anew: a fleet of 1,000 tenants in PostgreSQL, seen by Chromium.
#
#   scripts/console-screenshots.sh [FOLDER]     default: docs/console
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
for part in packages postgres console; do
  # shellcheck source=/dev/null
  source "$REPOSITORY/scripts/lib/$part.sh"
done

TARGET="$(realpath -m "${1:-$REPOSITORY/docs/console}")"
need_packages "${BUILD_PACKAGES[@]}" "${CONSOLE_PACKAGES[@]}" pngquant
cd "$REPOSITORY/web"
node tools/install.mjs --all
build_console_program
trap stop_postgres EXIT
start_console_postgres
mkdir -p "$TARGET"
node tests/browser/screenshots.mjs "$TARGET"
pngquant --force --ext .png 64 "$TARGET"/*.png
du -ch "$TARGET"/*.png >&2
