#!/usr/bin/env bash
# Sends unusual requests to a running service and fails on a response 500, a crash, a slow response or growing memory.
# Uses the programs that are already built. FUZZ_FACTOR (1) multiplies the number of requests, FUZZ_SECONDS repeats the rounds
# with new seeds for that long, FUZZ_SEED (1) is the first seed, CONFIGURATION is debug or release.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/interruptible.sh
. scripts/interruptible.sh

bin=.build/${CONFIGURATION:-debug}
[ -x "$bin/quietanza" ] || { printf 'fuzz: %s/quietanza is missing; run make build first\n' "$bin" >&2; exit 1; }

venv=$(scripts/venv.sh fuzz schemathesis==4.32.5)

cluster=.local/postgres-fuzz
finish() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    set +e
    end_interruptible
    scripts/postgres.sh remove "$cluster"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

scripts/postgres.sh remove "$cluster"
DATABASE_URL=$(scripts/postgres.sh start "$cluster" "${FUZZ_POSTGRES_PORT:-54450}" volatile)
export DATABASE_URL
interruptible "$venv/bin/python" scripts/fuzz/fuzz.py --bin "$bin"
