#!/usr/bin/env bash
# Fills api-docs/ with what the service serves under /docs: Swagger UI and Redoc, from a PyPI wheel that carries both builds, and
# openapi.yaml as JSON. The service looks for the folder in RESOURCES_DIRECTORY.
set -euo pipefail
cd "$(dirname "$0")/.."

wheel="drf-spectacular-sidecar==2026.10.1 --hash=sha256:fe1d005d8ac9b5d0472f2fe5deeb2e7d6dcffaa24118044f22578b4b8c4b31f2"
folder=api-docs
mkdir -p "$folder" .local
# Tests and a service that starts may call this at the same time.
exec 7>.local/api-docs.lock
flock 7

if [ "$(cat "$folder/wheel" 2>/dev/null || true)" != "$wheel" ]; then
    echo "api-docs: installing Swagger UI and Redoc into $folder" >&2
    download=$(mktemp --directory)
    trap 'rm -rf "$download"' EXIT
    printf '%s\n' "$wheel" >"$download/requirements"
    scripts/contract.sh json >"$download/openapi.json"
    pip=$(scripts/venv.sh contract --requirement scripts/contract/requirements.txt)/bin/pip
    fetch() {
        "$pip" download --quiet --disable-pip-version-check --require-hashes --no-deps --dest "$download" \
            --requirement "$download/requirements" >&2
    }
    fetch || { sleep 5; fetch; }
    (cd "$download" && /usr/bin/python3 -m zipfile --extract ./*.whl wheel)
    static=$download/wheel/drf_spectacular_sidecar/static/drf_spectacular_sidecar
    cp "$static"/swagger-ui-dist/swagger-ui{.css,-bundle.js,-bundle.js.LICENSE.txt} \
        "$static"/redoc/bundles/redoc.standalone.js{,.LICENSE.txt} "$folder/"
    cp "$static/swagger-ui-dist/LICENSE" "$folder/swagger-ui.LICENSE"
    cp "$static/redoc/LICENSE" "$folder/redoc.LICENSE"
    mv "$download/openapi.json" "$folder/"
    printf '%s\n' "$wheel" >"$folder/wheel"
fi

if [ ! openapi.yaml -ot "$folder/openapi.json" ]; then
    scripts/contract.sh json >"$folder/openapi.json.new"
    mv "$folder/openapi.json.new" "$folder/openapi.json"
fi
