#!/usr/bin/env bash
# Manages a private PostgreSQL cluster in a folder, with its own port and socket; other clusters of this machine are not affected.
#   postgres.sh start DIR PORT [durable|volatile]   starts it (creates it the first time), prints its URL
#   postgres.sh restart DIR [PORT]                  restarts it in its mode; PORT only if it never ran
#   postgres.sh stop DIR                            stops it; no error if it does not run
#   postgres.sh url DIR                             prints its URL
#   postgres.sh remove DIR                          stops it and removes its data
# If PORT is in use, the next free port is used; the URL contains it. `volatile` is faster without durability: for tests only.
# Every user of this machine can connect (trust on 127.0.0.1): for development only. Works with PostgreSQL 14 to 17.
set -euo pipefail

say() { printf 'postgres: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
usage() { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 64; }

[ $# -ge 2 ] || usage
command=$1
folder=$(realpath --canonicalize-missing "$2")
user=quietanza
database=quietanza

# PostgreSQL does not run as root. If this script does, PostgreSQL runs as the user that Debian's package created.
owner=$(id -un)
[ "$(id -u)" -ne 0 ] || owner=postgres
as_owner() {
    # In /, because the owner may not be allowed to enter the current folder.
    if [ "$(id -un)" = "$owner" ]; then (cd / && "$@"); else (cd / && runuser -u "$owner" -- "$@"); fi
}

# Prints the folder of the cluster: the given one, unless its owner cannot enter it.
cluster_folder() {
    [ "$(id -u)" -eq 0 ] || { printf '%s\n' "$folder"; return; }
    id -u postgres >/dev/null 2>&1 || die "there is no user postgres; install PostgreSQL (make setup)"
    local parent=$folder
    while [ ! -d "$parent" ]; do parent=$(dirname "$parent"); done
    if as_owner test -x "$parent"; then printf '%s\n' "$folder"; return; fi
    printf '%s/quietanza-%s\n' "${TMPDIR:-/tmp}" "$(printf '%s' "$folder" | sha256sum | cut -c 1-16)"
}

home=$(cluster_folder)
data=$home/data
log=$home/log
socket=$home/socket
# The path of a socket is limited to 107 bytes.
[ ${#socket} -le 80 ] || socket=${TMPDIR:-/tmp}/quietanza-socket-$(printf '%s' "$home" | sha256sum | cut -c 1-16)

# Prints the folder of the programs of the version that created the data, else of the newest one.
binaries() {
    local version=
    [ ! -f "$data/PG_VERSION" ] || version=$(cat "$data/PG_VERSION")
    local candidate
    for candidate in ${version:+"/usr/lib/postgresql/$version/bin"} /usr/lib/postgresql/{17,16,15,14}/bin \
        "$(pg_config --bindir 2>/dev/null || true)" "$(dirname "$(command -v initdb || echo /nowhere/initdb)")"; do
        [ -x "$candidate/initdb" ] || continue
        if [ -n "$version" ] && ! "$candidate/postgres" --version | grep -Eq " $version([. ]|$)"; then continue; fi
        printf '%s\n' "$candidate"
        return
    done
    die "no PostgreSQL ${version:-14 to 17} found (make setup installs one; 'postgres.sh remove $folder' drops old data)"
}

is_running() {
    forget_dead_process
    [ -s "$data/postmaster.pid" ] && as_owner "$bin/pg_ctl" status --pgdata "$data" >/dev/null 2>&1
}
is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
url() { printf 'postgresql://%s@127.0.0.1:%s/%s\n' "$user" "$(cat "$home/port")" "$database"; }

# Creates folder $1, or checks that it belongs to this user: in a shared folder another user could have created it.
own_folder() {
    if [ -e "$1" ] || [ -L "$1" ]; then
        if [ -L "$1" ] || [ ! -d "$1" ] || [ "$(stat --format=%U "$1")" != "$owner" ]; then
            die "$1 is not a folder of $owner"
        fi
    else
        mkdir --parents "$(dirname "$1")"
        mkdir --mode=0755 "$1"
        [ "$(id -un)" = "$owner" ] || chown "$owner" "$1"
    fi
}

make_cluster() {
    [ ! -f "$data/PG_VERSION" ] || return 0
    say "creating a cluster in $home"
    local sync=()
    [ "$mode" = durable ] || sync=(--no-sync)
    as_owner "$bin/initdb" --pgdata "$data" --username "$user" --auth trust --encoding UTF8 --locale C.UTF-8 \
        "${sync[@]}" >"$home/initdb.log" 2>&1 || { cat "$home/initdb.log" >&2; die "initdb failed"; }
}

# Tries ports from $1 on until one is free.
start_cluster() {
    local port=$1
    local last=$((port + 50))
    local patience=20
    local options="-c listen_addresses=127.0.0.1 -c unix_socket_directories='$socket' -c max_connections=400"
    [ "$mode" = durable ] || options+=" -c fsync=off -c full_page_writes=off"
    while [ "$port" -le "$last" ]; do
        if ! is_taken "$port"; then
            : >"$log"
            [ "$(id -un)" = "$owner" ] || chown "$owner" "$log"
            if as_owner "$bin/pg_ctl" start --pgdata "$data" --wait --timeout 60 --silent --log "$log" \
                --options "$options -c port=$port" </dev/null >&2; then
                printf '%s\n' "$port" >"$home/port"
                printf '%s\n' "$mode" >"$home/mode"
                return
            fi
            # The child processes of a killed server end a moment after it.
            if grep -q 'pre-existing shared memory' "$log" && [ "$patience" -gt 0 ]; then
                patience=$((patience - 1))
                sleep 0.5
                continue
            fi
            grep -q 'Address already in use' "$log" || { tail -n 20 "$log" >&2; die "PostgreSQL did not start"; }
        fi
        port=$((port + 1))
    done
    die "no free port from $1 to $last"
}

make_database() {
    local ask=("$bin/psql" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1
        --host 127.0.0.1 --port "$(cat "$home/port")" --username "$user")
    local there
    there=$(as_owner "${ask[@]}" --dbname postgres --command "SELECT 1 FROM pg_database WHERE datname = '$database'")
    [ -n "$there" ] || as_owner "${ask[@]}" --dbname postgres --command "CREATE DATABASE $database"
}

start() {
    [ "$home" = "$folder" ] || say "user $owner cannot enter $folder; the cluster is in $home instead"
    own_folder "$home"
    own_folder "$socket"
    bin=$(binaries)
    if ! is_running; then
        rm -f "$socket"/.s.PGSQL.*
        make_cluster
        local wished=$1
        start_cluster "$wished"
        make_database
        [ "$(cat "$home/port")" = "$wished" ] || say "port $wished is in use; using $(cat "$home/port")"
    fi
    url
}

# After a crash of machine or container the file with the process id remains, and another program may have that id now.
forget_dead_process() {
    [ -s "$data/postmaster.pid" ] || return 0
    local pid
    pid=$(head -n 1 "$data/postmaster.pid")
    if [ "$(cat "/proc/$pid/comm" 2>/dev/null || true)" != postgres ] || grep -q '^State:.Z' "/proc/$pid/status"; then
        rm -f "$data/postmaster.pid"
    fi
}

stop() {
    [ -s "$data/postmaster.pid" ] || return 0
    bin=$(binaries)
    is_running || return 0
    as_owner "$bin/pg_ctl" stop --pgdata "$data" --mode fast --wait --timeout 60 --silent >&2
}

mode=${4:-}
[ -n "$mode" ] || mode=$(cat "$home/mode" 2>/dev/null || echo durable)
case $mode in durable | volatile) ;; *) usage ;; esac
case $command in
    start)
        [ $# -ge 3 ] || usage
        start "$3"
        ;;
    restart)
        port=$(cat "$home/port" 2>/dev/null || true)
        port=${port:-${3:-}}
        [ -n "$port" ] || usage
        stop
        start "$port"
        ;;
    stop) stop ;;
    url)
        [ -f "$home/port" ] || die "no cluster was started in $folder"
        url
        ;;
    remove)
        stop
        rm -rf "$home" "$socket"
        ;;
    *) usage ;;
esac
