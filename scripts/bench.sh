#!/usr/bin/env bash
# Measures `migrator apply` against the least that does the same work (bench/raw_apply.cpp) and
# against psql, on a PostgreSQL of its own with Debian's settings.
#
#   scripts/bench.sh [FILES]     FILES: how many migrations, default 10001 (105,005 statements)
#
# Every tenth file creates a table, the others insert eleven rows. Raw and migrator run in pairs,
# in turn first, each in a fresh database; the table at the end shows medians. PAIRS (default 7)
# and RUNS (of the calls with nothing to do, default 7) come from the environment. BASELINE, another
# binary of migrator, is measured beside it in the same pairs. With DO_BLOCKS=yes every tenth file has a DO block, after
# which the session is reset.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
for part in measure packages postgres; do
  # shellcheck source=/dev/null
  source "$REPOSITORY/scripts/lib/$part.sh"
done

FILES="${1:-10001}"
PAIRS="${PAIRS:-7}"
RUNS="${RUNS:-7}"
TENANTS="${TENANTS:-1000}"
TENANT_FILES="${TENANT_FILES:-200}"
BASELINE="${BASELINE:-}"
DO_BLOCKS="${DO_BLOCKS:-no}"
BUILD="$REPOSITORY/build/bench"
PROGRAM="$BUILD/migrator"
WORK=

# migrations/bench/00000.sql and up, and all of them in one file for psql.
make_files() {
  local dir="$WORK/migrations/bench"
  mkdir -p "$dir"
  awk -v count="$FILES" -v dir="$dir" -v blocks="$DO_BLOCKS" '
    function write(number, text) {
      file = sprintf("%s/%05d.sql", dir, number)
      printf "%s", text > file
      close(file)
    }
    BEGIN {
      write(0, "create schema {schema};\n" \
        "comment on schema {schema} is '\''one'\'';\ncomment on schema {schema} is '\''two'\'';\n" \
        "comment on schema {schema} is '\''three'\'';\ncomment on schema {schema} is '\''four'\'';\n")
      for (i = 1; i < count; i++) {
        text = ""
        if (i % 10 == 1) {
          name = "{schema}.t" i
          text = "create table " name " (id integer primary key, title text not null, amount integer);\n"
          text = text "create index t" i "_title on " name " (title);\n"
          text = text "comment on table " name " is '\''table " i "'\'';\n"
          text = text "comment on column " name ".title is '\''for people'\'';\n"
          text = text "alter table " name " alter column amount set default 0;\n"
          text = text "alter table " name " add check (amount >= 0);\n"
        } else {
          for (row = 1; row <= 11; row++) {
            text = text "insert into " name " (id, title, amount) values (" \
              i * 100 + row ", '\''row " row " of file " i "'\'', " row ");\n"
          }
        }
        if (blocks == "yes" && i % 10 == 2) text = text "do $$ begin perform 1; end $$;\n"
        write(i, text)
      }
    }'
  find "$dir" -name '*.sql' | sort | xargs cat | sed 's/{schema}/bench/g' >"$WORK/all.sql"
  cat >"$WORK/migrator.yaml" <<YAML
baseLocation: $WORK/migrations
driver: postgres
dataSource: \${BENCH_URL}
singleMigrations: [bench]
logLevel: ERROR
YAML
}

# apply CONFIG RUNNER…: migrator apply, started by RUNNER.
apply() { "${@:2}" "$PROGRAM" --config "$1" apply --quiet; }

count_is() {
  local found
  found="$(sql "$BENCH_URL" -c "select count(*) from $1")"
  [[ "$found" == "$2" ]] || fail "$1 has $found rows instead of $2"
}

run_raw() {
  fresh_database
  measured raw "$BUILD/bench/raw_apply" "$BENCH_URL" "$WORK/migrations/bench" bench
  count_is recorded "$FILES"
}

run_migrator() { run_program migrator "$PROGRAM"; }
run_baseline() { run_program baseline "$BASELINE"; }

# run_program NAME PROGRAM
run_program() {
  fresh_database
  PROGRAM="$2" apply "$WORK/migrator.yaml" measured "$1"
  count_is migrator.migrator_migrations "$FILES"
}

run_pairs() {
  local pair name order=(raw migrator)
  [[ -z "$BASELINE" ]] || order=(raw baseline migrator)
  for ((pair = 1; pair <= PAIRS; pair++)); do
    say "pair $pair of $PAIRS"
    for name in "${order[@]}"; do
      "run_$name"
    done
    order=("${order[@]:1}" "${order[0]}")
  done
}

# nothing_to_do CONFIG NAME: applies what is applied, by the baseline too.
nothing_to_do() {
  local run
  for ((run = 0; run < RUNS; run++)); do
    apply "$1" measured "$2"
    [[ -z "$BASELINE" ]] || PROGRAM="$BASELINE" apply "$1" measured "$2_baseline"
  done
}

