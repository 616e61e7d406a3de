#!/usr/bin/env bash
# `make bench`: measures reads alone and beside slow clients, sign-ins, and the cost of row level security, with a release build and a
# temporary PostgreSQL.
#   BENCH_SECONDS 10 for each measurement   BENCH_DRIPS 1000 slow connections   BENCH_CITIZENS 200 who sign in at the same time
#   BENCH_PORT 18080   BENCH_SMTP_PORT 18025   BENCH_ONLY drip, login or tenancy
#   QUIETANZA_BIN_DIR folder with built programs: skips building
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/interruptible.sh
. scripts/interruptible.sh

cluster=.local/postgres-bench
folder=.local/bench
port=${BENCH_PORT:-18080}
smtp_port=${BENCH_SMTP_PORT:-18025}
seconds=${BENCH_SECONDS:-10}
only=${BENCH_ONLY:-all}
service=
parts=()

stop() {
    local pid
    for pid in "$@"; do
        [ -n "$pid" ] || continue
        kill -TERM "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
}

finish() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    set +e
    end_interruptible
    stop "$service" "${parts[@]}"
    scripts/postgres.sh remove "$cluster" 9>&-
    exit "$status"
}

mkdir -p "$folder"
exec 9>.local/bench.lock
flock --nonblock 9 || { echo "another 'make bench' is running in this folder" >&2; exit 1; }
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ -n "${QUIETANZA_BIN_DIR:-}" ]; then
    bin=$QUIETANZA_BIN_DIR
else
    interruptible swift build --configuration release --product quietanza
    bin=$(swift build --configuration release --show-bin-path 9>&-)
fi

scripts/postgres.sh remove "$cluster" 9>&-
DATABASE_URL=$(scripts/postgres.sh start "$cluster" "${TEST_POSTGRES_PORT:-54420}" durable 9>&-)
export DATABASE_URL HTTP_HOST=127.0.0.1 HTTP_PORT=$port RESOURCES_DIRECTORY=$PWD LOG_LEVEL=warning
export SMTP_URL="smtp://127.0.0.1:$smtp_port?tls=none" MAIL_FROM=bench@example.org OUTBOUND_ALLOWED_NETWORKS=127.0.0.0/8
SECRETS_KEY=$(openssl rand -base64 32)
export SECRETS_KEY RATE_LIMIT_PER_MINUTE=100000000
"$bin/quietanza" migrate 9>&-
"$bin/quietanza" demo-data --format json --simulator-url http://127.0.0.1:9 >"$folder/demo.json" 9>&-
ulimit -n "$(ulimit -Hn)"
"$bin/quietanza" serve --no-loops >"$folder/service.log" 2>&1 9>&- &
service=$!
for _ in $(seq 100); do
    ! curl --silent --fail --output /dev/null "http://127.0.0.1:$port/ready" || break
    kill -0 "$service" 2>/dev/null || { tail "$folder/service.log" >&2; exit 1; }
    sleep 0.1
done

export BENCH_URL=http://127.0.0.1:$port BENCH_MAIL=$folder/mail PYTHONDONTWRITEBYTECODE=1
BENCH_KEY=$(jq --raw-output .api_key "$folder/demo.json")
export BENCH_KEY
measure() { interruptible /usr/bin/python3 "scripts/bench-$1.py" --seconds "$seconds" "${@:2}"; }
is_wanted() { [ "$only" = all ] || [ "$only" = "$1" ]; }

echo "$(nproc) cores, $seconds s for each measurement; load before it: $(cut -d ' ' -f 1-3 /proc/loadavg)"
if is_wanted drip; then measure drip --drips "${BENCH_DRIPS:-1000}"; fi
if is_wanted login; then
    # Background jobs run only while the accounts are created.
    rm -rf "$BENCH_MAIL"
    /usr/bin/python3 scripts/smtp-sink.py --port "$smtp_port" --directory "$BENCH_MAIL" >"$folder/mail.log" 2>&1 9>&- &
    parts+=($!)
    "$bin/quietanza" loops >"$folder/loops.log" 2>&1 9>&- &
    parts+=($!)
    interruptible /usr/bin/python3 scripts/bench-accounts.py --count "${BENCH_CITIZENS:-200}" >"$folder/accounts"
    stop "${parts[@]}" || true
    parts=()
    measure login --accounts "$folder/accounts" --service "$service"
fi
if is_wanted tenancy; then measure tenancy --demo "$folder/demo.json" --service "$service"; fi
