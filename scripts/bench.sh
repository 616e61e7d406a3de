#!/usr/bin/env bash
# `make bench`: measures a release build with a temporary PostgreSQL (fsync and synchronous_commit on) on 127.0.0.1.
#   BENCH_ONLY       what to measure, several in quotes: http (operations, beside peers and pgbench), drip (reads beside slow clients),
#                    login (sign-ins), tenancy (row level security); default: all of these
#                    flat (operations on two databases, of BENCH_SMALL_POSITIONS and of BENCH_POSITIONS)
#                    statements (each list, search and filter, and the RT, on the same two databases, without load: time and pages)
#                    start-up, memory (BENCH_REQUESTS 100000), polls (BENCH_POLLS "2000 10000" open long polls),
#                    exports (all positions as files), mails (BENCH_MAILS 2000),
#                    half (RTs at half load), overload (BENCH_OVERLOAD "200 1000" clients)
#   BENCH_OPERATIONS for http and flat: some of live, show, list, search, create, start, session, pdf, rt, and of deep, status, type, due,
#                    document, updated, notice, text; default: all
#   BENCH_SECONDS    10, of each measurement          BENCH_ROUNDS   3, for http: rounds, of which the median counts
#   BENCH_CLIENTS    16, for http: connections        BENCH_RTS      8000, for http: RTs in a round; BENCH_STARTS 4000 starts
#   BENCH_POSITIONS  10000, positions in the database; BENCH_SMALL_POSITIONS 10000, for flat: in the other one
#   BENCH_PEERS      "go fastapi", for http           BENCH_PGBENCH  1; 0: without pgbench
#   BENCH_SAVE       1: write the tables of http, flat, statements and the limits into docs/performance.md
#   BENCH_DRIPS      1000 slow connections            BENCH_CITIZENS 200 who sign in at once, at least 12
#   BENCH_PORT       18080, and the six after it      BENCH_SMTP_PORT 18025
#   QUIETANZA_BIN_DIR folder with built programs: skips building
#   BENCH_BEFORE_BIN_DIR and BENCH_BEFORE_RESOURCES  an older build and the folder with its migrations/: measured in the same run
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/interruptible.sh
. scripts/interruptible.sh

cluster=.local/postgres-bench
folder=$PWD/.local/bench
port=${BENCH_PORT:-18080}
smtp_port=${BENCH_SMTP_PORT:-18025}
seconds=${BENCH_SECONDS:-10}
positions=${BENCH_POSITIONS:-10000}
only=${BENCH_ONLY:-all}
[ "$only" != all ] || only="http drip login tenancy"
peers=${BENCH_PEERS-go fastapi}
# Everything that was started and runs until the end; and what runs for one measurement.
servers=()
parts=()
outside=
saving=()
[ "${BENCH_SAVE:-0}" = 0 ] || saving=(--save)

die() { printf 'bench: %s\n' "$*" >&2; exit 1; }
is_wanted() { [[ " $only " == *" $1 "* ]]; }

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
    stop "${servers[@]}" "${parts[@]}"
    scripts/postgres.sh remove "$cluster" 9>&-
    exit "$status"
}

mkdir -p "$folder"
exec 9>.local/bench.lock
flock --nonblock 9 || die "another 'make bench' is running in this folder"
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ -n "${QUIETANZA_BIN_DIR:-}" ]; then
    bin=$QUIETANZA_BIN_DIR
else
    interruptible swift build --configuration release --product quietanza
    bin=$(swift build --configuration release --show-bin-path 9>&-)
fi

limits=()
for what in start-up memory polls exports mails half overload; do
    if is_wanted "$what"; then limits+=("$what"); fi
