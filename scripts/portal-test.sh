#!/usr/bin/env bash
# portal-test.sh: runs a citizen's and a staff member's journey through the portal in headless Chromium and checks every page with
# axe-core, at 380 and 1280 pixels, light and dark. It starts what `make run` starts, on ports of its own.
#
#   QUIETANZA_BIN_DIR   folder with built programs: skips installing and building
#   PORTAL_SCREENSHOTS  folder for screenshots (.local/portal-test)
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v chromium >/dev/null; then
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get -o DPkg::Lock::Timeout=500 install --yes --no-install-recommends chromium fonts-dejavu-core
fi
venv=$(scripts/venv.sh portal playwright==1.56.0 axe-playwright-python==0.1.6)

screenshots=${PORTAL_SCREENSHOTS:-$PWD/.local/portal-test}
mkdir -p "$screenshots"
log=$PWD/.local/portal-test.log
export HTTP_PORT=18080 PSP_SIMULATOR_PORT=18090 SMTP_PORT=12525 SMTP_CONTROL_PORT=12526 POSTGRES_PORT=15432 PORTAL_PORT=18070
: >"$log"
scripts/run.sh >"$log" 2>&1 &
run=$!
trap 'kill -TERM "$run" 2>/dev/null; wait "$run" || true' EXIT
until grep -q '^Quietanza is ready' "$log"; do
    kill -0 "$run" 2>/dev/null || { tail -n 20 "$log" >&2; exit 1; }
    sleep 0.5
done
# shellcheck disable=SC1091
. .local/run/env
"$venv/bin/python" scripts/portal-test.py "$screenshots"
