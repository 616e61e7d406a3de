#!/usr/bin/env bash
# Prints the README's runnable lines as one script: scripts/readme-journey.sh | bash
set -euo pipefail
cd "$(dirname "$0")/.."
echo 'set -euo pipefail'
awk '/^```sh journey$/ { inside = 1; next } /^```/ { inside = 0 } inside' README.md
