#!/usr/bin/env bash
# Keycloak takes these two by environment and not from files. Set in this process alone, no `docker inspect` shows them.
set -euo pipefail

for variable in KC_DB_PASSWORD KC_BOOTSTRAP_ADMIN_CLIENT_SECRET; do
  file_variable=${variable}_FILE
  file=${!file_variable:-}
  [[ -n $file ]] || continue
  [[ -s $file ]] || { echo "$file_variable: $file is empty or cannot be read" >&2; exit 1; }
  export "$variable=$(<"$file")"
  unset "$file_variable"
done
exec /opt/keycloak/bin/kc.sh "$@"
