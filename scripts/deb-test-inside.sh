#!/usr/bin/env bash
# The part of deb-test.sh that runs in the fresh Debian: install, or run.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
cd /test

say() { printf 'deb-test:   %s\n' "$*" >&2; }
fail() {
    printf 'deb-test: FAILED: %s\n' "$*" >&2
    tail -n 20 /test/*.log >&2 2>/dev/null || true
    exit 1
}
conf=/etc/quietanza/quietanza.conf
portal_conf=/etc/quietanza/portal.conf

if [ "$1" = install ]; then
    apt-get -qq update
    apt-get -qq install --yes --no-install-recommends ./older.deb >/test/install.log 2>&1 || fail "apt cannot install it"
    exit 0
fi

started=()
# By its process id; a chroot has no systemd to ask.
stop() { kill -TERM "$1" && { wait "$1" || fail "exit status $? after SIGTERM"; }; }
answers() {
    local url=$1 wanted=$2 status
    for _ in $(seq 200); do
        status=$(curl --silent --output /dev/null --write-out '%{http_code}' "$url" || true)
        [ "$status" = "$wanted" ] && return
        sleep 0.1
    done
    fail "$url answers $status instead of $wanted"
}

say "files, modes, manual pages and completions"
for file in $conf $portal_conf; do
    [ "$(stat --format=%a:%U:%G $file)" = 640:root:root ] || fail "mode of $file"
done
for page in "1 quietanza" "1 quietanza-portal" "1 psp-simulator" "5 quietanza.conf"; do
    # shellcheck disable=SC2086
    MANWIDTH=80 man $page >/test/page.txt 2>/test/man.log || fail "man $page"
    [ "$(wc -l </test/page.txt)" -gt 15 ] || fail "man $page is short"
done
man 1 quietanza | grep --quiet doctor || fail "the manual lacks the command doctor"
man 1 quietanza-portal | grep --quiet PORTAL_METRICS_PORT || fail "the manual of the portal lacks its settings"
for program in quietanza quietanza-portal psp-simulator; do
    bash -n /usr/share/bash-completion/completions/$program
    [ -s /usr/share/zsh/vendor-completions/_$program ] && [ -s /usr/share/fish/vendor_completions.d/$program.fish ] \
        || fail "completions of $program"
done
[ "$(ldd /usr/bin/quietanza /usr/bin/quietanza-portal /usr/bin/psp-simulator | grep --count --extended-regexp 'not found|libswift' || true)" = 0 ] \
    || fail "libraries are missing, or Swift's are linked dynamically"

say "units"
units=(quietanza quietanza-loops quietanza-portal)
paths=("${units[@]/#//lib/systemd/system/}")
systemd-analyze verify "${paths[@]/%/.service}" >/test/verify.log 2>&1 || fail "systemd-analyze verify"
for unit in "${units[@]}"; do
    systemd-analyze security --offline=true --threshold=20 --no-pager "/lib/systemd/system/$unit.service" >/test/security.log 2>&1 \
        || fail "systemd-analyze security: exposure above 2.0"
    tail -n 1 /test/security.log >&2
    [ ! -e "/etc/systemd/system/multi-user.target.wants/$unit.service" ] || fail "$unit is enabled without a configuration"
done

say "database and mail server"
ip link set lo up
version=$(ls /usr/lib/postgresql)
pg_ctlcluster "$version" main start
as_postgres() { runuser -u postgres -- "$@"; }
as_postgres psql --quiet --command "CREATE ROLE quietanza LOGIN PASSWORD 'secret' CREATEROLE" \
    --command "CREATE DATABASE quietanza OWNER quietanza"
/usr/bin/python3 smtp-sink.py --host 127.0.0.1 --port 2525 --directory /test/mail --control 2526 >/test/mail.log 2>&1 &
started+=($!)

say "configuration, migrations, doctor"
quietanza check-config --config $conf >/test/check.log 2>&1 && fail "the configuration as installed lacks secrets but is accepted"
sed -i -e 's|^#DATABASE_URL=.*|DATABASE_URL=postgresql://quietanza:secret@127.0.0.1/quietanza|' \
    -e "s|^#SECRETS_KEY=.*|SECRETS_KEY=$(openssl rand -base64 32)|" \
    -e 's|^#SMTP_URL=.*|SMTP_URL=smtp://127.0.0.1:2525?tls=none|' -e 's|^#MAIL_FROM=.*|MAIL_FROM=quietanza@example.org|' $conf
[ "$(stat --format=%a $conf)" = 640 ] || fail "mode of the edited $conf"
quietanza check-config --config $conf >&2
quietanza migrate --config $conf >/test/migrate.log 2>&1 || fail "migrate"
quietanza doctor --config $conf >/test/doctor.log 2>&1 || fail "doctor"
[ "$(grep --count --invert-match '^ok' /test/doctor.log)" -le 3 ] || fail "doctor warns"

# As the units do: the settings in the environment, and a user without rights.
start() { start_with $conf "$@"; }
start_with() {
    local settings=$1
    shift
    # shellcheck disable=SC2046
    env --ignore-environment PATH="$PATH" $(grep '^[A-Z]' "$settings") setpriv --reuid=61234 --regid=61234 --clear-groups --no-new-privs \
        --bounding-set=-all "$@" >>/test/service.log 2>&1 &
}
say "service and background jobs"
start quietanza serve --no-loops
service=$!
start quietanza loops
loops=$!
answers http://127.0.0.1:8080/ready 200
answers http://127.0.0.1:8080/docs 200

say "portal"
start_with $portal_conf quietanza-portal serve
portal=$!
wait "$portal" && fail "the portal starts without a key"
grep --quiet 'PORTAL_API_KEY is missing' /test/service.log || fail "the portal does not say what is missing"
sed -i -e "s|^#PORTAL_API_KEY=.*|PORTAL_API_KEY=qz_none_0123456789|" -e "s|^#PORTAL_COOKIE_KEY=.*|PORTAL_COOKIE_KEY=$(openssl rand -base64 32)|" \
    -e 's|^#PORTAL_PUBLIC_URL=.*|PORTAL_PUBLIC_URL=http://127.0.0.1:8070|' -e 's|^#PORTAL_METRICS_PORT=.*|PORTAL_METRICS_PORT=8071|' $portal_conf
[ "$(stat --format=%a $portal_conf)" = 640 ] || fail "mode of the edited $portal_conf"
start_with $portal_conf quietanza-portal serve
portal=$!
answers http://127.0.0.1:8070/ready 204
answers http://127.0.0.1:8070/sign-in 200
answers http://127.0.0.1:8070/metrics 404
answers http://127.0.0.1:8071/metrics 200
stop "$portal"
stop "$service"
stop "$loops"

say "upgrade"
start quietanza serve --no-loops
service=$!
answers http://127.0.0.1:8080/ready 200
sum=$(sha256sum $conf)
dpkg --install ./newer.deb >/test/upgrade.log 2>&1 || fail "upgrade"
[ "$(sha256sum $conf)" = "$sum" ] || fail "the upgrade changed $conf"
kill -0 "$service" || fail "the upgrade stopped the service"
answers http://127.0.0.1:8080/ready 200
quietanza migrate --config $conf >/test/migrate.log 2>&1 || fail "migrate after the upgrade"
stop "$service"
start quietanza serve --no-loops
service=$!
answers http://127.0.0.1:8080/ready 200

say "rollback to the older package"
dpkg --install --force-downgrade ./older.deb >/test/downgrade.log 2>&1 || fail "downgrade"
stop "$service"
start quietanza serve
service=$!
answers http://127.0.0.1:8080/ready 200
stop "$service"

say "removal and purge"
dpkg --remove quietanza >/test/remove.log 2>&1 || fail "remove"
[ ! -e /usr/bin/quietanza ] && [ ! -e /usr/share/quietanza ] || fail "the removal leaves programs"
[ -e $conf ] && [ -e $portal_conf ] || fail "the removal deletes $conf or $portal_conf"
dpkg --purge quietanza >/test/purge.log 2>&1 || fail "purge"
left=$(find /etc /usr /var/lib -iname '*quietanza*' -not -path '/var/lib/postgresql/*')
[ -z "$left" ] || fail "the purge leaves $left"
for process in "${started[@]}"; do kill "$process" || true; done
pg_ctlcluster "$version" main stop --mode=fast
