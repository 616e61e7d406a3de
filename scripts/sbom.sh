#!/usr/bin/env bash
# Prints a software bill of materials (CycloneDX 1.6, JSON) of the Swift packages in Package.resolved: scripts/sbom.sh VERSION.
# Written with the library of the CycloneDX project, from PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=$(scripts/venv.sh sbom "cyclonedx-python-lib[json-validation]==11.12.0")
[ -e Package.resolved ] || swift package resolve >&2
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
exec "$venv/bin/python" scripts/sbom.py "$1" <Package.resolved
