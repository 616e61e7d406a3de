# shellcheck shell=bash
# Read by run.sh and test.sh: long commands that a signal to the script ends too. Bash would hear it only after them.

interruptible_child=

# Runs a command; its exit status is the command's.
interruptible() {
    "$@" 9>&- &
    interruptible_child=$!
    local status=0
    wait "$interruptible_child" || status=$?
    interruptible_child=
    return "$status"
}

# Ends the command that is running, if one is, with everything it started.
end_interruptible() {
    [ -n "$interruptible_child" ] || return 0
    local family
    family=$(with_descendants "$interruptible_child")
    # shellcheck disable=SC2086  # a list of process ids
    kill -TERM $family 2>/dev/null || true
    wait "$interruptible_child" 2>/dev/null || true
    interruptible_child=
}

with_descendants() {
    local child
    for child in $(pgrep --parent "$1"); do with_descendants "$child"; done
    printf '%s\n' "$1"
}
