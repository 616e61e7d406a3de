#!/usr/bin/env bash
# `make run`: builds and starts service, database, mail server PSP simulator and portal, prints how to use them, and stops them on
# Ctrl-C or SIGTERM, or when one of them ends. Data, e-mails and logs stay in .local/ between runs.
#
#   HTTP_PORT 8080   PSP_SIMULATOR_PORT 8090   SMTP_PORT 2525   SMTP_CONTROL_PORT 2526   POSTGRES_PORT 54329
#   PORTAL_PORT 8070
#   CONFIGURATION debug|release   QUIETANZA_BIN_DIR folder with built programs: skips installing and building
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/interruptible.sh
. scripts/interruptible.sh

http_port=${HTTP_PORT:-8080}
simulator_port=${PSP_SIMULATOR_PORT:-8090}
smtp_port=${SMTP_PORT:-2525}
control_port=${SMTP_CONTROL_PORT:-2526}
postgres_port=${POSTGRES_PORT:-54329}
portal_port=${PORTAL_PORT:-8070}
api=http://127.0.0.1:$http_port
simulator=http://127.0.0.1:$simulator_port
portal=http://127.0.0.1:$portal_port

run=$PWD/.local/run
mail=$PWD/.local/mail
cluster=$PWD/.local/postgres
demo=$run/demo.json

say() { printf '== %s\n' "$*"; }
die() { printf 'run: %s\n' "$*" >&2; exit 1; }

names=()
pids=()
postgres_started=

# Starts a part in its own session, so that Ctrl-C reaches only this script, which then stops the parts in order.
start_part() {
    local name=$1
    shift
    setsid "$@" >"$run/$name.log" 2>&1 </dev/null 9>&- &
    names+=("$name")
    pids+=($!)
}

