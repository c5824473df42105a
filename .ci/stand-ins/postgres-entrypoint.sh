#!/usr/bin/env bash
# Of the public image's entrypoint, what the project uses: a database is made on the first start, by POSTGRES_USER,
# POSTGRES_DB and POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE, also for a user without an entry in /etc/passwd.
set -euo pipefail

if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=${POSTGRES_USER:-postgres}
  password=${POSTGRES_PASSWORD:-$(cat "$POSTGRES_PASSWORD_FILE")}
  [ -n "$password" ] || { echo 'POSTGRES_PASSWORD is empty' >&2; exit 1; }
  mkdir -p "$PGDATA"
  chmod 00700 "$PGDATA" || :
  if ! getent passwd "$(id -u)" >/dev/null; then
    export NSS_WRAPPER_PASSWD=/tmp/passwd NSS_WRAPPER_GROUP=/tmp/group
    echo "postgres:x:$(id -u):$(id -g):PostgreSQL:$PGDATA:/bin/false" >"$NSS_WRAPPER_PASSWD"
    echo "postgres:x:$(id -g):" >"$NSS_WRAPPER_GROUP"
    LD_PRELOAD=$(echo /usr/lib/*/libnss_wrapper.so)
    export LD_PRELOAD
  fi
  initdb --username="$user" --pwfile=<(printf '%s\n' "$password") --auth-host=scram-sha-256 --auth-local=trust
  unset LD_PRELOAD
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  pg_ctl --wait --options="-c listen_addresses=''" start
  [ "${POSTGRES_DB:-$user}" = postgres ] || psql --username="$user" --dbname=postgres --command="CREATE DATABASE \"${POSTGRES_DB:-$user}\""
  pg_ctl --mode=fast --wait stop
  rm -f /tmp/passwd /tmp/group
fi
exec "$@"
