# shellcheck shell=bash disable=SC2034
# Debian packages: what is needed for what, and how it gets there. To be sourced after common.sh.

# To build the program.
BUILD_PACKAGES=(
  g++ cmake ninja-build git ca-certificates
  libboost1.81-dev libcurl4-openssl-dev libfmt-dev libmariadb-dev libpg-query-dev libpq-dev
  libprotobuf-c-dev libpugixml-dev
  libsqlite3-dev libssl-dev libyaml-cpp-dev prometheus-cpp-dev unixodbc-dev
)
# The console is bundled by node 18 or newer and npm; those of somebody else than Debian do as well.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  BUILD_PACKAGES+=(nodejs npm)
fi
# To build and run the tests, on top.
TEST_PACKAGES=(
  libgtest-dev postgresql pgbouncer mariadb-server mariadb-client nginx nodejs node-graphql curl openssl
  swift-proxy swift-account swift-container swift-object
  zsh fish python3 tdsodbc odbc-postgresql libsqliteodbc
)
# To test the console in a browser, on top of BUILD_PACKAGES.
CONSOLE_PACKAGES=(chromium postgresql postgresql-client nginx)
# To measure, on top of BUILD_PACKAGES.
BENCH_PACKAGES=(postgresql postgresql-client)
# To run the gates, on top of BUILD_PACKAGES and TEST_PACKAGES.
GATE_PACKAGES=(clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev shellcheck python3 binutils)
# To work on the program; nothing here is needed by the other scripts.
TOOL_PACKAGES=(ccache mold sqlite3 curl)

# need_packages NAME…: installs those that are missing, and nothing when none is.
need_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "This is not a Debian system, so nothing was installed. Needed, under Debian's names:"
    say "  $*"
    say "Going on with what is there."
    return
  fi
  local missing
  mapfile -t missing < <(missing_packages "$@")
  if [[ ${#missing[@]} -eq 0 ]]; then
    return
  fi
  heading "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  if [[ $EUID -ne 0 ]] && ! command -v sudo >/dev/null; then
    fail "these packages are missing and there is no sudo; as root, run:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  fi
  if ! have_candidates "${missing[@]}"; then
    apt_get update || say "apt-get update failed; trying with the package lists that are there"
  fi
  # Package lists that are too old name files that the mirror no longer has: look again, once.
  if ! install_packages "${missing[@]}"; then
    apt_get update || true
    install_packages "${missing[@]}" || fail "could not install the packages above; the lines of \
apt-get before this one say why. Debian 12 has them all; on another release, install what \
corresponds to them by hand and start again"
  fi
}

# The packages among NAME… that are not installed, one a line.
missing_packages() {
  local name
  for name in "$@"; do
    if [[ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" != installed ]]; then
      printf '%s\n' "$name"
    fi
  done
}

# Whether apt knows all of NAME….
have_candidates() {
  local name
  for name in "$@"; do
    apt-cache show --no-all-versions "$name" >/dev/null 2>&1 || return 1
  done
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@" >&2
}

# Some packages bring a service that Debian starts at once; the tests start servers of their own.
# A policy that says no, as long as we install, keeps them down. One that is there is left alone.
install_packages() {
  local policy=/usr/sbin/policy-rc.d made=no status=0
  if [[ ! -e $policy ]]; then
    # shellcheck disable=SC2016
    as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' sh "$policy" && made=yes
  fi
  apt_get install -y --no-install-recommends "$@" || status=$?
  if [[ $made == yes ]]; then
    as_root rm -f "$policy"
  fi
  return "$status"
}
