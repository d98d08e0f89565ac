#!/usr/bin/env bash
# Fetches the programs that bench/peers measures against, by package name and pinned version, into a
# cache folder outside the repository. Does nothing for what is there already.
#
#   bench/peers/fetch.sh          Flyway, Liquibase (mvn, javac), goose, golang-migrate (go)
#
# The folder: MIGRATOR_PEERS, default ~/.cache/migrator-peers. The Go program `migrator` is not among
# them: it is not to be had as a package. Give the path of its binary in GO_MIGRATOR.
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/lib/common.sh
source "$HERE/../../scripts/lib/common.sh"
# shellcheck source=bench/peers/versions.env
source "$HERE/versions.env"
PEERS="${MIGRATOR_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/migrator-peers}"

# A tool of ours in Java with the jars that it needs: java_peer NAME VERSION MAIN
java_peer() {
  local name="$1" version="$2" main="$3" to="$PEERS/$1-$2"
  if [[ -e "$to/classes/$main.class" ]]; then
    return
  fi
  if ! command -v mvn >/dev/null || ! command -v javac >/dev/null; then
    say "$name is left out: there is no mvn or no javac"
    return
  fi
  heading "Fetching $name $version"
  mkdir -p "$to/classes"
  mvn -q -B -f "$HERE/$name/pom.xml" dependency:copy-dependencies -DoutputDirectory="$to/lib" \
    -Dpeer.version="$version" -Djdbc.version="$JDBC_VERSION" -Dpicocli.version="$PICOCLI_VERSION"
  javac -cp "$to/lib/*" -d "$to/classes" "$HERE/$name/$main.java"
}

# go_peer NAME PACKAGE VERSION TAGS: the tags leave out the databases that are not measured.
go_peer() {
  local name="$1" package="$2" version="$3" tags="$4" to="$PEERS/$1-$3"
  if [[ -x "$to/${package##*/}" ]]; then
    return
  fi
  if ! command -v go >/dev/null; then
    say "$name is left out: there is no go"
    return
  fi
  heading "Fetching $name $version"
  GOBIN="$to" go install -tags "$tags" "$package@$version"
}

mkdir -p "$PEERS"
java_peer flyway "$FLYWAY_VERSION" FlywayRun
java_peer liquibase "$LIQUIBASE_VERSION" LiquibaseRun
go_peer goose github.com/pressly/goose/v3/cmd/goose "$GOOSE_VERSION" \
  'no_clickhouse no_libsql no_mssql no_mysql no_sqlite3 no_vertica no_ydb'
go_peer golang-migrate github.com/golang-migrate/migrate/v4/cmd/migrate "$GOLANG_MIGRATE_VERSION" \
  postgres
say "in $PEERS: $(cd "$PEERS" && printf '%s ' *)"
