#!/usr/bin/env bash
# Collects the root file system of the container image: the program, the libraries it needs, CA
# certificates, a shell for the entrypoint and curl for the health check. Nothing else. Needs no
# container engine and no root; deploy/container/Dockerfile runs it, scripts/check-image.sh tests it.
#
#   scripts/image-rootfs.sh PROGRAM FOLDER [RDS_BUNDLE]
#
# FOLDER must not exist, or be empty. RDS_BUNDLE is a file with the certificates that Amazon RDS signs
# with (deploy/container/fetch-rds-bundle.sh); missing or empty: the image goes without it. Libraries
# come from this machine, so this machine has to be the Debian that the image is to be.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

# No name of the machine's own users: an image needs one that is the same everywhere.
IMAGE_USER=migrator
IMAGE_UID=10001

# Debian merged /bin, /lib and /lib64 into /usr; the loader's path in every program is the old one.
make_folders() {
  mkdir -p "$ROOT"/{data,dev,etc/ssl/certs,proc,sys,tmp,run,usr/bin,usr/lib,usr/lib64}
  ln -s usr/bin "$ROOT/bin"
  ln -s usr/lib "$ROOT/lib"
  ln -s usr/lib64 "$ROOT/lib64"
  # Open for any user, since some platforms choose the uid; sticky, so that nobody replaces what
  # root has put there (migrator.yaml).
  chmod 1777 "$ROOT/data" "$ROOT/tmp"
}

# add_program FILE NAME: FILE, without debug information, and all its libraries.
add_program() {
  local library
  install -m 755 "$1" "$ROOT/usr/bin/$2"
  strip --strip-all "$ROOT/usr/bin/$2"
  while read -r library; do
    add_library "$library"
  done < <(libraries_of "$1")
}

# The absolute paths of all libraries of a program, loader included. A library that isn't there ends
# the script: the image would not start.
libraries_of() {
  local listing
  listing="$(ldd "$1")" || fail "$1 is no program of this machine"
  if grep 'not found' <<<"$listing" >&2; then
    fail "$1 needs libraries that are not installed here"
  fi
  awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }' <<<"$listing"
}

# Under the path that the loader looks for, as a plain file.
add_library() {
  local path="$1"
  case "$path" in
    /lib/* | /lib64/*) path="/usr$path" ;;
  esac
  if [[ ! -e "$ROOT$path" ]]; then
    install -D -m 644 "$(readlink -f "$1")" "$ROOT$path"
    strip --strip-unneeded "$ROOT$path"
  fi
  # The loader is a program too.
  if [[ "$path" == */ld-linux* ]]; then
    chmod 755 "$ROOT$path"
  fi
}

# MariaDB's client library loads the ways to log in by the path it was built with. Not the one that
# asks on a terminal.
add_ways_to_log_in() {
  local plugin
  for plugin in caching_sha2_password sha256_password mysql_clear_password client_ed25519; do
    plugin="$(find /usr/lib -path "*/libmariadb3/plugin/$plugin.so" -print -quit)"
    [[ -n "$plugin" ]] || fail "libmariadb3 has no plugins here"
    add_library "$plugin"
  done
}

# The ODBC driver for SQL Server, which the program loads when it runs, and the code pages that the
# driver has glibc convert. It is found by its path: no odbcinst.ini is needed.
add_odbc_driver() {
  local library page driver
  driver="$(find /usr/lib -name libtdsodbc.so -print -quit)"
  if [[ -z "$driver" ]]; then
    say "No ODBC driver for SQL Server in this image: tdsodbc is not installed."
    return
  fi
  add_library "$driver"
  while read -r library; do
    add_library "$library"
  done < <(libraries_of "$driver")
  local pages="${driver%/odbc/*}/gconv"
  for page in "$pages"/{UTF-16,ISO8859-1,CP125?,CP932,GBK,UHC,BIG5,IBM437,IBM850}.so \
    "$pages"/libJIS.so "$pages"/libKSC.so; do
    [[ ! -e "$page" ]] || add_library "$page"
  done
  install -m 644 "$pages/gconv-modules.cache" "$ROOT$pages/"
}

