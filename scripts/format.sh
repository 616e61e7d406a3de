#!/usr/bin/env bash
# format.sh check: refuses Swift code that is not formatted as .swift-format says. format.sh write: formats it.
set -euo pipefail
cd "$(dirname "$0")/.."

paths=(Package.swift Sources Tests)
case ${1:-} in
    check) swift format lint --strict --parallel --recursive "${paths[@]}" ;;
    write) swift format format --in-place --parallel --recursive "${paths[@]}" ;;
    *)
        echo "usage: format.sh check|write" >&2
        exit 64
        ;;
esac
