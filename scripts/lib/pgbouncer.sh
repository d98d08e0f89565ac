# shellcheck shell=bash
# A PgBouncer in transaction mode in front of the server of postgres.sh. To be sourced after it.
#
#   start_pgbouncer    sets PGBOUNCER_PORT and PGBOUNCER_URL
#   stop_pgbouncer     stops it and removes the folder; safe at any time
#
# Tight on purpose: three server connections, and whoever sits idle in a transaction for five
# seconds is thrown out. What works here works behind the poolers people have.

PGBOUNCER_DIR=
PGBOUNCER_PORT=
PGBOUNCER_URL=

start_pgbouncer() {
  local program attempt waited
  # Debian puts it into sbin, which is not on everybody's PATH.
  program="$(PATH="$PATH:/usr/sbin" command -v pgbouncer)" || fail "pgbouncer is not installed"
  PGBOUNCER_DIR="$(make_server_dir pgbouncer)"
  for attempt in 1 2 3 4 5; do
    PGBOUNCER_PORT="$(free_port)"
    pgbouncer_settings >"$PGBOUNCER_DIR/pgbouncer.ini"
    printf '"postgres" ""\n' >"$PGBOUNCER_DIR/users.txt"
    chmod -R a+rX "$PGBOUNCER_DIR"
    (
      cd "$PGBOUNCER_DIR"
      as_server_user "$program" -q -d "$PGBOUNCER_DIR/pgbouncer.ini" >/dev/null 2>&1
    ) || true
    for ((waited = 0; waited < 100; waited++)); do
      if [[ -s "$PGBOUNCER_DIR/pgbouncer.pid" ]] && port_answers "$PGBOUNCER_PORT"; then
        # shellcheck disable=SC2034
        PGBOUNCER_URL="postgres://postgres@127.0.0.1:$PGBOUNCER_PORT/postgres"
        return
      fi
      sleep 0.1
    done
    grep -qi 'in use' "$PGBOUNCER_DIR/pgbouncer.log" 2>/dev/null || break
    say "port $PGBOUNCER_PORT was taken meanwhile (attempt $attempt)"
  done
  fail "PgBouncer did not start: $(tail -n 3 "$PGBOUNCER_DIR/pgbouncer.log" 2>&1)"
}

# auth_query: roles that a test makes on the server can log in here too.
pgbouncer_settings() {
  cat <<SETTINGS
[databases]
* = host=127.0.0.1 port=$POSTGRES_PORT

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $PGBOUNCER_PORT
unix_socket_dir =
auth_type = trust
auth_file = $PGBOUNCER_DIR/users.txt
auth_user = postgres
admin_users = postgres
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
idle_transaction_timeout = 5
logfile = $PGBOUNCER_DIR/pgbouncer.log
pidfile = $PGBOUNCER_DIR/pgbouncer.pid
SETTINGS
}

stop_pgbouncer() {
  local pid waited
  if [[ -z "$PGBOUNCER_DIR" ]]; then
    return 0
  fi
  if [[ -s "$PGBOUNCER_DIR/pgbouncer.pid" ]]; then
    pid="$(<"$PGBOUNCER_DIR/pgbouncer.pid")"
    kill "$pid" 2>/dev/null || true
    for ((waited = 0; waited < 50; waited++)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
  fi
  rm -rf "$PGBOUNCER_DIR"
  PGBOUNCER_DIR=
}
