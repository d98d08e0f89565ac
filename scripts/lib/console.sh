# shellcheck shell=bash
# A program with the console, and a PostgreSQL for it. To be sourced after common.sh, packages.sh and postgres.sh.
#
#   build_console_program     sets MIGRATOR_TEST_BINARY, unless it is set: the dev preset's
#   start_console_postgres    sets MIGRATOR_TEST_POSTGRESQL_URL; `stop_postgres` ends it

build_console_program() {
  if [[ -z "${MIGRATOR_TEST_BINARY:-}" ]]; then
    (
      cd "$REPOSITORY" || exit
      cmake --preset dev -DCONSOLE=ON
      cmake --build --preset dev --parallel "$(build_jobs)" --target migrator
    ) >&2
    export MIGRATOR_TEST_BINARY="$REPOSITORY/build/dev/migrator"
  fi
}

# A thousand schemas with a few tables each are locked together by a dry run.
start_console_postgres() {
  start_postgres fsync=off full_page_writes=off max_locks_per_transaction=1024
  export MIGRATOR_TEST_POSTGRESQL_URL="$POSTGRES_URL"
}
