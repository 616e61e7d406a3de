#!/usr/bin/env bash
# Runs the tests on a temporary PostgreSQL cluster. Arguments go to `swift test`,
# e.g. scripts/test.sh --filter PositionTests. Ends with the line 'N passed, N failed, N skipped'.
# Every exchange with the service that a test recorded is validated against openapi.yaml.
# TEST_DATABASE_URL, when set, names a running PostgreSQL to use instead (its user must be allowed to create databases).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/interruptible.sh
. scripts/interruptible.sh

mkdir -p .local
cluster=.local/postgres-test
report=.local/tests.xml
# The tests write what they exchanged with the service here.
export RECORDED_EXCHANGES=$PWD/.local/exchanges

# Only one run at a time: a second run in this folder waits for the first one.
exec 9>.local/test.lock
flock 9

# Unmounts the small filesystems of tests that crashed. A test removes its own from the list when it ends normally.
unmount_left() {
    local folder
    while read -r folder; do
        if [ "$(id -u)" -eq 0 ]; then umount -l "$folder"; else sudo -n umount -l "$folder"; fi 2>/dev/null
    done <.local/mounts
    rm -f .local/mounts
} 2>/dev/null

finish() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    # The clean-up must continue if a command fails or the terminal is closed.
    set +e
    end_interruptible
    [ -z "${started:-}" ] || scripts/postgres.sh remove "$cluster" 9>&-
    unmount_left
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ -z "${TEST_DATABASE_URL:-}" ]; then
    # Remove what a killed run may have left.
    scripts/postgres.sh remove "$cluster" 9>&-
    unmount_left || true
    started=yes
    TEST_DATABASE_URL=$(scripts/postgres.sh start "$cluster" "${TEST_POSTGRES_PORT:-54400}" volatile 9>&-)
fi
export TEST_DATABASE_URL
# The PDF validators.
PDF_TOOLS_PYTHON=$(scripts/venv.sh pdf page-validation==0.11.0 9>&-)/bin/python
export PDF_TOOLS_PYTHON

scripts/contract.sh test 9>&-
rm -rf "$RECORDED_EXCHANGES"
mkdir -m 700 "$RECORDED_EXCHANGES"

echo "== building the tests"
interruptible swift build --build-tests
# Three processes, one after the other, because the tests of each would delay those of the next beyond their time limits: tests that
# compute occupy the cores, tests with a database wait for it, and tests with servers start programs and measure time.
with_database='^(PostgresTests|StorageTests|GatewaysTests|OperationsTests)\.'
with_server='^ServerTests\.'
passed=0 failed=0 skipped=0 status=0

count() { sed -nE "/<testsuite /{s/.* $1=\"([0-9]+)\".*/\1/p;q;}" "$report" 2>/dev/null || true; }

# Runs the tests that the arguments select, and adds their numbers to the totals.
run() {
    local code=0 total bad
    rm -f "$report"
    interruptible swift test --skip-build --disable-xctest --xunit-output "$report" "$@" || code=$?
    total=$(count tests)
    if [ -z "$total" ]; then
        echo "the tests ended before they could report (a crash?)" >&2
        failed=$((failed + 1)) status=1
        return
    fi
    bad=$(($(count failures) + $(count errors)))
    # A failed run counts at least one failure, even if the report has none (a crash, an issue outside every test).
    if [ "$code" -ne 0 ]; then
        status=$code
        [ "$bad" -gt 0 ] || bad=1
    fi
    failed=$((failed + bad))
    skipped=$((skipped + $(count skipped)))
    # One test may report several failures, so the difference can be negative.
    total=$((total - bad - $(count skipped)))
    [ "$total" -lt 0 ] || passed=$((passed + total))
}

echo "== running the tests"
if [ $# -gt 0 ]; then
    run "$@"
else
    run --skip "$with_database" --skip "$with_server"
    run --filter "$with_database"
    run --filter "$with_server"
fi
echo "== checking the contract, and what was exchanged against it"
if scripts/contract.sh check "$RECORDED_EXCHANGES" 9>&-; then passed=$((passed + 1)); else failed=$((failed + 1)) status=1; fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
