#!/usr/bin/env bash
# Runs the tests on a PostgreSQL cluster of their own, which is thrown away afterwards. Arguments go to `swift test`,
# e.g. scripts/test.sh --filter PositionTests. Ends with the line 'N passed, N failed, N skipped'.
# TEST_DATABASE_URL, when set, names a running PostgreSQL to use instead (its user must be allowed to create databases).
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p .local
cluster=.local/postgres-test
report=.local/tests.xml

# One run at a time: a second one in this folder waits for the first.
exec 9>.local/test.lock
flock 9

finish() {
    local status=$?
    trap - EXIT
    [ -z "${started:-}" ] || scripts/postgres.sh remove "$cluster" 9>&- || true
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ -z "${TEST_DATABASE_URL:-}" ]; then
    # What a killed run may have left.
    scripts/postgres.sh remove "$cluster" 9>&-
    started=yes
    TEST_DATABASE_URL=$(scripts/postgres.sh start "$cluster" "${TEST_POSTGRES_PORT:-54400}" volatile 9>&-)
fi
export TEST_DATABASE_URL

echo "== building the tests"
swift build --build-tests 9>&-
echo "== running the tests"
rm -f "$report"
status=0
swift test --skip-build --disable-xctest --xunit-output "$report" "$@" 9>&- || status=$?

count() { grep -m 1 '<testsuite ' "$report" 2>/dev/null | sed -nE "s/.* $1=\"([0-9]+)\".*/\1/p"; }
total=$(count tests)
if [ -z "$total" ]; then
    echo "the tests ended without a report" >&2
    [ "$status" -ne 0 ] || status=1
    exit "$status"
fi
failed=$(($(count failures) + $(count errors)))
skipped=$(count skipped)
# A run that failed has at least one failure, even where the report has none (a crash, an issue outside every test).
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
passed=$((total - failed - skipped))
[ "$passed" -ge 0 ] || passed=0
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
