#!/usr/bin/env bash
# Installs the PDF validators that the tests use into .local/venv-pdf, and prints the path of its Python.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.local/venv-pdf
wanted="page-validation==0.11.0"
if [ "$(cat "$venv/packages" 2>/dev/null || true)" != "$wanted" ]; then
    echo "pdf-tools: installing $wanted into $venv" >&2
    rm -rf "$venv"
    mkdir -p .local
    /usr/bin/python3 -m venv "$venv"
    install() { "$venv/bin/pip" install --quiet --disable-pip-version-check "$wanted" >&2; }
    install || { sleep 5; install; }
    printf '%s\n' "$wanted" >"$venv/packages"
fi
printf '%s\n' "$PWD/$venv/bin/python"
