#!/usr/bin/env bash
# Prints a software bill of materials (CycloneDX 1.6, JSON) of the Swift packages in Package.resolved: scripts/sbom.sh VERSION.
# Written with the library of the CycloneDX project, from PyPI; installed in .local/venv-sbom.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.local/venv-sbom
wanted="cyclonedx-python-lib[json-validation]==11.12.0"
if [ "$(cat "$venv/packages" 2>/dev/null || true)" != "$wanted" ]; then
    echo "sbom: installing $wanted into $venv" >&2
    rm -rf "$venv"
    mkdir -p .local
    /usr/bin/python3 -m venv "$venv"
    install() { "$venv/bin/pip" install --quiet --disable-pip-version-check "$wanted" >&2; }
    install || { sleep 5; install; }
    printf '%s\n' "$wanted" >"$venv/packages"
fi
[ -e Package.resolved ] || swift package resolve >&2
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
exec "$venv/bin/python" scripts/sbom.py "$1" <Package.resolved
