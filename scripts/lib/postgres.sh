# shellcheck shell=bash
# A PostgreSQL server of our own in a temporary folder. To be sourced after common.sh.
#
#   start_postgres [SETTING=VALUE…]   sets POSTGRES_PORT and POSTGRES_URL (a superuser)
#   stop_postgres                     stops it and removes the folder; safe at any time
#
# It listens on 127.0.0.1 alone, without a socket: the path of a socket may have 107 characters,
# and temporary folders can be longer.

POSTGRES_DIR=
POSTGRES_PORT=
POSTGRES_URL=

# The folder with initdb and pg_ctl: POSTGRES_BIN if set, else the newest of Debian's.
postgres_bin() {
  if [[ -n "${POSTGRES_BIN:-}" ]]; then
    printf '%s\n' "$POSTGRES_BIN"
    return
  fi
  local initdb
  initdb="$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)"
  if [[ ! -x "$initdb" ]]; then
    initdb="$(command -v initdb)" || fail "no PostgreSQL server found: install postgresql, or set \
POSTGRES_BIN to the folder with initdb and pg_ctl"
  fi
  dirname "$initdb"
}

start_postgres() {
  local bin attempt setting options
  bin="$(postgres_bin)"
  POSTGRES_DIR="$(make_server_dir postgres)"
  (
    cd "$POSTGRES_DIR"
    as_server_user "$bin/initdb" --pgdata="$POSTGRES_DIR/data" --username=postgres --auth=trust \
      --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$POSTGRES_DIR/initdb.log" 2>&1
  ) || fail "initdb failed: $(tail -n 3 "$POSTGRES_DIR/initdb.log")"
  for attempt in 1 2 3 4 5; do
    POSTGRES_PORT="$(free_port)"
    options="-c listen_addresses=127.0.0.1 -c port=$POSTGRES_PORT -c unix_socket_directories="
    options+=" -c max_connections=200 -c max_prepared_transactions=10"
    for setting in "$@"; do
      options+=" -c $setting"
    done
    if (
      cd "$POSTGRES_DIR"
      as_server_user "$bin/pg_ctl" start --pgdata="$POSTGRES_DIR/data" --wait --timeout=60 --silent \
        --log="$POSTGRES_DIR/postgres.log" --options="$options" >/dev/null 2>&1
    ); then
      # shellcheck disable=SC2034
      POSTGRES_URL="postgres://postgres@127.0.0.1:$POSTGRES_PORT/postgres"
      return
    fi
    grep -qi 'could not bind' "$POSTGRES_DIR/postgres.log" || break
    say "port $POSTGRES_PORT was taken meanwhile (attempt $attempt)"
  done
  fail "PostgreSQL did not start: $(tail -n 3 "$POSTGRES_DIR/postgres.log")"
}

stop_postgres() {
  if [[ -z "$POSTGRES_DIR" ]]; then
    return 0
  fi
  if [[ -e "$POSTGRES_DIR/data/postmaster.pid" ]]; then
    (
      cd "$POSTGRES_DIR"
      as_server_user "$(postgres_bin)/pg_ctl" stop --pgdata="$POSTGRES_DIR/data" --mode=immediate \
        --wait --silent >/dev/null 2>&1
    ) || say "PostgreSQL in $POSTGRES_DIR could not be stopped"
  fi
  rm -rf "$POSTGRES_DIR"
  POSTGRES_DIR=
}