done
if is_wanted http || is_wanted flat || [ ${#limits[@]} -gt 0 ]; then
    command -v wrk >/dev/null || die "install wrk: apt-get install wrk"
    [ "${BENCH_PGBENCH:-1}" = 0 ] || command -v pgbench >/dev/null || die "install pgbench: apt-get install postgresql"
    command -v go >/dev/null || die "install Go: apt-get install golang-go"
    build_go() { (cd "$1" && GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$folder/go-cache go build -o "$folder/$2" .) 9>&-; }
    build_go Benchmarks/outside outside
    if [[ " $peers " == *" go "* ]]; then
        [ -d /usr/share/gocode/src/github.com/jackc/pgx/v4 ] ||
            die "install pgx (apt-get install golang-github-jackc-pgx-v4-dev), or leave the Go peer out with BENCH_PEERS"
        build_go Benchmarks/peers/go peer-go
    fi
    if [[ " $peers " == *" fastapi "* ]]; then
        venv=$(scripts/venv.sh fastapi --requirement Benchmarks/peers/fastapi/requirements.txt 9>&-)
    fi
fi

scripts/postgres.sh remove "$cluster" 9>&-
DATABASE_URL=$(scripts/postgres.sh start "$cluster" "${TEST_POSTGRES_PORT:-54420}" durable 9>&-)
export DATABASE_URL HTTP_HOST=127.0.0.1 RESOURCES_DIRECTORY=$PWD LOG_LEVEL=info
export SMTP_URL="smtp://127.0.0.1:$smtp_port?tls=none" MAIL_FROM=bench@example.org OUTBOUND_ALLOWED_NETWORKS=127.0.0.0/8
SECRETS_KEY=$(openssl rand -base64 32)
export SECRETS_KEY RATE_LIMIT_PER_MINUTE=100000000
ulimit -n "$(ulimit -Hn)"

wait_for() {
    local _
    for _ in $(seq 200); do
        ! curl --silent --fail --output /dev/null "$2" || return 0
        kill -0 "$3" 2>/dev/null || { tail "$folder/$1.log" >&2; die "$1 has ended"; }
        sleep 0.1
    done
    die "$1 does not answer at $2"
}

# Makes a database of a build, with its migrations, demo data and positions: fill DATABASE_URL BIN RESOURCES NAME POSITIONS
fill() {
    local -x DATABASE_URL=$1 RESOURCES_DIRECTORY=$3
    local positions=$5
    local query=(psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$DATABASE_URL")
    local first last step=50000
    "$2/quietanza" migrate >"$folder/$4-migrate.log" 9>&-
    "$2/quietanza" demo-data --format json --simulator-url "http://127.0.0.1:$((port + 4))" >"$folder/$4.json" 9>&-
    # The positions are spread over the three years before now.
    local now_ms=$(($(date +%s) * 1000))
    local step_ms=$((3 * 365 * 86400 * 1000 / positions))
    "${query[@]}" --set count="$positions" --set first_ms=$((now_ms - positions * step_ms)) --set step_ms="$step_ms" \
        --file Benchmarks/data/setup.sql 9>&-
    "${query[@]}" --file Benchmarks/data/postpone.sql 9>&-
    for ((first = 1; first <= positions; first += step)); do
        last=$((first + step - 1 < positions ? first + step - 1 : positions))
        interruptible "${query[@]}" --set first="$first" --set last="$last" --set payable=false --file Benchmarks/data/batch.sql
        printf '\r%s: %d of %d positions made in %d s ' "$4" "$last" "$positions" "$SECONDS" >&2
    done
    echo >&2
    interruptible "${query[@]}" --file Benchmarks/data/complete.sql
    interruptible "${query[@]}" --command "VACUUM ANALYZE"
}

# Starts a service and describes it in $folder/NAME.server: serve TITLE NAME DATABASE_URL BIN RESOURCES PORT POSITIONS
serve() {
    DATABASE_URL=$3 RESOURCES_DIRECTORY=$5 HTTP_PORT=$6 "$4/quietanza" serve --no-loops >"$folder/$2.log" 2>&1 9>&- &
    servers+=($!)
    wait_for "$2" "http://127.0.0.1:$6/ready" "${servers[-1]}"
    describe "$1" "$2" "$6" "$3" "$2" "$7"
}
# describe TITLE NAME PORT DATABASE_URL DEMO POSITIONS
describe() {
    jq --null-input --arg name "$1" --arg url "http://127.0.0.1:$3" --argjson pid "${servers[-1]}" --arg database "$4" \
        --arg demo "$folder/$5.json" --argjson positions "$6" '$ARGS.named' >"$folder/$2.server"
}

SECONDS=0
fill "$DATABASE_URL" "$bin" "$PWD" service "$positions"
serve Quietanza service "$DATABASE_URL" "$bin" "$PWD" "$port" "$positions"
service=${servers[-1]}

export BENCH_URL=http://127.0.0.1:$port BENCH_MAIL=$folder/mail PYTHONDONTWRITEBYTECODE=1
BENCH_KEY=$(jq --raw-output .api_key "$folder/service.json")
export BENCH_KEY
measure() { interruptible /usr/bin/python3 "scripts/bench-$1.py" --seconds "$seconds" "${@:2}"; }

about="$(nproc) cores shared by PostgreSQL, service, peers and clients; load before it $(cut -d ' ' -f 1-3 /proc/loadavg)"
about+="; $(psql --version | sed -E 's/psql \(PostgreSQL\) ([0-9.]+).*/PostgreSQL \1/')"
echo "$about; $seconds s for each measurement"

# Writes what the measurements read: describe_setup PART FILE…, with the files that describe the servers.
describe_setup() {
    local postgres
    postgres=$(psql --no-psqlrc --tuples-only --no-align "$DATABASE_URL" \
        --command "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)" 9>&-)
    jq --slurp --argjson postgres "$postgres" --arg about "$about" --arg part "$1" --argjson pgbench "${BENCH_PGBENCH:-1}" \
        --arg command "BENCH_ONLY=$1 BENCH_POSITIONS=$positions BENCH_SECONDS=$seconds make bench" \
        '$ARGS.named + {servers: .} | .pgbench = (.pgbench == 1)' "${@:2}" >"$folder/setup.json"
}
# Runs bench-http.py; the arguments are those of describe_setup.
compare() {
    describe_setup "$@"
    measure http --setup "$folder/setup.json" --rounds "${BENCH_ROUNDS:-3}" --clients "${BENCH_CLIENTS:-16}" \
        --operations "${BENCH_OPERATIONS:-all}" "${saving[@]}"
}

if [ ${#limits[@]} -gt 0 ] || is_wanted http; then
    BENCH_PSP_PORT=$((port + 4)) BENCH_SMTP_PORT=$smtp_port "$folder/outside" >"$folder/outside.log" 2>&1 9>&- &
    outside=$!
    servers+=("$outside")
    wait_for outside "http://127.0.0.1:$((port + 4))/live" "$outside"
fi
for what in "${limits[@]}"; do
    describe_setup limits "$folder/service.server"
    read -r -a polls <<<"${BENCH_POLLS:-2000 10000}"
    read -r -a overload <<<"${BENCH_OVERLOAD:-200 1000}"
    BENCH_OWN_PORT=$((port + 6)) measure limits --what "$what" --setup "$folder/setup.json" --bin "$bin" \
        --requests "${BENCH_REQUESTS:-100000}" --mails "${BENCH_MAILS:-2000}" --polls "${polls[@]}" --overload "${overload[@]}" "${saving[@]}"
done

if is_wanted http; then
    described=("$folder/service.server")
    if [ -n "${BENCH_BEFORE_BIN_DIR:-}" ]; then
        before_url=${DATABASE_URL%/*}/before
        psql --no-psqlrc --quiet "$DATABASE_URL" --command "CREATE DATABASE before" 9>&-
        resources=${BENCH_BEFORE_RESOURCES:?the folder with the migrations of the older build}
        fill "$before_url" "$BENCH_BEFORE_BIN_DIR" "$resources" before "$positions"
        serve "Quietanza, before" before "$before_url" "$BENCH_BEFORE_BIN_DIR" "$resources" $((port + 1)) "$positions"
        described+=("$folder/before.server")
    fi
    BENCH_PSP_SECRET=$(jq --raw-output .psp_secrets.ABCDITMM "$folder/service.json")
    export BENCH_PSP_SECRET PUBLIC_URL=$BENCH_URL BENCH_STATEMENTS=$PWD/Benchmarks/statements
    # Each peer has as many connections to PostgreSQL as the service: 2 × cores + 4.
    connections=$((2 * $(nproc) + 4))
    for peer in $peers; do
        case $peer in
            go)
                DATABASE_URL="$DATABASE_URL?pool_max_conns=$connections" HTTP_PORT=$((port + 2)) \
                    "$folder/peer-go" >"$folder/go.log" 2>&1 9>&- &
                servers+=($!)
                wait_for go "http://127.0.0.1:$((port + 2))/live" "${servers[-1]}"
                describe "Go: net/http, pgx" go $((port + 2)) "$DATABASE_URL" service "$positions"
                about+="; $(go version | sed -E 's/go version go([0-9.]+).*/Go \1/')"
                ;;
            fastapi)
                BENCH_POOL=$((connections / $(nproc))) "$venv/bin/uvicorn" --app-dir Benchmarks/peers/fastapi app:app \
                    --host 127.0.0.1 --port $((port + 3)) --workers "$(nproc)" --loop uvloop --http httptools --no-access-log \
                    >"$folder/fastapi.log" 2>&1 9>&- &
                servers+=($!)
                wait_for fastapi "http://127.0.0.1:$((port + 3))/live" "${servers[-1]}"
                describe "FastAPI, asyncpg" fastapi $((port + 3)) "$DATABASE_URL" service "$positions"
                about+="; $("$venv/bin/python" --version)"
                about+=", FastAPI $(sed -n 's/^fastapi==//p' Benchmarks/peers/fastapi/requirements.txt)"
                ;;
            *) die "BENCH_PEERS: there is no peer $peer" ;;
        esac
        described+=("$folder/$peer.server")
    done
    compare http "${described[@]}"
fi
# Its port is for the mail server that stores e-mails.
[ -z "$outside" ] || stop "$outside" || true
if is_wanted flat || is_wanted statements; then
    small=${BENCH_SMALL_POSITIONS:-10000}
    small_url=${DATABASE_URL%/*}/small
    psql --no-psqlrc --quiet "$DATABASE_URL" --command "CREATE DATABASE small" 9>&-
    fill "$small_url" "$bin" "$PWD" small "$small"
fi
if is_wanted flat; then
    serve "Quietanza, $small" small "$small_url" "$bin" "$PWD" $((port + 5)) "$small"
    compare flat "$folder/small.server" "$folder/service.server"
    stop "${servers[-1]}" || true
fi
if is_wanted statements; then
    # For the connections of the services that are started now.
    for database in "$DATABASE_URL" "$small_url"; do
        for setting in session_preload_libraries=auto_explain auto_explain.log_min_duration=0 auto_explain.log_analyze=on \
            auto_explain.log_buffers=on auto_explain.log_timing=off auto_explain.log_format=json; do
            psql --no-psqlrc --quiet "$database" --command "ALTER DATABASE \"${database##*/}\" SET ${setting%%=*} = '${setting#*=}'" 9>&-
        done
    done
    serve "Quietanza, $small" small "$small_url" "$bin" "$PWD" $((port + 5)) "$small"
    cp "$folder/service.json" "$folder/large.json"
    serve "Quietanza, $positions" large "$DATABASE_URL" "$bin" "$PWD" $((port + 6)) "$positions"
    describe_setup statements "$folder/small.server" "$folder/large.server"
    log=$(dirname "$(psql --no-psqlrc --tuples-only --no-align "$DATABASE_URL" --command "SHOW data_directory" 9>&-)")/log
    jq --arg log "$log" '. + {log: $log}' "$folder/setup.json" >"$folder/statements.json"
    measure statements --setup "$folder/statements.json" --plans "$folder/plans.json" "${saving[@]}"
fi
if is_wanted drip; then measure drip --drips "${BENCH_DRIPS:-1000}"; fi
if is_wanted login; then
    # Background jobs run only while the accounts are created.
    rm -rf "$BENCH_MAIL"
    /usr/bin/python3 scripts/smtp-sink.py --port "$smtp_port" --directory "$BENCH_MAIL" >"$folder/mail.log" 2>&1 9>&- &
    parts+=($!)
    HTTP_PORT=$port "$bin/quietanza" loops >"$folder/loops.log" 2>&1 9>&- &
    parts+=($!)
    interruptible /usr/bin/python3 scripts/bench-accounts.py --count "${BENCH_CITIZENS:-200}" >"$folder/accounts"
    stop "${parts[@]}" || true
    parts=()
    measure login --accounts "$folder/accounts" --service "$service"
fi
if is_wanted tenancy; then measure tenancy --demo "$folder/service.json" --service "$service"; fi
