#!/usr/bin/env bash
# Measures `migrator apply` of one large file against what has to be done in any case: `psql -1 -f` of the file, and a COPY
# of the same text into a column. On a PostgreSQL of its own with Debian's settings.
#
#   scripts/bench-large.sh [MIB…]     sizes of the file, default 100 250 500
#
# The file is one COPY (copy), or INSERTs of ten rows (insert). RUNS (default 3) comes from the environment; the table shows
# medians, the ratio to psql and the column together, and the largest memory.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
for part in measure packages postgres; do
  # shellcheck source=/dev/null
  source "$REPOSITORY/scripts/lib/$part.sh"
done

SIZES=("${@:-100 250 500}")
RUNS="${RUNS:-3}"
BUILD="$REPOSITORY/build/bench"
WORK=

# make_file FORM MIB: migrations/large/1.sql for schema "large", and the same text as a row for COPY.
make_file() {
  local file="$WORK/migrations/large/1.sql"
  awk -v form="$1" -v bytes="$(($2 * 1048576))" 'BEGIN {
    if (form == "copy") print "copy {schema}.t from stdin;"
    for (i = 1; size < bytes; i++) {
      line = ""
      if (form == "copy") {
        line = i "\trow " i " of a file that is large, with text as people write it\t" i * 3
      } else {
        for (row = 0; row < 10; row++)
          line = line (row ? ", " : "insert into {schema}.t values ") \
            "(" i * 10 + row ", '\''row " i " of a file that is large'\'', " i * 3 ")"
        line = line ";"
      }
      size += length(line) + 1
      print line
    }
    if (form == "copy") print "\\."
  }' >"$file"
  sed 's/{schema}/large/' "$file" >"$WORK/psql.sql"
  sed -z 's/\\/\\\\/g; s/\t/\\t/g; s/\n/\\n/g' "$file" >"$WORK/row.txt"
}

fresh_tables() {
  fresh_database
  sql "$BENCH_URL" -c 'create schema large' -c 'create table large.t (id integer, title text, amount integer)' \
    -c 'create table large.contents (text text)'
}

run_psql() {
  fresh_tables
  measured psql psql -X -1 -q -v ON_ERROR_STOP=1 -f "$WORK/psql.sql" "$BENCH_URL"
  measured column psql -X -q -v ON_ERROR_STOP=1 -c "\\copy large.contents from '$WORK/row.txt'" "$BENCH_URL"
}

run_migrator() {
  fresh_tables
  measured migrator "$BUILD/migrator" --config "$WORK/migrator.yaml" apply --quiet
}

memory() { sort -n -k 2 "$WORK/results/$1" | awk 'END {printf "%d", $2 / 1024}'; }

trap 'end_with stop_postgres' EXIT
need_packages "${BUILD_PACKAGES[@]}" "${BENCH_PACKAGES[@]}"
build_bench migrator >&2
WORK="$(mktemp -d)"
mkdir -p "$WORK/migrations/large"
start_postgres
cat >"$WORK/migrator.yaml" <<YAML
baseLocation: $WORK/migrations
driver: postgres
dataSource: \${BENCH_URL}
singleMigrations: [large]
logLevel: ERROR
YAML
printf '| form | MiB | psql s | column s | migrator s | of both | psql MiB | migrator MiB |\n'
printf '|---|---:|---:|---:|---:|---:|---:|---:|\n'
# shellcheck disable=SC2068 # the default is a row of words
for size in ${SIZES[@]}; do
  for form in copy insert; do
    make_file "$form" "$size"
    rm -rf "$WORK/results"
    mkdir "$WORK/results"
    for ((run = 0; run < RUNS; run++)); do
      run_psql
      run_migrator
    done
    awk -v form="$form" -v size="$size" -v psql="$(median psql)" -v column="$(median column)" -v all="$(median migrator)" \
      -v less="$(memory psql)" -v more="$(memory migrator)" 'BEGIN {
        printf "| %s | %d | %.2f | %.2f | %.2f | %.2f | %d | %d |\n", form, size, psql / 1000, column / 1000, all / 1000,
          all / (psql + column), less, more
      }'
  done
done
