#!/usr/bin/env bash
# format.sh check: fails if Swift code is not formatted according to .swift-format. format.sh write: formats it.
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
