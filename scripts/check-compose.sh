#!/usr/bin/env bash
# Validates docker-compose.yml against the JSON schema of the Compose specification, which the PyPI package docker-compose
# contains, and against .env.example. Needs no Docker.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=$(scripts/venv.sh compose jsonschema==4.26.0 PyYAML==6.0.3)
# Only the schema file of docker-compose is used: its code requires packages that are too old to build.
if [ ! -d "$(echo "$venv"/lib/python3*/site-packages/compose)" ]; then
    install() { "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps docker-compose==1.29.2 >&2; }
    install || { sleep 5; install; }
fi
"$venv/bin/python" scripts/check-compose.py docker-compose.yml .env.example
