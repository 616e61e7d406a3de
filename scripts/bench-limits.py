#!/usr/bin/env python3
"""Measures what is not a rate of one operation: start-up, memory, open long polls, exports, e-mails, half load and overload.

--what is one of them. --setup is the file that bench.sh writes for bench-http.py; the service in it runs, and further processes of the same
build are started here, with bench.sh's environment.
"""

import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

from bench_http import FOLDER, Family, HTTPServer, Refused, Requests, Table, plain, psql, run_wrk
from bench_operations import HTTP_OPERATIONS, Data, ask

PORT = int(os.environ["BENCH_OWN_PORT"])


@contextlib.contextmanager
def quietanza(binary: str, command: str, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a subcommand of the service until the block ends."""
    with open(FOLDER / f"own-{command}.log", "wb") as log:
        process = subprocess.Popen(
            [f"{binary}/quietanza", command, *arguments], env=os.environ | {"HTTP_PORT": str(PORT)} | environment, stdout=log,
            stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(began: float) -> float:
    """Returns the seconds until /ready answers 200."""
    while time.monotonic() < began + 60:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/ready", timeout=5):
                return time.monotonic() - began
        time.sleep(0.002)
    raise Refused("the service did not get ready in a minute")


def peak_mib(pid: int) -> float:
    """Returns the largest resident memory of a process so far."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1_024


class Limits:
    def __init__(self, asked: argparse.Namespace) -> None:
        setup = json.loads(pathlib.Path(asked.setup).read_text())
        one = setup["servers"][0]
        self.asked, self.table = asked, Table()
        self.about = f"`BENCH_ONLY={asked.what} make bench`: {setup['about']}; {plain(one['positions'])} positions"
        self.postgres = Family(setup["postgres"])
        self.keys = json.loads(pathlib.Path(one["demo"]).read_text())
        self.database = one["database"]
        self.service = HTTPServer(one["name"], one["url"], one["pid"], self.database, self.postgres, self.keys)
        self.data = Data(self.database, one["positions"])
        # Other measurements of the same run may have used numbers and names.
        self.data.next_payable = self.last_number("B") + 1
        self.data.next_created = self.last_number("W")

    def last_number(self, prefix: str) -> int:
        return int(psql(
            self.database, "--command", "SELECT coalesce(max(substr(external_id, 3)::bigint), 0) FROM positions "
            f"WHERE external_id ~ '^{prefix}-[0-9]+$'"))

    def own(self, process: subprocess.Popen[bytes]) -> HTTPServer:
        return HTTPServer("own", f"http://127.0.0.1:{PORT}", process.pid, self.database, self.postgres, self.keys)

    def start_up(self) -> None:
        times = []
        for _ in range(10):
            began = time.monotonic()
            with quietanza(self.asked.bin, "serve", "--no-loops"):
                times.append(wait_until_ready(began) * 1_000)
        self.table.title("start-up", "median ms", "fastest ms", "slowest ms")
        self.table.add("process to `/ready`, ten times", *(plain(one) for one in (statistics.median(times), min(times), max(times))))

    def memory(self) -> None:
        """Mixed requests on a new process."""
        wanted, done = self.asked.requests, 0
        self.table.title("requests so far (show, list, Cerca, create, mixed)", "memory MiB")
        with quietanza(self.asked.bin, "serve", "--no-loops") as process:
            wait_until_ready(time.monotonic())
            server = self.own(process)
            self.table.add("0", plain(server.family.memory_mib(), 1))
            reads = [one for name in ("show", "list", "search") for one in HTTP_OPERATIONS[name].requests(server, self.data).lines[:2000]]
            while done < wanted:
                for requests in Requests(reads, "random"), HTTP_OPERATIONS["create"].requests(server, self.data):
                    done += run_wrk(server.url, requests, self.asked.seconds, 16)["requests"]
                    self.table.add(plain(done), plain(server.family.memory_mib(), 1))

    def polls(self) -> None:
        """Long polls of payment attempts that do not change meanwhile."""
        started = [
            ask(self.service, one)["id"] for one in HTTP_OPERATIONS["start"].requests(self.service, self.data).lines[:20]]
        self.table.title("open long polls", "memory MiB", "KiB for each", "answers 200")
        limits = {"HTTP_MAXIMUM_CONNECTIONS": "30000", "HTTP_MAXIMUM_CONNECTIONS_PER_ADDRESS": "30000"}
        for count in self.asked.polls:
            with quietanza(self.asked.bin, "serve", "--no-loops", **limits) as process:
                wait_until_ready(time.monotonic())
                server = self.own(process)
                before = server.family.memory_mib()
                during, answers = asyncio.run(self.poll(server, started, count))
                self.table.add(plain(count), plain(during, 1), plain((during - before) * 1_024 / count, 1), plain(answers))
                self.table.add(f"0, before these {plain(count)}", plain(before, 1), "", "")

    async def poll(self, server: HTTPServer, attempts: list[str], count: int) -> tuple[float, int]:
        """Returns the memory while all polls wait, and the number of answers with 200."""
        url, key, wait_seconds = urllib.parse.urlsplit(server.url), self.keys["api_key"], 25
        are_open = asyncio.Event()
        opened = 0

        async def one(number: int) -> bool:
            nonlocal opened
            source, sink = await asyncio.open_connection(url.hostname, url.port)
            sink.write((
                f"GET /v1/payment-attempts/{attempts[number % len(attempts)]}?wait_seconds={wait_seconds} HTTP/1.1\r\n"
                f"Host: {url.netloc}\r\nAuthorization: Bearer {key}\r\n\r\n").encode())
            await sink.drain()
            opened += 1
            if opened == count:
                are_open.set()
            line = await source.readline()
            sink.close()
            return line.startswith(b"HTTP/1.1 200")

        async def measure() -> float:
            await are_open.wait()
            await asyncio.sleep(5)
            return await asyncio.to_thread(server.family.memory_mib)

        gate = asyncio.Semaphore(500)

        async def gently(number: int) -> bool:
            async with gate:
                await asyncio.sleep(0)
            return await one(number)

        memory, *answers = await asyncio.gather(measure(), *(gently(number) for number in range(count)))
        return memory, sum(answers)

    def exports(self) -> None:
        """All positions as a file, each from a new process, by a client that reads without a pause."""
        self.table.title(
            "export of all positions", "rows", "MiB", "seconds", "rows/s", "CPU, service s", "memory before MiB", "peak MiB")
        for kind in "application/x-ndjson", "text/csv":
            with quietanza(self.asked.bin, "serve", "--no-loops") as process:
                wait_until_ready(time.monotonic())
                server = self.own(process)
                before, cpu, began = peak_mib(process.pid), server.family.cpu_seconds(), time.monotonic()
                headers = {"Authorization": f"Bearer {self.keys['ops_key']}", "Accept": kind}
                lines = size = 0
                with urllib.request.urlopen(urllib.request.Request(f"{server.url}/v1/positions", headers=headers)) as response:
                    while part := response.read(1 << 16):
                        lines, size = lines + part.count(b"\n"), size + len(part)
                seconds = time.monotonic() - began
                rows = lines - (kind == "text/csv")
                self.table.add(
                    f"`{kind}`", plain(rows), plain(size / (1 << 20), 1), plain(seconds, 1), plain(rows / seconds),
                    plain(server.family.cpu_seconds() - cpu, 1), plain(before, 1), plain(peak_mib(process.pid), 1))

    def queue_mails(self, count: int) -> None:
        psql(self.database, "--command", f"""
            INSERT INTO notifications (id, kind, receipt_id, position_id, creditor_tax_code, audience, recipient, language, state,
                next_attempt_at, message_id, created_at)
            SELECT gen_random_uuid(), 'receipt_ready', id, position_id, creditor_tax_code, 'payer',
                'payer-' || gen_random_uuid() || '@example.org', 'it', 'queued', clock_timestamp(),
                gen_random_uuid() || '@example.org', clock_timestamp()
            FROM receipts WHERE status = 'settled' ORDER BY id LIMIT {count}""")
        self.data.settle()

    def waiting_mails(self) -> int:
        return int(psql(self.database, "--command", "SELECT count(*) FROM notifications WHERE state IN ('queued', 'retrying', 'sending')"))

    def sent_mails(self) -> int:
        return int(psql(self.database, "--command", "SELECT count(*) FROM notifications WHERE state = 'sent'"))

    def drop_waiting_mails(self) -> None:
        psql(self.database, "--command", "UPDATE notifications SET state = 'dead', next_attempt_at = NULL, leased_until = NULL "
             "WHERE state IN ('queued', 'retrying', 'sending')")

    def mails(self) -> None:
        """Receipts with their PDFs to a local mail server, alone and beside RTs."""
        self.table.title(
            "e-mails with a receipt's PDF", "e-mails/s", "CPU an e-mail, background jobs ms", "PostgreSQL ms", "RTs/s", "RT p99 ms")
        rts = HTTP_OPERATIONS["rt"]
        self.drop_waiting_mails()
        alone = run_wrk(self.service.url, rts.requests(self.service, self.data), 3 * self.asked.seconds, 16)
        self.table.add("none", "", "", "", plain(alone["requests"] / alone["seconds"]), plain(alone["p99_ms"], 1))
        self.drop_waiting_mails()
        self.queue_mails(self.asked.mails)
        with quietanza(self.asked.bin, "loops") as process:
            self.mail_row("alone", process, None)
        self.drop_waiting_mails()
        requests = rts.requests(self.service, self.data)
        self.queue_mails(self.asked.mails)
        with quietanza(self.asked.bin, "loops") as process:
            self.mail_row("beside RTs", process, requests)
        self.drop_waiting_mails()

    def mail_row(self, name: str, process: subprocess.Popen[bytes], rts: Requests | None) -> None:
        """Measures from the first e-mail that is sent until none waits, or while RTs are posted, which queue further ones."""
        family = Family(process.pid)
        already = self.sent_mails()
        while (first := self.sent_mails()) == already:
            time.sleep(0.01)
        before, began = (family.cpu_seconds(), self.postgres.cpu_seconds()), time.monotonic()
        rates = ["", ""]
        if rts:
            found = run_wrk(self.service.url, rts, self.asked.seconds, 16)
            rates = [plain(found["requests"] / found["seconds"]), plain(found["p99_ms"], 1)]
        else:
            while self.waiting_mails() and time.monotonic() < began + 10 * self.asked.seconds:
                time.sleep(0.05)
        sent, seconds = self.sent_mails() - first, time.monotonic() - began
        after = family.cpu_seconds(), self.postgres.cpu_seconds()
        own, database = (plain((later - earlier) / max(1, sent) * 1_000, 2) for earlier, later in zip(before, after))
        self.table.add(name, plain(sent / seconds), own, "" if rts else database, *rates)

    def half(self) -> None:
        """RTs at their highest rate, and at half of it with random pauses."""
        self.table.title("RT webhook", "clients", "RTs/s", "p50 ms", "p99 ms")
        rts = HTTP_OPERATIONS["rt"]
        full = run_wrk(self.service.url, rts.requests(self.service, self.data), 3 * self.asked.seconds, 16)
        rate = full["requests"] / full["seconds"]
        self.table.add("without pause", "16", plain(rate), plain(full["p50_ms"], 1), plain(full["p99_ms"], 1))
        requests = rts.requests(self.service, self.data)
        self.data.settle()
        found = run_wrk(self.service.url, requests, self.asked.seconds, 64, delay_ms=64 / (rate / 2) * 1_000)
        self.table.add("with pauses, about half of that rate", "64", plain(found["requests"] / found["seconds"]),
                       plain(found["p50_ms"], 1), plain(found["p99_ms"], 1))

    def overload(self) -> None:
        """Many more clients than the service can serve, without pause."""
        self.table.title("overload", "clients", "answers/s", "2xx", "503", "503 without Retry-After", "others", "p99 ms")
        for name in "show", "create", "session":
            for clients in self.asked.overload:
                found = run_wrk(
                    self.service.url, HTTP_OPERATIONS[name].requests(self.service, self.data), self.asked.seconds, clients, any_status=True)
                statuses = {int(status): count for status, count in found["statuses"].items()}
                good = sum(count for status, count in statuses.items() if 200 <= status < 300)
                others = {status: count for status, count in statuses.items() if not 200 <= status < 300 and status != 503}
                self.table.add(
                    HTTP_OPERATIONS[name].title, plain(clients), plain(found["requests"] / found["seconds"]), plain(good),
                    plain(statuses.get(503, 0)), plain(found["without_retry_after"]),
                    ", ".join(f"{count} × {status}" for status, count in others.items()) or "0", plain(found["p99_ms"], 1))


def main() -> None:
    measurements = {
        "start-up": Limits.start_up, "memory": Limits.memory, "polls": Limits.polls,
        "exports": Limits.exports, "mails": Limits.mails, "half": Limits.half,
        "overload": Limits.overload,
    }
    options = argparse.ArgumentParser()
    options.add_argument("--what", required=True, choices=measurements)
    options.add_argument("--setup", required=True)
    options.add_argument("--bin", required=True)
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--requests", type=int, default=100_000)
    options.add_argument("--polls", type=int, nargs="+", default=[2_000, 10_000])
    options.add_argument("--mails", type=int, default=2_000)
    options.add_argument("--overload", type=int, nargs="+", default=[200, 1_000])
    options.add_argument("--save", action="store_true", help="write the table into docs/performance.md")
    asked = options.parse_args()
    limits = Limits(asked)
    measurements[asked.what](limits)
    if asked.save:
        limits.table.save(asked.what, f"{limits.about}.")


main()
