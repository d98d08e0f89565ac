#!/usr/bin/env bash
# Builds the program for the image. The Dockerfile runs it, with GIT_REF, GIT_SHA and GIT_DATE as
# build arguments, since the context has no .git to ask; on its own it does what git says.
#
#   deploy/container/build.sh FILE [BUILD_FOLDER]     FILE: where the program goes
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib/common.sh"

BUILD="${2:-$REPOSITORY/build/image}"
cmake -S "$REPOSITORY" --preset release -B "$BUILD" \
  -DCONSOLE=ON -DGIT_REF="${GIT_REF:-}" -DGIT_SHA="${GIT_SHA:-}" -DGIT_DATE="${GIT_DATE:-}"
cmake --build "$BUILD" --parallel "$(build_jobs)" --target migrator
install -D -m 755 "$BUILD/migrator" "$1"
