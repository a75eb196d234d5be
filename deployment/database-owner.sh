#!/bin/sh
# Run once by the database image on initialisation: create the owner of Lantaarn's tables, without superuser rights. By
# then the image has created the TimescaleDB extension, which takes a superuser.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'EOSQL'
\set password `cat /run/secrets/database_owner_password`
\set database `echo "$POSTGRES_DB"`
create role lantaarn_owner login createrole password :'password';
alter database :"database" owner to lantaarn_owner;
EOSQL
