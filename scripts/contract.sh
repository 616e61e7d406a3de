#!/usr/bin/env bash
# Runs scripts/contract/contract.py in .local/venv-contract, which it makes when needed:
#   contract.sh check [FOLDER]   validates openapi.yaml, its examples and the responses that tests recorded in FOLDER
#   contract.sh requests FOLDER  prints which recorded requests were accepted although openapi.yaml does not describe them
#   contract.sh json             prints openapi.yaml as JSON
#   contract.sh operations       prints what the Swift tests read of it
#   contract.sh test             tests the checker itself
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.local/venv-contract
wanted=scripts/contract/requirements.txt
mkdir -p .local
# Test processes may call this at the same time: one fills the folder, the others wait.
exec 8>.local/venv-contract.lock
flock 8
if ! cmp --silent "$wanted" "$venv/packages"; then
    echo "contract: installing the validators into $venv" >&2
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv" >&2
    install() { "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted" >&2; }
    install || { sleep 5; install; }
    cp "$wanted" "$venv/packages"
fi
flock --unlock 8
exec 8>&-

export PYTHONDONTWRITEBYTECODE=1
if [ "${1:-}" = test ]; then exec "$venv/bin/python" -m unittest discover --quiet --start-directory scripts/contract; fi
exec "$venv/bin/python" scripts/contract/contract.py "$@"
