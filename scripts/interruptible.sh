# shellcheck shell=bash
# Sourced by other scripts. Runs long commands so that a signal to the script ends them too; bash handles a signal only after a
# foreground command has ended.

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

# Ends the running command, if there is one, and every process that it started.
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
