#!/usr/bin/env bash
# Counts the files and functions of ours that one tenant's file passes on its way from disk to its
# row, on PostgreSQL: how long the path is that a reader has to follow.
#
#   scripts/count-path.sh [--list] [MIGRATOR]     MIGRATOR: a debug build, default build/dev/migrator
#
# `migrator apply` runs under callgrind with 3, 4 and 5 files for one tenant, each time on a new
# database. Functions are those defined in a .cpp under src/; what a header holds, the standard
# library and other libraries only pass a call on. On the path are
#   - functions that are called once more for each further file, from another .cpp,
#   - functions that hand each further file on to another .cpp without being called more often,
#   - files that hold these, or anything else that is called once more for each further file.
# --list names them.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/postgres.sh
source "$REPOSITORY/scripts/lib/postgres.sh"

LIST=()
if [[ "${1:-}" == --list ]]; then
  LIST=(--list)
  shift
fi
MIGRATOR="${1:-$REPOSITORY/build/dev/migrator}"
WORK=

# A folder with so many files, a database for it, and what `apply` calls there, by callgrind.
trace() {
  local files=$1 site="$WORK/$1" i
  mkdir -p "$site/migrations/tenants" "$site/migrations/shared"
  cat >"$site/migrator.yaml" <<YAML
baseLocation: $site/migrations
driver: postgres
dataSource: ${POSTGRES_URL%/*}/files_$files
singleMigrations: [shared]
tenantMigrations: [tenants]
YAML
  psql -X -q -v ON_ERROR_STOP=1 "$POSTGRES_URL" -c "create database files_$files"
  (
    cd "$site"
    "$MIGRATOR" create-tenant one --quiet
    for ((i = 1; i <= files; i++)); do
      printf 'create table {schema}.t%d (id int);\n' "$i" >"migrations/tenants/$i.sql"
    done
    valgrind --tool=callgrind --callgrind-out-file="$WORK/$files.out" "$MIGRATOR" apply \
      >"$WORK/output" 2>&1 || fail "$(cat "$WORK/output")"
  )
}

command -v valgrind >/dev/null || fail "valgrind is missing (Debian: valgrind)"
trap 'end_with stop_postgres' EXIT
WORK="$(mktemp -d)"
start_postgres fsync=off
for files in 3 4 5; do
  trace "$files"
done
python3 "$REPOSITORY/scripts/lib/count_path.py" "${LIST[@]}" "$WORK/3.out" "$WORK/4.out" "$WORK/5.out"
