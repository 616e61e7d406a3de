#!/bin/sh
# Run once by the image `postgres` when its volume is empty, as the superuser: creates the database and its owner, which is no
# superuser and may not create roles. So it creates the roles of the service as well, which `quietanza migrate` expects.
set -eu
psql --quiet --set=ON_ERROR_STOP=1 --set=password="$DATABASE_PASSWORD" --username="$POSTGRES_USER" --dbname=postgres <<'SQL'
CREATE ROLE quietanza LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE ROLE quietanza_app NOLOGIN;
CREATE ROLE quietanza_every NOLOGIN IN ROLE quietanza_app;
CREATE ROLE quietanza_creditors NOLOGIN IN ROLE quietanza_app;
CREATE ROLE quietanza_citizens NOLOGIN IN ROLE quietanza_app;
CREATE ROLE quietanza_psp NOLOGIN IN ROLE quietanza_app;
GRANT quietanza_every, quietanza_creditors, quietanza_citizens, quietanza_psp TO quietanza;
CREATE DATABASE quietanza OWNER quietanza;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
SQL
