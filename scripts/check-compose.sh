#!/usr/bin/env bash
# Validates docker-compose.yml against the JSON schema of the Compose specification, which the PyPI package docker-compose
# contains, and against .env.example. Needs no Docker. The Python packages are installed in .local/venv.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.local/venv
wanted="docker-compose==1.29.2 jsonschema==4.26.0 PyYAML==6.0.3"
if [ "$(cat "$venv/packages" 2>/dev/null || true)" != "$wanted" ]; then
    echo "check-compose: installing $wanted into $venv"
    rm -rf "$venv"
    mkdir -p .local
    /usr/bin/python3 -m venv "$venv"
    install() {
        # Only the schema file of docker-compose is used: its code requires packages that are too old to build.
        "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps docker-compose==1.29.2 \
            && "$venv/bin/pip" install --quiet --disable-pip-version-check jsonschema==4.26.0 PyYAML==6.0.3 2>/dev/null
    }
    install || { sleep 5; install; }
    printf '%s\n' "$wanted" >"$venv/packages"
fi
"$venv/bin/python" scripts/check-compose.py docker-compose.yml .env.example
