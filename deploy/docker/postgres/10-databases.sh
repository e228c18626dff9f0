#!/bin/sh
# On the first start of the server: for each service a database, and a role that alone may connect to it.
set -eu

for service in membership ledger segmentation recommendation campaign; do
  variable="$(echo "$service" | tr '[:lower:]' '[:upper:]')_PASSWORD"
  eval "password=\${$variable:?}"
  # By standard input and not by an argument, which every process could read.
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" <<SQL
\set service '$service'
\set password '$password'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
