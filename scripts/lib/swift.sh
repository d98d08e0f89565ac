# shellcheck shell=bash
# OpenStack Swift with its S3 API in a temporary folder: a server that checks signatures strictly
# (AWS Signature Version 4). To be sourced after common.sh.
#
#   start_swift   sets SWIFT_PORT and exports MIGRATOR_TEST_S3_ENDPOINT, MIGRATOR_TEST_S3_ACCESS_KEY
#                 and MIGRATOR_TEST_S3_SECRET_KEY
#   stop_swift    stops it and removes the folder; safe at any time
#
# Four processes on free ports of 127.0.0.1, as whoever calls. Packages: swift-proxy swift-account
# swift-container swift-object.

SWIFT_DIR=
SWIFT_PORT=
SWIFT_PORTS=() # of the three behind the proxy
SWIFT_PIDS=()

start_swift() {
  local attempt
  command -v swift-proxy-server >/dev/null || fail "swift-proxy is not installed"
  for attempt in 1 2 3; do
    SWIFT_DIR="$(mktemp -d "${TMPDIR:-/tmp}/migrator-swift-XXXXXX")"
    mkdir -p "$SWIFT_DIR/conf" "$SWIFT_DIR/srv/d1"
    swift_settings
    swift_processes
    if swift_is_ready; then
      export MIGRATOR_TEST_S3_ENDPOINT="http://127.0.0.1:$SWIFT_PORT"
      export MIGRATOR_TEST_S3_ACCESS_KEY=test:tester
      export MIGRATOR_TEST_S3_SECRET_KEY=testing
      return
    fi
    if ! grep -qi 'address already in use\|could not bind' "$SWIFT_DIR"/*.log; then
      break
    fi
    say "a port of Swift was taken meanwhile (attempt $attempt)"
    stop_swift
  done
  fail "Swift did not start: $(tail -n 3 "$SWIFT_DIR"/*.log 2>&1)"
}

# One ring and one server each for accounts, containers and objects, on one "device", a folder.
swift_settings() {
  local name port conf="$SWIFT_DIR/conf"
  SWIFT_PORTS=()
  cat >"$conf/swift.conf" <<SETTINGS
[swift-hash]
swift_hash_path_suffix = migrator
swift_hash_path_prefix = test
[storage-policy:0]
name = gold
default = yes
SETTINGS
  for name in account container object; do
    port="$(free_port)"
    SWIFT_PORTS+=("$port")
    {
      swift-ring-builder "$conf/$name.builder" create 4 1 1
      swift-ring-builder "$conf/$name.builder" add "r1z1-127.0.0.1:$port/d1" 1
      # It warns, with exit code 1, when there is nothing left to balance.
      swift-ring-builder "$conf/$name.builder" rebalance || [[ $? -eq 1 ]]
    } >"$SWIFT_DIR/ring.log" 2>&1 || fail "no ring for Swift: $(tail -n 3 "$SWIFT_DIR/ring.log")"
    {
      swift_defaults "$port"
      printf '[pipeline:main]\npipeline = %s-server\n' "$name"
      printf '[app:%s-server]\nuse = egg:swift#%s\n' "$name" "$name"
      [[ $name != object ]] || printf 'fallocate_reserve = 0\n'
    } >"$conf/$name-server.conf"
  done
  SWIFT_PORT="$(free_port)"
  swift_proxy_settings >"$conf/proxy-server.conf"
}

swift_defaults() {
  cat <<SETTINGS
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $1
workers = 0
user = $(id -un)
swift_dir = $SWIFT_DIR/conf
devices = $SWIFT_DIR/srv
mount_check = false
disable_fallocate = true
log_address = $SWIFT_DIR/no-syslog
SETTINGS
}

swift_proxy_settings() {
  local name
  swift_defaults "$SWIFT_PORT"
  cat <<SETTINGS
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth slo copy proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
check_bucket_owner = false
storage_domain = localhost
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
SETTINGS
  for name in catch_errors gatekeeper healthcheck listing_formats slo copy; do
    printf '[filter:%s]\nuse = egg:swift#%s\n' "$name" "$name"
  done
}

swift_processes() {
  local name
  SWIFT_PIDS=()
  for name in account container object proxy; do
    "swift-$name-server" "$SWIFT_DIR/conf/$name-server.conf" >"$SWIFT_DIR/$name.log" 2>&1 </dev/null &
    SWIFT_PIDS+=($!)
  done
}

swift_is_ready() {
  local waited pid
  for ((waited = 0; waited < 300; waited++)); do
    for pid in "${SWIFT_PIDS[@]}"; do
      kill -0 "$pid" 2>/dev/null || return 1
    done
    # The proxy is asked nothing that makes it look for the others before they listen: for a minute
    # it would not look again.
    if swift_listens && swift_is_healthy; then
      return
    fi
    sleep 0.1
  done
  return 1
}

swift_listens() {
  local port
  for port in "${SWIFT_PORTS[@]}" "$SWIFT_PORT"; do
    port_answers "$port" || return 1
  done
}

swift_is_healthy() (
  exec 3<>"/dev/tcp/127.0.0.1/$SWIFT_PORT" || exit 1
  printf 'GET /healthcheck HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3
  [[ "$(timeout 10 head -n 1 <&3)" == *" 200 "* ]]
) 2>/dev/null

stop_swift() {
  local pid waited
  if [[ -z "$SWIFT_DIR" ]]; then
    return 0
  fi
  for pid in "${SWIFT_PIDS[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in "${SWIFT_PIDS[@]}"; do
    for ((waited = 0; waited < 50; waited++)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$SWIFT_DIR"
  SWIFT_DIR=
  SWIFT_PIDS=()
}
