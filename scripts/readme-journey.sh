#!/usr/bin/env bash
# Prints the runnable lines of the README and of the pages in docs/ as one script: scripts/readme-journey.sh | bash
set -euo pipefail
cd "$(dirname "$0")/.."
# In this order, because the page for PSPs pays the debt that the page for creditors creates.
pages=(README.md docs/citizens.md docs/oidc.md docs/creditors.md docs/imports.md docs/requests.md docs/psps.md docs/sandbox.md docs/events.md docs/operations.md)
echo 'set -euo pipefail'
awk '/^```sh journey$/ { inside = 1; next } /^```/ { inside = 0 } inside' "${pages[@]}"
