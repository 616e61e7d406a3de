-- The client of `make bench` for one thread of wrk. It sends requests from a file, without building them again.
--   BENCH_REQUESTS   the file: a line "method<TAB>path<TAB>headers<TAB>body" for each request; headers are "Name: value" separated by "|"
--   BENCH_ORDER      random: any line, again and again; once: each line once, then the run ends;
--                    count: the first line again and again, with the ten-digit number of the request in place of @@@@@@@@@@
--   BENCH_FIRST      the first number of `count`
--   BENCH_DELAY_MS   the mean of the pauses before each request of a connection, exponentially distributed; without it: no pause
--   BENCH_STATUSES   1: counts the answers by status, and those with 503 that have no Retry-After
--   BENCH_REPORT     the file for the result; BENCH_FINISHED is created when no request of `once` is left
local ffi = require("ffi")
ffi.cdef [[
typedef struct { long seconds; long nanoseconds; } bench_time;
int clock_gettime(int clock, bench_time *time);
]]

local function now()
    local time = ffi.new("bench_time")
    ffi.C.clock_gettime(1, time)
    return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

local threads = {}

function setup(thread)
    table.insert(threads, thread)
end

function init(args)
    math.randomseed(20260101)
    order = os.getenv("BENCH_ORDER")
    finished = os.getenv("BENCH_FINISHED")
    requests = {}
    for line in io.lines(os.getenv("BENCH_REQUESTS")) do
        local method, path, fields, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
        local headers = {}
        for name, value in fields:gmatch("([^:|]+): ([^|]*)") do headers[name] = value end
        headers["Host"] = wrk.headers["Host"]
        if body ~= "" then headers["Content-Type"] = "application/json" else body = nil end
        table.insert(requests, wrk.format(method, path, headers, body))
    end
    sent = 0
    next_number = tonumber(os.getenv("BENCH_FIRST") or "0")
    if order == "count" then
        local from, to = requests[1]:find("@@@@@@@@@@", 1, true)
        head, tail = requests[1]:sub(1, from - 1), requests[1]:sub(to + 1)
    end
end

function request()
    sent = sent + 1
    -- wrk itself asks for one request before it connects.
    if sent == 2 then started_at = now() end
    if order == "random" then return requests[math.random(#requests)] end
    if order == "count" then
        next_number = next_number + 1
        return head .. string.format("%010d", next_number) .. tail
    end
    if sent > #requests then
        if stopped_at == nil then
            stopped_at = now()
            io.open(finished, "w"):close()
        end
        wrk.thread:stop()
        return requests[#requests]
    end
    return requests[sent]
end

local delay_ms = tonumber(os.getenv("BENCH_DELAY_MS") or "0")
if delay_ms > 0 then
    function delay()
        return math.floor(-delay_ms * math.log(1 - math.random()) + 0.5)
    end
end

statuses = {}
without_retry_after = 0
if os.getenv("BENCH_STATUSES") == "1" then
    function response(status, headers, _)
        local key = tostring(status)
        statuses[key] = (statuses[key] or 0) + 1
        if status == 503 and not (headers["Retry-After"] or headers["retry-after"]) then without_retry_after = without_retry_after + 1 end
    end
end

function done(summary, latency, _)
    local seconds = summary.duration / 1e6
    local stopped_at, started_at = threads[1]:get("stopped_at"), threads[1]:get("started_at")
    if stopped_at and started_at then seconds = stopped_at - started_at end
    local e = summary.errors
    local counts = {}
    for status, count in pairs(threads[1]:get("statuses")) do table.insert(counts, string.format('"%s": %d', status, count)) end
    local file = io.open(os.getenv("BENCH_REPORT"), "w")
    file:write(string.format(
        '{"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "not_2xx": %d, "socket_errors": %d, '
            .. '"statuses": {%s}, "without_retry_after": %d}\n',
        summary.requests, seconds, latency:percentile(50) / 1000, latency:percentile(99) / 1000, e.status,
        e.connect + e.read + e.write + e.timeout, table.concat(counts, ", "), threads[1]:get("without_retry_after")))
    file:close()
end