run_nothing_to_do() {
  fresh_database
  apply "$WORK/migrator.yaml" env >/dev/null
  nothing_to_do "$WORK/migrator.yaml" nothing_to_do
  count_is migrator.migrator_versions 1
}

run_psql() {
  fresh_database
  measured psql psql -X -1 -q -v ON_ERROR_STOP=1 -o /dev/null -f "$WORK/all.sql" "$BENCH_URL"
}

# A history of TENANTS × TENANT_FILES rows, recorded as migrator would have done it.
make_history() {
  local dir="$WORK/history" number
  mkdir -p "$dir/base" "$dir/stores"
  printf 'create schema {schema};\n' >"$dir/base/0000.sql"
  cat >"$WORK/history.yaml" <<YAML
baseLocation: $dir
driver: postgres
dataSource: \${BENCH_URL}
singleMigrations: [base]
tenantMigrations: [stores]
logLevel: ERROR
YAML
  fresh_database
  apply "$WORK/history.yaml" env >/dev/null
  for ((number = 1; number <= TENANT_FILES; number++)); do
    printf 'select %d;\n' "$number" >"$(printf '%s/stores/%04d.sql' "$dir" "$number")"
  done
  (cd "$dir/stores" && sha256sum -- *.sql) | awk '{print $2 "\t" $1}' >"$WORK/history.tsv"
  sql "$BENCH_URL" <<SQL
create temp table files (name text, checksum text);
\\copy files from '$WORK/history.tsv'
insert into migrator.migrator_tenants (name)
select 'tenant' || n from generate_series(1, $TENANTS) n;
insert into migrator.migrator_migrations
  (name, source_dir, filename, type, db_schema, contents, checksum, version_id)
select f.name, '$dir/stores', '$dir/stores/' || f.name, 2, t.name, 'select 1;', f.checksum,
  (select max(id) from migrator.migrator_versions)
from migrator.migrator_tenants t cross join files f
order by f.name, t.id;
vacuum analyze migrator.migrator_migrations;
SQL
}

run_history() {
  make_history
  nothing_to_do "$WORK/history.yaml" history
  count_is migrator.migrator_versions 1
}

# row TITLE NAME: what was measured under that name, if it was: medians, the spread, the ratio to raw
# where it is the same work.
row() {
  local raw_median=0
  [[ -e "$WORK/results/$2" ]] || return 0
  if [[ "$2" == migrator || "$2" == baseline || "$2" == psql || "$2" == raw ]]; then
    raw_median="$(median raw)"
  fi
  sort -n "$WORK/results/$2" | awk -v title="$1" -v raw="$raw_median" '
    { time[NR] = $1; if ($2 > memory) memory = $2 }
    END {
      median = time[int((NR + 1) / 2)]
      ratio = raw > 0 ? sprintf("%.2f", median / raw) : "-"
      printf "| %-44s | %4d | %9.1f | %19s | %8s | %12.1f |\n", title, NR, median,
        sprintf("%.1f - %.1f", time[1], time[NR]), ratio, memory / 1024
    }'
}

print_table() {
  local statements
  statements="$(grep -c ';$' "$WORK/all.sql")"
  heading "Results"
  printf '%s files, %s statements; %s, %s cores, PostgreSQL %s\n\n' "$FILES" "$statements" \
    "$(uname -m)" "$(nproc)" "$(sql "$POSTGRES_URL" -c 'show server_version')"
  printf '| %-44s | %4s | %9s | %19s | %8s | %12s |\n' what runs 'median ms' 'min - max ms' \
    'of raw' 'peak MiB'
  printf '|%s|%s|%s|%s|%s|%s|\n' ---------------------------------------------- -----: ----------: \
    --------------------: ---------: -------------:
  row 'raw libpq (bench/raw_apply.cpp)' raw
  row 'migrator apply' migrator
  row 'the same by BASELINE' baseline
  row 'psql -1 -f' psql
  row 'migrator apply, nothing to do' nothing_to_do
  row 'the same by BASELINE' nothing_to_do_baseline
  row "the same, $((TENANTS * TENANT_FILES)) rows of history" history
  row 'the same by BASELINE' history_baseline
}

trap 'end_with stop_postgres' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

[[ "$FILES" =~ ^[1-9][0-9]*$ ]] || fail "usage: scripts/bench.sh [FILES]"
need_packages "${BUILD_PACKAGES[@]}" "${BENCH_PACKAGES[@]}"
build_bench migrator raw_apply
WORK="$(mktemp -d "${TMPDIR:-/tmp}/migrator-bench-XXXXXX")"
mkdir "$WORK/results"
heading "Making $FILES files and starting PostgreSQL"
make_files
start_postgres
heading "Measuring"
run_pairs
run_psql
run_nothing_to_do
run_history
print_table
