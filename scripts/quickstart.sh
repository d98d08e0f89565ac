#!/usr/bin/env bash
# From a fresh clone to a migrated database: installs what the build needs (Debian), builds
# build/release/migrator, and applies examples/shop to SQLite files in examples/shop/data.
# Run it again whenever you like. Leaves nothing running.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"

BUILD="$REPOSITORY/build/release"
SHOP="$REPOSITORY/examples/shop"
STORES=(north south west)

build() {
  heading "Building $BUILD/migrator"
  need_writable "$REPOSITORY/build"
  need_writable "$BUILD"
  cd "$REPOSITORY"
  cmake --preset release
  cmake --build --preset release --parallel "$(build_jobs)"
}

# Shows a command as one would type it in examples/shop, and runs it.
migrator() {
  local argument shown='$ migrator'
  for argument in "$@"; do
    if [[ "$argument" == *' '* ]]; then
      argument="\"$argument\""
    fi
    shown+=" $argument"
  done
  say ""
  say "$shown"
  "$BUILD/migrator" "$@"
}

has_store() {
  "$BUILD/migrator" tenants --json | grep -q "\"$1\""
}

# 0: every file is applied, to every store. 3 is the exit code for "something is pending".
nothing_is_pending() {
  local status=0
  "$BUILD/migrator" status --exit-code --quiet >/dev/null || status=$?
  case "$status" in
    0) return 0 ;;
    3) return 1 ;;
    *)
      migrator status || true
      explain_failure "migrator status --exit-code ended with $status"
      ;;
  esac
}

explain_failure() {
  fail "$1
The lines above say why. To begin with empty databases again:
  rm -f '$SHOP'/data/*.db '$SHOP'/data/*.lock"
}

run_shop() {
  local store
  cd "$SHOP"
  need_writable "$SHOP/data"
  for store in data/*.db; do
    need_writable "$store"
  done

  heading "examples/shop: the catalog, the billing and three stores, on SQLite"
  if nothing_is_pending && all_stores_exist; then
    say "Nothing is pending: every migration is applied, to every store."
    say "Scripts (the folders catalog-scripts and stores-scripts) run at every apply; here they do:"
    migrator apply --name "quick start, once more" || explain_failure "the apply failed"
  else
    migrator plan || explain_failure "the plan failed"
    migrator apply --name "quick start" || explain_failure "the apply failed"
    for store in "${STORES[@]}"; do
      if ! has_store "$store"; then
        migrator create-tenant "$store" || explain_failure "tenant $store could not be created"
      fi
    done
  fi
  migrator status || explain_failure "the status failed"
}

all_stores_exist() {
  local store
  for store in "${STORES[@]}"; do
    has_store "$store" || return 1
  done
}

# In a program without the console its page has nothing to load.
console_line() {
  if grep -q 'id="console"' "$BUILD/migrator"; then
    printf '  xdg-open http://127.0.0.1:8080/console/     # the console: fleet, plan, roll out, runs'
  else
    printf '  # the console was left out of this build: node 18 and npm are needed, see docs/console.md'
  fi
}

how_to_go_on() {
  heading "Done. How to go on"
  cat <<TEXT
  cd $SHOP
  export PATH="$BUILD:\$PATH"

  migrator create-tenant east              # one more store
  migrator plan --sql                      # what the next apply would send
  migrator versions                        # who brought what, and when
  migrator help

A migration of your own: a new file in migrations/stores, then plan, apply, status:
  echo 'alter table {schema}.customers add column phone text;' > migrations/stores/0016_phone.sql
  migrator plan && migrator apply --name phone-numbers && migrator status

The same over HTTP and in a browser (the service runs until Ctrl-C; curl in another terminal):
  migrator serve
$(console_line)
  curl -s http://127.0.0.1:8080/v1/tenants
  curl -s http://127.0.0.1:8080/v1/migrations -d '{"mode":"apply","response":"summary"}'

On a real server: examples/shop-postgresql/README.md. The tests: scripts/test.sh
TEXT
}

need_packages "${BUILD_PACKAGES[@]}"
build
run_shop
how_to_go_on
