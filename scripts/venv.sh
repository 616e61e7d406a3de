#!/usr/bin/env bash
# Prints the path of .local/venv-NAME, a Python environment with packages of PyPI; creates it when it is missing or other packages are wanted.
#   scripts/venv.sh NAME PACKAGE…    each with its version, or --requirement FILE
set -euo pipefail
cd "$(dirname "$0")/.."

name=$1
shift
venv=$PWD/.local/venv-$name
mkdir -p .local
# Processes may call this at the same time: one fills the folder, the others wait.
exec 8>"$venv.lock"
flock 8
wanted=$(for argument; do if [ -f "$argument" ]; then cat "$argument"; else printf '%s\n' "$argument"; fi; done)
if [ "$(cat "$venv/packages" 2>/dev/null || true)" != "$wanted" ]; then
    echo "venv: installing $* into .local/venv-$name" >&2
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv" >&2
    install() { "$venv/bin/pip" install --quiet --disable-pip-version-check "$@" >&2; }
    install "$@" || { sleep 5; install "$@"; }
    printf '%s\n' "$wanted" >"$venv/packages"
fi
printf '%s\n' "$venv"
