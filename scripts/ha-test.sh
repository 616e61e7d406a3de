#!/usr/bin/env bash
# `make ha-test`: failovers under load. Three nodes (PostgreSQL with Patroni and etcd, synchronous standby) and the service with two
# instances behind HAProxy run in namespaces of this machine; afterwards the invariants are checked in SQL. Prints tables; takes about
# ten minutes. Needs root or sudo, for the namespaces. docs/failover.md has a result.
#   HA_FAILOVERS 10   HA_WRITERS 6   HA_READERS 3
#   CONFIGURATION debug|release   QUIETANZA_BIN_DIR folder with built programs: skips building
# Files and logs are in .local/ha. Everything runs in one namespace of processes, so all of it ends with this script.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf 'ha-test: %s\n' "$*" >&2; exit 1; }

# Inside the namespaces: this shell is process 1, which collects the processes that lose their parent.
if [ "${1:-}" = inside ]; then
    shift
    mount --types tmpfs tmpfs /mnt
    mkdir /mnt/ha
    mount --bind .local/ha /mnt/ha
    /usr/bin/python3 scripts/ha/ha_test.py /mnt/ha "$@" "$PWD" &
    trap 'exit 143' INT TERM HUP
    wait $!
    exit
fi

packages=(patroni etcd-server python3-etcd haproxy iproute2 postgresql python3-aiosmtpd)

install_packages() {
    local missing=() package
    for package in "${packages[@]}"; do
        [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "ha-test: installing ${missing[*]}" >&2
    # The packages would start etcd and HAProxy as services of this machine.
    local guard=/usr/sbin/policy-rc.d
    if [ ! -e "$guard" ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$guard" >/dev/null
        "${as_root[@]}" chmod 755 "$guard"
        # shellcheck disable=SC2064  # the values of now
        trap "${as_root[*]} rm -f $guard" EXIT
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=500 -qq update </dev/null >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=500 -qq install --yes --no-install-recommends \
        "${missing[@]}" </dev/null >&2
    if [ -d /run/systemd/system ]; then
        for package in "${missing[@]}"; do
            case $package in
                haproxy | patroni) "${as_root[@]}" systemctl disable "$package" >&2 ;;
                etcd-server) "${as_root[@]}" systemctl disable etcd >&2 ;;
            esac
        done
    fi
}

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || die "run it as root: it creates network namespaces"
    as_root=(sudo)
fi
install_packages

bin=${QUIETANZA_BIN_DIR:-}
if [ -z "$bin" ]; then
    configuration=${CONFIGURATION:-debug}
    swift build --configuration "$configuration"
    bin=$(swift build --configuration "$configuration" --show-bin-path)
fi
postgres=
for candidate in /usr/lib/postgresql/{17,16,15,14}/bin; do
    if [ -x "$candidate/pg_rewind" ]; then postgres=$candidate && break; fi
done
[ -n "$postgres" ] || die "no PostgreSQL 14 to 17 found"

mkdir -p .local
exec 9>.local/ha.lock
flock --nonblock 9 || die "another 'make ha-test' is running in this folder"
"${as_root[@]}" rm -rf .local/ha
mkdir .local/ha

# A signal to the terminal's group reaches unshare and this shell. With --kill-child the end of unshare ends process 1 and so all others.
status=0
"${as_root[@]}" unshare --net --mount --pid --fork --mount-proc --kill-child -- \
    env HA_FAILOVERS="${HA_FAILOVERS:-10}" HA_WRITERS="${HA_WRITERS:-6}" HA_READERS="${HA_READERS:-3}" \
    PYTHONDONTWRITEBYTECODE=1 "$PWD/scripts/ha-test.sh" inside "$bin" "$postgres" 9>&- || status=$?
"${as_root[@]}" chown -R "$(id -u):$(id -g)" .local/ha
exit "$status"