# Sends SIGTERM to a part, and SIGKILL after 20 seconds.
stop_part() {
    kill -0 "$1" 2>/dev/null || return 0
    kill -TERM "$1" 2>/dev/null || return 0
    local tries
    for ((tries = 0; tries < 200; tries++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null || true
}

finish() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    # The clean-up must continue if a command fails or the terminal is closed.
    set +e
    end_interruptible
    [ ${#pids[@]} -eq 0 ] || say "stopping"
    local index
    for ((index = ${#pids[@]} - 1; index >= 0; index--)); do stop_part "${pids[index]}"; done
    [ -z "$postgres_started" ] || scripts/postgres.sh stop "$cluster" 9>&-
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

refuse_taken_port() {
    if (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then
        die "port $2 is in use by another program; choose another port: make run $1=…"
    fi
}

part_died() {
    local index
    for index in "${!pids[@]}"; do
        kill -0 "${pids[index]}" 2>/dev/null && continue
        printf 'run: %s has ended; last lines of %s:\n' "${names[index]}" ".local/run/${names[index]}.log" >&2
        tail -n 20 "$run/${names[index]}.log" >&2
        return 0
    done
    return 1
}

# Waits until a URL answers with success.
wait_for() {
    local deadline=$((SECONDS + 60))
    until curl --silent --fail --output /dev/null --max-time 5 "$2"; do
        ! part_died || exit 1
        [ $SECONDS -lt $deadline ] || { tail -n 20 "$run/$1.log" >&2; die "$1 did not answer at $2 within a minute"; }
        sleep 0.2
    done
}

umask 077
# Other users may enter the folders: PostgreSQL runs as another user if this script runs as root.
mkdir -p -m 755 .local
mkdir -p "$run" "$mail"
chmod 755 .local
exec 9>.local/run.lock
flock --nonblock 9 || die "another 'make run' is running in this folder"

refuse_taken_port HTTP_PORT "$http_port"
refuse_taken_port PSP_SIMULATOR_PORT "$simulator_port"
refuse_taken_port SMTP_PORT "$smtp_port"
refuse_taken_port SMTP_CONTROL_PORT "$control_port"
refuse_taken_port PORTAL_PORT "$portal_port"

if [ -n "${QUIETANZA_BIN_DIR:-}" ]; then
    bin=$QUIETANZA_BIN_DIR
else
    configuration=${CONFIGURATION:-debug}
    scripts/install-packages.sh 9>&-
    say "building ($configuration; the first time takes some minutes)"
    interruptible swift build --configuration "$configuration"
    bin=$(swift build --configuration "$configuration" --show-bin-path 9>&-)
fi

say "starting PostgreSQL"
postgres_started=yes
DATABASE_URL=$(scripts/postgres.sh start "$cluster" "$postgres_port" durable 9>&-)

# Created once, and stored with the data that it protects.
secrets_key=$PWD/.local/secrets-key
[ -s "$secrets_key" ] || (umask 077 && openssl rand -base64 32 >"$secrets_key")
SECRETS_KEY=$(<"$secrets_key")
portal_key=$PWD/.local/portal-key
[ -s "$portal_key" ] || (umask 077 && openssl rand -base64 32 >"$portal_key")

export DATABASE_URL SECRETS_KEY
export HTTP_HOST=127.0.0.1
export HTTP_PORT=$http_port
export PUBLIC_URL=$api
export SMTP_URL="smtp://127.0.0.1:$smtp_port?tls=none"
export MAIL_FROM=${MAIL_FROM:-quietanza@example.org}
# The simulator has a private address, which the service calls only if its network is allowed.
export OUTBOUND_ALLOWED_NETWORKS=127.0.0.0/8
export RESOURCES_DIRECTORY=$PWD
# The simulator also plays the identity provider.
export OIDC_ISSUERS=$run/oidc-issuers.json
cat >"$OIDC_ISSUERS" <<END
{
  "issuers": [
    {
      "issuer": "$simulator/oidc",
      "jwks_url": "$simulator/oidc/jwks",
      "audiences": ["portale"],
      "assurance_levels": ["https://www.spid.gov.it/SpidL2", "https://www.spid.gov.it/SpidL3"]
    }
  ]
}
END
export LOG_LEVEL=${LOG_LEVEL:-info}

say "migrating the database"
"$bin/quietanza" migrate 9>&-
say "creating the demo data"
"$bin/quietanza" demo-data --keep "$demo" --format json --simulator-url "$simulator" \
    --portal-url "$portal" >"$demo.new" 9>&-
mv "$demo.new" "$demo"
api_key=$(jq --raw-output '.api_key // empty' "$demo")
[ -n "$api_key" ] || die "the demo data has no api_key"

say "starting the mail server, the PSP simulator and the service"
start_part mail /usr/bin/python3 scripts/smtp-sink.py --host 127.0.0.1 --port "$smtp_port" --directory "$mail" \
    --control "$control_port"
start_part simulator "$bin/psp-simulator" --host 127.0.0.1 --port "$simulator_port" --secret-file "$demo"
start_part service "$bin/quietanza" serve
wait_for mail "http://127.0.0.1:$control_port/messages"
wait_for simulator "$simulator/live"
wait_for service "$api/ready"
PORTAL_API_URL=$api PORTAL_API_KEY=$api_key PORTAL_PUBLIC_URL=$portal PORTAL_HTTP_PORT=$portal_port PORTAL_COOKIE_KEY=$(<"$portal_key") \
    PORTAL_NAME="Comune di Esempio" PORTAL_DESK=true PORTAL_OIDC_CLIENT_ID=portale PORTAL_OIDC_AUTHORIZATION_URL=$simulator/oidc/authorize \
    PORTAL_OIDC_TOKEN_URL=$simulator/oidc/token start_part portal "$bin/quietanza-portal" serve
wait_for portal "$portal/ready"

rm -f "$run/env"
(umask 077 && : >"$run/env")
cat >"$run/env" <<END
export API=$api
export API_KEY=$api_key
export PSP_SIMULATOR=$simulator
export PORTAL=$portal
export MAIL_CONTROL=http://127.0.0.1:$control_port
export DATABASE_URL=$DATABASE_URL
export DEMO_DATA=$demo
export PATH="$bin:\$PATH"
export SMTP_URL='$SMTP_URL'
export MAIL_FROM='$MAIL_FROM'
export OUTBOUND_ALLOWED_NETWORKS='$OUTBOUND_ALLOWED_NETWORKS'
export OIDC_ISSUERS='$OIDC_ISSUERS'
export RESOURCES_DIRECTORY='$PWD'
export SECRETS_KEY='$SECRETS_KEY'
END

cat <<END

Quietanza is ready.
  API             $api/v1            status: $api/status
  documentation   $api/docs          contract: $api/openapi.yaml
  portal          $portal              for citizens
  staff desk      $portal/desk         sign in with the creditor_key or ops_key of $demo
  demo API key    $api_key
  PSP simulator   $simulator/payments   identity provider: $simulator/oidc
  mail sent       $mail              list: http://127.0.0.1:$control_port/messages
  database        $DATABASE_URL
  logs            .local/run/service.log, portal.log, simulator.log, mail.log
  all of this as variables for a shell: .local/run/env; the demo data: .local/run/demo.json

END
cat <<'END'
README.md describes the whole journey from a debt to its receipt by e-mail. To run it in another terminal:
    scripts/readme-journey.sh | bash
or step by step:
    . .local/run/env
    curl -s "$API/v1/positions" -H "Authorization: Bearer $API_KEY" | jq
END
printf '\nCtrl-C stops everything.\n'

wait -n "${pids[@]}" || true
part_died || true
exit 1
