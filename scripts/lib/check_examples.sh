# shellcheck shell=bash
# Runs the examples as their README files say. To be sourced after common.sh.
#
#   check_shop PROGRAM                 examples/shop, on SQLite, in a folder of its own
#   check_shop_postgresql PROGRAM URL  examples/shop-postgresql, in a database of its own
#
# Each returns 0 when all went as it should, and prints what did not.

# expect CODE COMMAND…: runs it; its output is shown only when it ends with another exit code.
expect() {
  local wanted="$1" status=0 output
  shift
  output="$("$@" 2>&1)" || status=$?
  if [[ "$status" -ne "$wanted" ]]; then
    printf 'exit code %s instead of %s: %s\n%s\n' "$status" "$wanted" "$*" "$output" >&2
    return 1
  fi
}

# The life of a shop: nothing there, a first release, three stores, and again.
run_through() {
  local program="$1" store
  expect 0 "$program" validate &&
    expect 3 "$program" status --exit-code &&
    expect 0 "$program" plan --sql &&
    expect 0 "$program" apply --dry-run &&
    expect 3 "$program" status --exit-code &&
    expect 0 "$program" apply --name "first release" || return 1
  for store in north south west; do
    expect 0 "$program" create-tenant "$store" || return 1
  done
  expect 0 "$program" status --exit-code &&
    expect 0 "$program" apply --name "only scripts" &&
    expect 0 "$program" status --exit-code
}

check_shop() {
  local dir status=0
  dir="$(mktemp -d "${TMPDIR:-/tmp}/migrator-shop-XXXXXX")"
  cp -r "$REPOSITORY/examples/shop/." "$dir"
  rm -f "$dir"/data/*.db "$dir"/data/*.lock
  (cd "$dir" && run_through "$1") || status=1
  rm -rf "$dir"
  return "$status"
}

check_shop_postgresql() {
  local program="$1" server="$2" name="shop_example_$$" status=0
  psql -q "$server" -c "create database $name" || return 1
  (
    cd "$REPOSITORY/examples/shop-postgresql"
    export SHOP_DATABASE_URL="${server%/*}/$name"
    run_through "$program" && shop_postgresql_is_complete "$SHOP_DATABASE_URL"
  ) || status=1
  psql -q "$server" -c "drop database $name with (force)" || status=1
  return "$status"
}

# What stands in the database afterwards, said by somebody else than the program itself.
shop_postgresql_is_complete() {
  local found wanted="15 migrations in catalog,billing,north,south,west; 3 valid indexes; 3 stores"
  found="$(
    psql -qAt "$1" <<'SQL'
select (
    select count(distinct filename) || ' migrations' from migrator.migrator_migrations
    where type in (1, 2)
  ) || ' in ' || (
    select string_agg(db_schema, ',' order by first) from (
      select db_schema, min(id) as first from migrator.migrator_migrations where type in (1, 2)
      group by db_schema
    ) s
  ) || '; ' || (
    select count(*) || ' valid indexes' from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relname = 'orders_by_customer' and i.indisvalid
  ) || '; ' || (select count(*) || ' stores' from billing.subscriptions)
SQL
  )"
  if [[ "$found" != "$wanted" ]]; then
    printf 'the database holds %s\ninstead of         %s\n' "$found" "$wanted" >&2
    return 1
  fi
}
