#!/bin/sh
# The configuration is /data/migrator.yaml, unless MIGRATOR_YAML names another file. Arguments go to
# the program: none serves HTTP, `apply` is a run of its own.
if [ -z "$MIGRATOR_YAML" ]; then
  MIGRATOR_YAML=/data/migrator.yaml
  # All of it may come from MIGRATOR_… variables instead. That works only as long as nobody names a
  # file, and a container that lacks both has to hear which file it lacks.
  if [ ! -e "$MIGRATOR_YAML" ] && [ -n "$MIGRATOR_BASE_LOCATION" ]; then
    unset MIGRATOR_YAML
    exec migrator "$@"
  fi
fi
export MIGRATOR_YAML
# exec: the program itself gets SIGTERM, which makes it finish or roll back what it is doing.
exec migrator "$@"
