#!/usr/bin/env bash
# Measures `migrator apply` on a MariaDB of its own against the least that does the same work there
# (bench/raw_apply_mariadb.cpp): 1,000 files for one tenant, and 21 files for 100 tenants.
#
#   scripts/bench-mariadb.sh
#
# Every tenth file creates and alters a table, the others insert eleven rows. Raw and migrator run in
# pairs, in turn first, each in fresh databases; the table shows medians. PAIRS (default 9) comes from
# the environment. BASELINE, another binary of migrator, is measured beside it in the same pairs.
# The server does not wait for the disk, so that the clients' own time shows.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
for part in measure packages mariadb; do
  # shellcheck source=/dev/null
  source "$REPOSITORY/scripts/lib/$part.sh"
done

PAIRS="${PAIRS:-9}"
BASELINE="${BASELINE:-}"
BUILD="$REPOSITORY/build/bench"
WORK=

# make_files FOLDER COUNT: a statement a line.
make_files() {
  mkdir -p "$1"
  awk -v count="$2" -v dir="$1" '
    BEGIN {
      for (i = 1; i <= count; i++) {
        file = sprintf("%s/%05d.sql", dir, i)
        if (i % 10 == 1) {
          name = "{schema}.t" i
          printf "create table %s (id integer primary key, title text not null, amount integer);\n", name > file
          printf "alter table %s alter column amount set default 0;\n", name > file
          printf "create index t%d_amount on %s (amount);\n", i, name > file
        } else {
          for (row = 1; row <= 11; row++)
            printf "insert into %s (id, title, amount) values (%d, '\''row %d of file %d'\'', %d);\n", \
              name, i * 100 + row, row, i, row > file
        }
        close(file)
      }
    }'
}

sql() { MYSQL_PWD="$MARIADB_PASSWORD" mariadb --no-defaults -uroot -S "$MARIADB_SOCKET" -Ne "$1"; }

# fresh_databases TENANTS: nothing but empty schemas of the tenants.
fresh_databases() {
  local name
  for name in $(sql "select schema_name from information_schema.schemata where schema_name in
    ('raw', 'migrator') or schema_name like 'tenant%'"); do
    sql "drop database $name"
  done
  # shellcheck disable=SC2046
  sql "$(printf 'create database tenant%d; ' $(seq "$1"))"
}

count_is() {
  local found
  found="$(sql "select count(*) from $1")"
  [[ "$found" == "$2" ]] || fail "$1 has $found rows instead of $2"
}

# run_raw CASE FILES TENANTS
run_raw() {
  local tenants
  fresh_databases "$3"
  mapfile -t tenants < <(seq -f 'tenant%g' "$3")
  sql "create database raw character set utf8mb4 collate utf8mb4_bin; use raw;
    create table recorded (id serial primary key, name varchar(200), source_dir varchar(200),
      filename varchar(200), type int, db_schema varchar(200), created timestamp default now(),
      contents longtext, checksum varchar(64), version_id bigint, index (version_id),
      index (filename, db_schema));
    create table state (tenant varchar(200) primary key, version_id bigint, first_file text,
      state varchar(20), file text, statement bigint, sqlst text, message text, changed datetime(6));
    $(printf "insert into state (tenant) values ('%s'); " "${tenants[@]}")"
  measured "$1-raw" "$BUILD/bench/raw_apply_mariadb" "$MARIADB_SOCKET" "$MARIADB_PASSWORD" \
    "$WORK/$1/stores" "${tenants[@]}"
  count_is raw.recorded $(($2 * $3))
}

# The tenants are there before; their files come with the run that is measured.
run_migrator() { run_program migrator "$BUILD/migrator" "$@"; }
run_baseline() { run_program baseline "$BASELINE" "$@"; }

# run_program NAME PROGRAM CASE FILES TENANTS
run_program() {
  local name="$1" program="$2" tenant
  shift 2
  fresh_databases "$3"
  "$program" -c "$WORK/$1.yaml" apply --quiet >"$WORK/output" 2>&1 || fail "$(<"$WORK/output")"
  "$program" -c "$WORK/$1.yaml" create-tenant tenant1 --quiet --set tenantMigrations=empty \
    >"$WORK/output" 2>&1 || fail "$(<"$WORK/output")"
  for ((tenant = 2; tenant <= $3; tenant++)); do
    sql "insert into migrator.migrator_tenants (name) values ('tenant$tenant')"
  done
  measured "$1-$name" "$program" -c "$WORK/$1.yaml" apply --quiet
  count_is 'migrator.migrator_migrations where type = 2' $(($2 * $3))
}

# run_case NAME FILES TENANTS
run_case() {
  local pair name order=(raw migrator)
  [[ -z "$BASELINE" ]] || order=(raw baseline migrator)
  mkdir -p "$WORK/$1/base" "$WORK/$1/empty"
  printf 'create schema if not exists {schema};\n' >"$WORK/$1/base/0000.sql"
  make_files "$WORK/$1/stores" "$2"
  cat >"$WORK/$1.yaml" <<YAML
baseLocation: $WORK/$1
driver: mysql
dataSource: "root:$MARIADB_PASSWORD@unix($MARIADB_SOCKET)/"
singleMigrations: [base]
tenantMigrations: [stores]
logLevel: ERROR
YAML
  for ((pair = 1; pair <= PAIRS; pair++)); do
    say "$1: pair $pair of $PAIRS"
    for name in "${order[@]}"; do
      "run_$name" "$@"
    done
    order=("${order[@]:1}" "${order[0]}")
  done
  sql 'drop database base'
}

# row TITLE CASE WHO: what was measured of it, if it was: median and spread, and the ratio to raw's median.
row() {
  local raw
  [[ -e "$WORK/results/$2-$3" ]] || return 0
  raw="$(median "$2-raw")"
  sort -n "$WORK/results/$2-$3" | awk -v title="$1" -v raw="$raw" '
    { time[NR] = $1; if ($2 > memory) memory = $2 }
    END {
      median = time[int((NR + 1) / 2)]
      printf "| %-44s | %4d | %9.1f | %19s | %8.2f | %12.1f |\n", title, NR, median,
        sprintf("%.1f - %.1f", time[1], time[NR]), median / raw, memory / 1024
    }'
}

trap 'end_with stop_mariadb' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

[[ $# -eq 0 ]] || fail "usage: scripts/bench-mariadb.sh"
need_packages "${BUILD_PACKAGES[@]}" mariadb-server mariadb-client openssl
build_bench migrator raw_apply_mariadb
WORK="$(mktemp -d "${TMPDIR:-/tmp}/migrator-bench-XXXXXX")"
mkdir "$WORK/results"
heading "Starting MariaDB"
start_mariadb
heading "Measuring"
run_case files 1000 1
run_case tenants 21 100
heading "Results"
printf '%s, %s cores, %s\n\n' "$(uname -m)" "$(nproc)" "$(sql 'select version()')"
printf '| %-44s | %4s | %9s | %19s | %8s | %12s |\n' what runs 'median ms' 'min - max ms' \
  'of raw' 'peak MiB'
printf '|%s|%s|%s|%s|%s|%s|\n' ---------------------------------------------- -----: ----------: \
  --------------------: ---------: -------------:
row 'raw client, 1,000 files × 1 tenant' files raw
row 'migrator apply' files migrator
row 'the same by BASELINE' files baseline
row 'raw client, 21 files × 100 tenants' tenants raw
row 'migrator apply' tenants migrator
row 'the same by BASELINE' tenants baseline
