#!/usr/bin/env bash
# Proves that a fresh Debian 12 with nothing but git is enough: makes one with debootstrap in a
# temporary folder, clones this repository into it, and runs quickstart.sh and test.sh there.
# Prints the times. Needs root, about 3 GB of disk, and 20 minutes; CI doesn't run it.
#
#   scripts/check-minimal.sh [quickstart|test]…    default: both
#
# What is committed is what is checked: it clones HEAD.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$REPOSITORY/scripts/lib/packages.sh"

ROOT=
TIMES=()

finish() {
  local status=$?
  trap - EXIT
  if [[ -n "$ROOT" ]]; then
    # Nothing below a mounted folder may be removed: first the mounts, then the rest.
    local mounted
    for mounted in "$ROOT/dev/pts" "$ROOT/proc"; do
      mountpoint -q "$mounted" && umount "$mounted"
      if mountpoint -q "$mounted"; then
        say "could not unmount $mounted: do it, then remove $ROOT"
        exit "$status"
      fi
    done
    rm -rf --one-file-system "$ROOT"
  fi
  exit "$status"
}

in_root() {
  chroot "$ROOT" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root LANG=C.UTF-8 "${PROXY[@]}" "$@"
}

# timed NAME COMMAND…: runs it in the root and remembers how long it took.
timed() {
  local name="$1" begin="$SECONDS"
  shift
  heading "$name"
  in_root "$@" || fail "$name failed in a minimal Debian"
  TIMES+=("$(printf '%-12s %4d s' "$name" "$((SECONDS - begin))")")
}

mirror() {
  local found
  found="$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \(\[.*\] \)\?\([^ ]*\).*/\2/p' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1)"
  printf '%s\n' "${found:-http://deb.debian.org/debian}"
}

# apt inside goes the way it goes here: the same sources, the same proxy. A service that a package
# would start has to stay down: it would be the host's.
make_root() {
  heading "Making a minimal Debian 12"
  debootstrap --variant=minbase --include=git,ca-certificates bookworm "$ROOT" "$(mirror)" >&2
  if compgen -G '/etc/apt/sources.list.d/debian.sources' >/dev/null; then
    rm -f "$ROOT/etc/apt/sources.list"
    cp /etc/apt/sources.list.d/debian.sources "$ROOT/etc/apt/sources.list.d/"
  elif [[ -s /etc/apt/sources.list ]]; then
    cp /etc/apt/sources.list "$ROOT/etc/apt/"
  fi
  apt-config dump Acquire | grep -Ei 'proxy|Check-(Valid-Until|Date)' \
    >"$ROOT/etc/apt/apt.conf.d/01host" || true
  cp /etc/resolv.conf /etc/hosts "$ROOT/etc/"
  printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d"
  chmod 755 "$ROOT/usr/sbin/policy-rc.d"
  mount -t proc proc "$ROOT/proc"
  # The tests of shell completion need a terminal.
  mkdir -p "$ROOT/dev/pts"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$ROOT/dev/pts"
  ln -sf pts/ptmx "$ROOT/dev/ptmx"
}

# Proxies of the environment, for apt and git.
PROXY=()
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
  if [[ -n "${!name:-}" ]]; then
    PROXY+=("$name=${!name}")
  fi
done

[[ $EUID -eq 0 ]] || fail "debootstrap and chroot need root"
need_packages debootstrap git
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

WANTED=("$@")
if [[ ${#WANTED[@]} -eq 0 ]]; then
  WANTED=(quickstart test)
fi
ROOT="$(mktemp -d "${TMPDIR:-/tmp}/migrator-minimal-XXXXXX")"
chmod 755 "$ROOT"
make_root
git clone -q --no-hardlinks "$REPOSITORY" "$ROOT/root/migrator"
for name in "${WANTED[@]}"; do
  timed "$name" "/root/migrator/scripts/$name.sh"
done
heading "Times"
printf '%s\n' "${TIMES[@]}"
