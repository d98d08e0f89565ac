# shellcheck shell=bash disable=SC2034
# What every script here needs. To be sourced; sets REPOSITORY, the folder of the repository.

REPOSITORY="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

# Headings on standard error, so that standard output stays the program's own.
if [[ -t 2 && -z "${NO_COLOR:-}" ]]; then
  heading() { printf '\n\033[1m== %s\033[0m\n' "$*" >&2; }
else
  heading() { printf '\n== %s\n' "$*" >&2; }
fi

say() { printf '%s\n' "$*" >&2; }

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Runs a command as root: as it is, or through sudo.
as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Whom root becomes to run a test server; comes with Debian's package.
SERVER_USER=postgres

# Runs a command as the user that owns the test servers. They refuse to run as root, so root becomes
# SERVER_USER; others stay who they are.
as_server_user() {
  if [[ $EUID -eq 0 ]]; then
    runuser -u "$SERVER_USER" -- "$@"
  else
    "$@"
  fi
}

# A temporary folder that the server's user can use, printed. Under TMPDIR, unless that user may
# not get there (/root/tmp, say).
make_server_dir() {
  local dir
  dir="$(mktemp -d "${TMPDIR:-/tmp}/migrator-$1-XXXXXX")"
  if [[ $EUID -eq 0 ]]; then
    chown "$SERVER_USER": "$dir"
    if ! as_server_user test -w "$dir"; then
      rmdir "$dir"
      dir="$(mktemp -d "/tmp/migrator-$1-XXXXXX")"
      chown "$SERVER_USER": "$dir"
    fi
  fi
  printf '%s\n' "$dir"
}

# A TCP port of 127.0.0.1 that nobody listens on, printed. Below the range from which Linux takes
# ports for outgoing connections. Somebody may still take it first: who starts a server tries again.
free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 12000))
    if ! port_answers "$port"; then
      printf '%s\n' "$port"
      return
    fi
  done
}

port_answers() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# How many compilers to run at once: one for each core, but no more than memory allows (the HTTP
# parts take about 1 GiB each).
build_jobs() {
  local cores gibibytes
  cores="$(nproc)"
  gibibytes="$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo 2>/dev/null || true)"
  if [[ -n "$gibibytes" && "$gibibytes" -lt "$cores" ]]; then
    cores="$((gibibytes > 0 ? gibibytes : 1))"
  fi
  printf '%s\n' "$cores"
}

# Stops with a clear message when PATH is there but not ours to write: somebody else, often root,
# ran a script here before.
need_writable() {
  if [[ -e "$1" && ! -w "$1" ]]; then
    fail "$1 belongs to $(stat -c %U "$1"): remove it, or run this script as that user"
  fi
}

# end_with STOP: the end of a script that has a server of its own, which STOP stops, and a folder WORK. For a trap on EXIT.
end_with() {
  local status=$?
  trap - EXIT
  "$1"
  if [[ -n "$WORK" ]]; then
    rm -rf "$WORK"
  fi
  exit "$status"
}
