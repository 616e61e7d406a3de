#!/usr/bin/env bash
# Installs the missing packages for building, testing and running. Debian 12 and later, Ubuntu 22.04 and later.
set -euo pipefail

packages=(
    # libraries that the service is built with
    libpq-dev libssl-dev libcurl4-openssl-dev libpango1.0-dev libqpdf-dev libqrencode-dev libdmtx-dev libxml2-dev librsvg2-dev libargon2-dev pkg-config
    # started by the tests and by `make run`: a private PostgreSQL cluster and a mail server that stores what it receives
    postgresql python3-aiosmtpd
    # fonts of the PDFs, for names in all scripts, and tools with which the tests read PDFs and official RTs
    fonts-dejavu-core fonts-noto-core fonts-droid-fallback fonts-wqy-microhei poppler-utils qpdf libxml2-utils zbar-tools dmtx-utils
    # tools that the scripts use
    curl jq openssl make git ca-certificates tzdata python3 python3-venv util-linux procps
    # compiles the generated TypeScript client
    node-typescript
)

say() { printf '%s\n' "$*" >&2; }

if ! command -v dpkg-query >/dev/null 2>&1; then
    say "install-packages: this is not a Debian or Ubuntu machine. Install the equivalents of these packages:"
    say "  ${packages[*]}"
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done

if [ ${#missing[@]} -eq 0 ]; then
    say "install-packages: all packages are installed."
else
    say "install-packages: installing ${missing[*]}"
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            say "install-packages: you are not root and sudo is not installed. As root, run:"
            say "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
            exit 1
        fi
        as_root=(sudo)
    fi

    apt() {
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=500 "$@" </dev/null >&2
    }
    install_missing() { apt -qq update && apt -qq install --yes --no-install-recommends "${missing[@]}"; }

    if ! install_missing; then
        say "install-packages: the installation failed; trying again in 10 seconds."
        sleep 10
        install_missing
    fi
fi

# Without network the service still builds and runs; only these pages are missing.
"$(dirname "$0")/api-docs.sh" || say "install-packages: /docs is not installed; run scripts/api-docs.sh later."

if ! command -v swift >/dev/null 2>&1; then
    say "install-packages: swift was not found. Install Swift 6.2 or later: https://www.swift.org/install/linux/"
    exit 1
fi
version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
if [ "$(printf '6.2\n%s\n' "$version" | sort --version-sort | head -n 1)" != 6.2 ]; then
    say "install-packages: Swift ${version:-?} is too old; 6.2 or later is required."
    exit 1
fi
