#!/usr/bin/env bash
# Runs scripts/contract/contract.py:
#   contract.sh check [FOLDER]   validates openapi.yaml, its examples and the responses that tests recorded in FOLDER
#   contract.sh requests FOLDER  prints which recorded requests were accepted although openapi.yaml does not describe them
#   contract.sh json             prints openapi.yaml as JSON
#   contract.sh operations       prints what the Swift tests read of it
#   contract.sh test             tests the checker itself
set -euo pipefail
cd "$(dirname "$0")/.."

venv=$(scripts/venv.sh contract --requirement scripts/contract/requirements.txt)
export PYTHONDONTWRITEBYTECODE=1
if [ "${1:-}" = test ]; then exec "$venv/bin/python" -m unittest discover --quiet --start-directory scripts/contract; fi
exec "$venv/bin/python" scripts/contract/contract.py "$@"
