#!/bin/sh
# The configuration is /data/migrator.yaml, unless MIGRATOR_YAML names another file. Arguments go to
# the program: none serves HTTP, `apply` is a run of its own.

# Images used to work in /. A relative path that leads somewhere from there is one of an installation
# from then. It keeps its place: the place of a migration is its identity.
leads_somewhere_from_root() {
  case "$1" in
    '' | /* | *://*) return 1 ;;
    *\$\{*) return 0 ;; # unknown here
  esac
  [ -e "/$1" ]
}

# The plain value of a key in the configuration file: `baseLocation: "migrations"  # comment`.
value_of() {
  while read -r key value _; do
    if [ "$key" = "$1:" ]; then
      value="${value#[\"\']}"
      printf '%s\n' "${value%[\"\']}"
      return
    fi
  done <"$MIGRATOR_YAML"
}

works_in_root() {
  location="$MIGRATOR_BASE_LOCATION"
  source="$MIGRATOR_DATA_SOURCE"
  driver="$MIGRATOR_DRIVER"
  if [ -r "$MIGRATOR_YAML" ]; then
    location="${location:-$(value_of baseLocation)}"
    source="${source:-$(value_of dataSource)}"
    driver="${driver:-$(value_of driver)}"
  fi
  leads_somewhere_from_root "$location" && return
  [ "$driver" = sqlite ] && leads_somewhere_from_root "$source"
}

if leads_somewhere_from_root "$MIGRATOR_YAML"; then
  MIGRATOR_YAML="/$MIGRATOR_YAML"
fi
file="${MIGRATOR_YAML:-/data/migrator.yaml}"
if [ "$PWD" = /data ] && MIGRATOR_YAML="$file" && works_in_root; then
  cd /
fi
if [ ! -e "$file" ] && [ "$file" = /data/migrator.yaml ] && [ -n "$MIGRATOR_BASE_LOCATION" ]; then
  # All of it may come from MIGRATOR_… variables instead. That works only as long as nobody names a
  # file, and a container that lacks both has to hear which file it lacks.
  unset MIGRATOR_YAML
else
  MIGRATOR_YAML="$file"
  export MIGRATOR_YAML
fi
# exec: the program itself gets SIGTERM, which makes it finish or roll back what it is doing.
exec migrator "$@"
