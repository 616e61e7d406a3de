#!/usr/bin/env bash
# Tests the Debian package in a fresh Debian root (debootstrap): installs an older version with its dependencies, configures,
# migrates, starts, upgrades, removes and purges it. Needs root and the network; the services run in a network namespace.
# scripts/deb-test.sh OLDER.deb NEWER.deb; without arguments it builds both with scripts/deb.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'deb-test: %s\n' "$*" >&2; }
[ "$(id -u)" -eq 0 ] || { say "needs root"; exit 1; }
if ! command -v debootstrap >/dev/null 2>&1; then
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=500 -qq install --yes --no-install-recommends debootstrap </dev/null >&2
fi

older=${1:-}
newer=${2:-}
if [ -z "$newer" ]; then
    older=$(QUIETANZA_DEB_LEVEL=0 QUIETANZA_DEB_VERSION=0.0.1 scripts/deb.sh)
    newer=$(QUIETANZA_DEB_LEVEL=0 scripts/deb.sh)
fi

suite=${DEB_TEST_SUITE:-bookworm}
mirror=${DEB_TEST_MIRROR:-http://deb.debian.org/debian}
cache=$PWD/.local/deb
base=$cache/base-$suite
if [ ! -e "$base/complete" ]; then
    say "creating a Debian $suite in $base"
    rm -rf "$base"
    mkdir -p "$cache"
    debootstrap --variant=minbase \
        --include=ca-certificates,curl,iproute2,man-db,postgresql,procps,python3-aiosmtpd,systemd "$suite" "$base" "$mirror" \
        >"$cache/debootstrap.log"
    touch "$base/complete"
fi

work=$(mktemp --directory)
cleanup() {
    umount --lazy "$work/root/var/cache/apt/archives" "$work/root" "$work" 2>/dev/null || true
    rmdir "$work" 2>/dev/null || true
}
trap cleanup EXIT
# What the test writes is in memory; the base stays as it is.
mount -t tmpfs -o size=3g tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay -o "lowerdir=$base,upperdir=$work/upper,workdir=$work/work" overlay "$work/root"
root=$work/root
mkdir -p "$cache/archives/partial" "$root/test"
mount --bind "$cache/archives" "$root/var/cache/apt/archives"
cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
cp "$older" "$root/test/older.deb"
cp "$newer" "$root/test/newer.deb"
cp scripts/deb-test-inside.sh scripts/smtp-sink.py "$root/test/"
# Packages must not start services in this root.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"

inside() { unshare --mount --pid --fork "$@" /bin/bash -euc 'mount -t proc proc "$0/proc"; exec chroot "$0" /bin/bash "${@:1}"' "$root" "${command[@]}"; }
say "installing $(basename "$older") with its dependencies"
command=(/test/deb-test-inside.sh install)
inside
say "running it without a network, upgrading, removing and purging it"
command=(/test/deb-test-inside.sh run)
inside --net
say "the package is sound"
