#!/bin/sh
# Whether the service in this container answers. /metrics, since it is there whatever pathPrefix is,
# and needs neither the database nor the storage: a database that is down is no reason to restart.
port="$MIGRATOR_PORT"
file="${MIGRATOR_YAML:-/data/migrator.yaml}"
if [ ! -e "$file" ] && [ -e "/$file" ]; then # as the entrypoint has it
  file="/$file"
fi
if [ -z "$port" ] && [ -r "$file" ]; then
  while read -r key value _; do
    if [ "$key" = port: ]; then
      port="$value"
    fi
  done <"$file"
  port="${port#[\"\']}"
  port="${port%[\"\']}"
fi
case "$port" in
  '' | *[!0-9]*) port=8080 ;;
esac
exec curl --silent --fail --output /dev/null --max-time 4 --noproxy '*' "http://127.0.0.1:$port/metrics"
