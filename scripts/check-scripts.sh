#!/usr/bin/env bash
# Checks the syntax of every shell and Python script, and of the programs in Benchmarks/; runs shellcheck and gofmt if they are installed.
set -euo pipefail
cd "$(dirname "$0")/.."

shopt -s nullglob
shells=(.ci/run scripts/*.sh deploy/*/*.sh docs/*.sh)
for script in "${shells[@]}"; do bash -n "$script"; done
pythons=(scripts/*.py scripts/*/*.py packaging/*.py Benchmarks/peers/*/*.py)
for script in "${pythons[@]}"; do
    /usr/bin/python3 -c 'import ast, sys; ast.parse(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1])' "$script"
done
if command -v shellcheck >/dev/null 2>&1; then shellcheck --severity=warning "${shells[@]}"; fi
if command -v gofmt >/dev/null 2>&1; then
    unformatted=$(gofmt -l Benchmarks)
    [ -z "$unformatted" ] || { printf 'not formatted by gofmt: %s\n' "$unformatted" >&2; exit 1; }
fi
echo "${#shells[@]} shell and ${#pythons[@]} Python scripts have valid syntax"
