#!/bin/sh
# Fetches the certificates that Amazon RDS signs its servers' with. The Dockerfile runs it.
#
#   fetch-rds-bundle.sh URL FILE
#
# An empty URL makes an empty FILE: an image without them. A download that fails, or that isn't a
# list of certificates, ends with an error.
set -eu

url="$1"
file="$2"
if [ -z "$url" ]; then
  : >"$file"
  exit 0
fi
curl --silent --show-error --fail --location --retry 3 --max-time 60 --output "$file" "$url"
grep -q '^-----BEGIN CERTIFICATE-----' "$file" || {
  echo "fetch-rds-bundle.sh: what $url answers holds no certificate" >&2
  exit 1
}
