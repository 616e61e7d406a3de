#!/usr/bin/env bash
# Generates clients from openapi.yaml into .local/clients: python, typescript and a Postman collection. Nothing is done while openapi.yaml is
# the same. OpenAPI Generator and the Java runtime that it needs come from PyPI.
#   scripts/clients.sh           prints the folder of the clients
#   scripts/clients.sh python    prints the program that runs Python with the generated client and what it imports
set -euo pipefail
cd "$(dirname "$0")/.."

venv=$(scripts/venv.sh clients --requirement scripts/clients/requirements.txt)
folder=$PWD/.local/clients
# Processes may call this at the same time: one generates, the others wait.
exec 7>"$folder.lock"
flock 7
wanted=$(cat openapi.yaml scripts/clients.sh scripts/clients/requirements.txt | sha256sum)
if [ "$(cat "$folder/sources" 2>/dev/null || true)" != "$wanted" ]; then
    echo "clients: generating into .local/clients" >&2
    rm -rf "$folder"
    mkdir -p "$folder"
    version=$(sed -nE "s/^  version: '([0-9.]+)'$/\1/p" openapi.yaml)
    # Language, generator and its properties.
    while read -r language generator properties; do
        jq --null-input --arg generator "$generator" --arg input "$PWD/openapi.yaml" --arg output "$folder/$language" \
            --argjson properties "${properties//VERSION/$version}" \
            '{generatorName: $generator, inputSpec: $input, outputDir: $output, globalProperties: {apiTests: "false", modelTests: "false"},
              additionalProperties: ($properties + {hideGenerationTimestamp: true})}' >"$folder/$language.json"
    done <<'END'
python python {"packageName": "quietanza", "projectName": "quietanza-client", "packageVersion": "VERSION"}
typescript typescript-fetch {"npmName": "quietanza-client", "npmVersion": "VERSION", "supportsES6": true}
postman postman-collection {}
END
    # One short run of Java for all: compiling less is faster.
    export JAVA_TOOL_OPTIONS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx768m"
    if ! "$venv/bin/openapi-generator-cli" batch --threads 1 --fail-fast "$folder"/{python,typescript,postman}.json >"$folder/log" 2>&1; then
        cat "$folder/log" >&2
        exit 1
    fi
    # The client is published as declared by its tsconfig.json; a mistake of the generator ends here and not at a caller.
    if ! command -v tsc >/dev/null 2>&1; then
        echo "clients: tsc is not installed; run make setup (Debian package node-typescript)" >&2
        exit 1
    fi
    tsc --project "$folder/typescript" --noEmit >&2
    mv "$folder/postman/postman.json" "$folder/quietanza.postman_collection.json"
    rm -rf "$folder/postman" "$folder"/{python,typescript,postman}.json
    printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s" "$@"\n' "$folder/python" "$venv/bin/python" >"$folder/run-python"
    chmod +x "$folder/run-python"
    printf '%s\n' "$wanted" >"$folder/sources"
fi
if [ "${1:-}" = python ]; then folder=$folder/run-python; fi
printf '%s\n' "$folder"
