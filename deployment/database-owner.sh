#!/bin/sh
# Run once by the image of the database, when it is new: the owner of Lantaarn's tables, who is no superuser. The image
# has added TimescaleDB by then, which only a superuser may.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'EOSQL'
\set password `cat /run/secrets/database_owner_password`
\set database `echo "$POSTGRES_DB"`
create role lantaarn_owner login createrole password :'password';
alter database :"database" owner to lantaarn_owner;
EOSQL