# OpenSSL, libcurl and libpq look in different places for the same thing.
add_certificates() {
  local bundle=/etc/ssl/certs/ca-certificates.crt
  [[ -s $bundle ]] || fail "$bundle is missing: install ca-certificates"
  install -m 644 $bundle "$ROOT$bundle"
  install -m 644 /etc/ssl/openssl.cnf "$ROOT/etc/ssl/openssl.cnf"
  mkdir -p "$ROOT/usr/lib/ssl"
  ln -s /etc/ssl/certs "$ROOT/usr/lib/ssl/certs"
  ln -s $bundle "$ROOT/usr/lib/ssl/cert.pem"
  ln -s /etc/ssl/openssl.cnf "$ROOT/usr/lib/ssl/openssl.cnf"
  if [[ -s "$RDS_BUNDLE" ]]; then
    openssl x509 -in "$RDS_BUNDLE" -noout || fail "$RDS_BUNDLE does not begin with a certificate"
    install -m 644 "$RDS_BUNDLE" "$ROOT/etc/ssl/certs/rds-global-bundle.pem"
  else
    say "No certificates of Amazon RDS in this image: /etc/ssl/certs/rds-global-bundle.pem is not there."
  fi
}

# Names are looked up by glibc itself since 2.34; it only needs to be told where.
add_settings() {
  printf 'root:x:0:0:root:/:/bin/false\n%s:x:%s:%s::/data:/bin/sh\n' \
    "$IMAGE_USER" "$IMAGE_UID" "$IMAGE_UID" >"$ROOT/etc/passwd"
  printf 'root:x:0:\n%s:x:%s:\n' "$IMAGE_USER" "$IMAGE_UID" >"$ROOT/etc/group"
  printf 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\n' >"$ROOT/etc/nsswitch.conf"
  install -m 644 /etc/os-release "$ROOT/etc/os-release"
}

# What whoever gives the image away has to give along.
add_licences() {
  local file package
  mkdir -p "$ROOT/usr/share/doc/migrator"
  install -m 644 "$REPOSITORY/LICENSE" "$ROOT/usr/share/doc/migrator/copyright"
  command -v dpkg-query >/dev/null || return 0
  while read -r file; do
    # Debian lists some files under /usr and some not.
    package="$(dpkg-query -S "$file" "${file#/usr}" 2>/dev/null | head -n 1 | cut -d: -f1)" || true
    if [[ -n "$package" && -e "/usr/share/doc/$package/copyright" ]]; then
      install -D -m 644 "$(readlink -f "/usr/share/doc/$package/copyright")" \
        "$ROOT/usr/share/doc/$package/copyright"
    fi
  done < <(sources_of_copies)
}

# Where the files of the image came from, as they are called on this machine.
sources_of_copies() {
  printf '%s\n' /usr/bin/dash /usr/bin/curl /usr/share/ca-certificates /etc/ssl/openssl.cnf
  (cd "$ROOT" && find usr/lib usr/lib64 -type f -printf '/%p\n') | while read -r file; do
    readlink -f "$file"
  done
}

[[ $# -eq 2 || $# -eq 3 ]] || fail "usage: scripts/image-rootfs.sh PROGRAM FOLDER [RDS_BUNDLE]"
PROGRAM="$1"
ROOT="$2"
RDS_BUNDLE="${3:-}"
[[ -x "$PROGRAM" ]] || fail "there is no program $PROGRAM: build it first (scripts/quickstart.sh)"
if [[ -e "$ROOT" && -n "$(ls -A "$ROOT")" ]]; then
  fail "$ROOT is not empty"
fi
for tool in strip ldd dash curl openssl; do
  command -v $tool >/dev/null || fail "$tool is missing: install binutils, libc-bin, dash, curl, openssl"
done

umask 022
make_folders
add_program "$PROGRAM" migrator
add_program "$(command -v dash)" sh
add_program "$(command -v curl)" curl
add_ways_to_log_in
add_odbc_driver
add_certificates
add_settings
add_licences
install -m 755 "$REPOSITORY/deploy/container/docker-entrypoint.sh" "$ROOT/docker-entrypoint.sh"
install -m 755 "$REPOSITORY/deploy/container/healthcheck.sh" "$ROOT/healthcheck.sh"
