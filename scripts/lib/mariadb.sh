# shellcheck shell=bash
# A MariaDB server of our own in a temporary folder. To be sourced after common.sh.
#
#   start_mariadb [OPTION…]   options go to mariadbd; exports what stands below
#   stop_mariadb              stops it and removes the folder; safe at any time
#
#   MARIADB_DSN      as the Go driver writes it, over TCP, a user who may do everything
#   MARIADB_PORT     of 127.0.0.1; nobody else's address gets an answer
#   MARIADB_SOCKET   for the same user with the same password
#   MARIADB_CA       the file with the certificate that signed the server's, for tls=true; the
#                    server's own is for 127.0.0.1 and localhost
#
# The data live for a minute, so nothing waits for the disk. Packages: mariadb-server openssl.

MARIADB_DIR=
MARIADB_SOCKET_DIR=
MARIADB_PID=
MARIADB_PASSWORD=secret

start_mariadb() {
  # shellcheck disable=SC2034 # for as_server_user and make_server_dir
  local SERVER_USER=mysql
  local program attempt
  # Debian puts it into sbin, which is not on everybody's PATH.
  program="$(PATH="$PATH:/usr/sbin" command -v mariadbd)" || fail "mariadb-server is not installed"
  MARIADB_DIR="$(make_server_dir mariadb)"
  mariadb_socket
  mariadb_certificates
  mariadb_users >"$MARIADB_DIR/users.sql"
  chmod a+r "$MARIADB_DIR/users.sql"
  (
    cd "$MARIADB_DIR"
    as_server_user mariadb-install-db --no-defaults --datadir="$MARIADB_DIR/data" --skip-test-db \
      --auth-root-authentication-method=normal --innodb-flush-method=nosync --debug-no-sync \
      >"$MARIADB_DIR/install.log" 2>&1
  ) || fail "mariadb-install-db failed: $(tail -n 3 "$MARIADB_DIR/install.log")"
  for attempt in 1 2 3 4 5; do
    MARIADB_PORT="$(free_port)"
    mariadb_process "$program" "$@"
    if mariadb_is_ready; then
      export MARIADB_PORT MARIADB_SOCKET MARIADB_CA="$MARIADB_DIR/tls/ca.pem"
      export MARIADB_DSN="root:$MARIADB_PASSWORD@tcp(127.0.0.1:$MARIADB_PORT)/"
      MARIADB_DSN+='?parseTime=true&multiStatements=true'
      return
    fi
    mariadb_end
    grep -qi 'address already in use' "$MARIADB_DIR/mariadb.log" || break
    say "port $MARIADB_PORT was taken meanwhile (attempt $attempt)"
  done
  fail "MariaDB did not start: $(grep -i error "$MARIADB_DIR/mariadb.log" | tail -n 3)"
}

# The path of a socket may have 107 characters, and temporary folders can be longer.
mariadb_socket() {
  if [[ ${#MARIADB_DIR} -le 90 ]]; then
    MARIADB_SOCKET="$MARIADB_DIR/mariadb.sock"
    return
  fi
  MARIADB_SOCKET_DIR="$(TMPDIR=/tmp make_server_dir mariadb)"
  MARIADB_SOCKET="$MARIADB_SOCKET_DIR/mariadb.sock"
}

# An authority of our own, and a certificate that it signed.
mariadb_certificates() {
  local tls="$MARIADB_DIR/tls"
  mkdir "$tls"
  {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=migrator test authority' \
      -keyout "$tls/ca.key" -out "$tls/ca.pem" &&
      openssl req -newkey rsa:2048 -nodes -subj /CN=localhost \
        -keyout "$tls/server.key" -out "$tls/server.csr" &&
      openssl x509 -req -in "$tls/server.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" \
        -CAcreateserial -days 2 -out "$tls/server.pem" \
        -extfile <(printf 'subjectAltName = DNS:localhost, IP:127.0.0.1\n')
  } >"$MARIADB_DIR/tls.log" 2>&1 || fail "no certificate: $(tail -n 3 "$MARIADB_DIR/tls.log")"
  # The folder keeps others out, and whoever runs the tests reads ca.pem in it.
  chmod a+rx "$tls"
  chmod a+r "$tls/server.key"
}

# Run by the server before it takes connections, so that none finds a user without a password.
mariadb_users() {
  local host
  printf "drop user if exists ''@localhost, ''@'%s', root@'%s', root@'::1';\n" \
    "$(hostname)" "$(hostname)"
  for host in localhost 127.0.0.1; do
    printf "create or replace user root@'%s' identified by '%s';\n" "$host" "$MARIADB_PASSWORD"
    printf "grant all on *.* to root@'%s' with grant option;\n" "$host"
  done
}

mariadb_process() {
  local program="$1" tls="$MARIADB_DIR/tls"
  shift
  : >"$MARIADB_DIR/mariadb.log"
  (
    cd "$MARIADB_DIR" || exit
    as_server_user "$program" --no-defaults --datadir="$MARIADB_DIR/data" --tmpdir="$MARIADB_DIR" \
      --socket="$MARIADB_SOCKET" --pid-file="$MARIADB_DIR/mariadb.pid" \
      --init-file="$MARIADB_DIR/users.sql" --port="$MARIADB_PORT" --bind-address=127.0.0.1 \
      --skip-name-resolve --max-connections=200 \
      --ssl-ca="$tls/ca.pem" --ssl-cert="$tls/server.pem" --ssl-key="$tls/server.key" \
      --character-set-server=utf8mb4 --skip-log-bin --sync-frm=0 --debug-no-sync \
      --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --innodb-doublewrite=0 \
      --innodb-buffer-pool-size=128M --innodb-fast-shutdown=2 "$@"
  ) >>"$MARIADB_DIR/mariadb.log" 2>&1 </dev/null &
  MARIADB_PID=$!
}

mariadb_is_ready() {
  local waited
  for ((waited = 0; waited < 600; waited++)); do
    kill -0 "$MARIADB_PID" 2>/dev/null || return 1
    if [[ -S "$MARIADB_SOCKET" ]] &&
      MYSQL_PWD="$MARIADB_PASSWORD" mariadb-admin --no-defaults --socket="$MARIADB_SOCKET" \
        --user=root --connect-timeout=5 ping >/dev/null 2>&1; then
      return
    fi
    sleep 0.1
  done
  return 1
}

# Asks the server to end, and makes it end when it does not.
mariadb_end() {
  local pid waited
  if [[ -z "$MARIADB_PID" ]]; then
    return 0
  fi
  pid="$(cat "$MARIADB_DIR/mariadb.pid" 2>/dev/null || true)"
  kill "${pid:-$MARIADB_PID}" 2>/dev/null || true
  for ((waited = 0; waited < 100; waited++)); do
    kill -0 "$MARIADB_PID" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL ${pid:+"$pid"} "$MARIADB_PID" 2>/dev/null || true
  wait "$MARIADB_PID" 2>/dev/null || true
  MARIADB_PID=
}

stop_mariadb() {
  if [[ -z "$MARIADB_DIR" ]]; then
    return 0
  fi
  mariadb_end
  rm -rf "$MARIADB_DIR" ${MARIADB_SOCKET_DIR:+"$MARIADB_SOCKET_DIR"}
  MARIADB_DIR=
  MARIADB_SOCKET_DIR=
}
