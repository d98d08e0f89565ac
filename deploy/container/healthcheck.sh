#!/bin/sh
# Whether the service in this container answers: /metrics, since it is there whatever pathPrefix is,
# and needs neither the database nor the storage: a database that is down is no reason to restart.
# It is asked on metricsPort if there is one, else on port, over TLS if there is a certificate.
file="${MIGRATOR_YAML:-/data/migrator.yaml}"
if [ ! -e "$file" ] && [ -e "/$file" ]; then # as the entrypoint has it
  file="/$file"
fi
port="$MIGRATOR_PORT"
metrics_port="$MIGRATOR_METRICS_PORT"
certificate="$MIGRATOR_TLS_CERTIFICATE"
if [ -r "$file" ]; then
  while read -r key value _; do
    value="${value#[\"\']}"
    value="${value%[\"\']}"
    case "$key" in
      port:) port="${port:-$value}" ;;
      metricsPort:) metrics_port="${metrics_port:-$value}" ;;
      tlsCertificate:) certificate="${certificate:-$value}" ;;
    esac
  done <"$file"
fi
scheme=http
if [ -n "$certificate" ]; then
  scheme=https
fi
case "$metrics_port" in
  '' | *[!0-9]*) ;;
  *)
    port="$metrics_port"
    scheme=http
    ;;
esac
case "$port" in
  '' | *[!0-9]*) port=8080 ;;
esac
# The certificate has the service's name, not 127.0.0.1. Who is refused has been answered, too.
status="$(curl --silent --insecure --output /dev/null --write-out '%{http_code}' --max-time 4 --noproxy '*' \
  "$scheme://127.0.0.1:$port/metrics")"
case "$status" in
  200 | 401 | 403) exit 0 ;;
  *) exit 1 ;;
esac
