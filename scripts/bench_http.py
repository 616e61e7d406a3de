"""Contestants and their rounds for scripts/bench-http.py: the service, its peers, and pgbench with the same statements."""

import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time
import typing

from bench_load import Process

ROOT = pathlib.Path(__file__).resolve().parent.parent
STATEMENTS = ROOT / "Benchmarks" / "statements"
FOLDER = ROOT / ".local" / "bench"


class Refused(Exception):
    """A round that counts for nothing: an answer was not 2xx, or a connection failed."""


class Result(typing.NamedTuple):
    """One round, or the medians of several."""

    per_second: float
    p50_ms: float
    p99_ms: float
    service_us: float
    database_us: float
    memory_mib: float
    requests: float


def medians(results: list[Result]) -> Result:
    return Result(*(statistics.median(values) for values in zip(*results)))


def psql(database: str, *arguments: str) -> str:
    return subprocess.run(
        ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", database, *arguments],
        check=True, capture_output=True, text=True).stdout


class Family:
    """A process with its children: an HTTP server with workers, or PostgreSQL with its backends."""

    def __init__(self, pid: int) -> None:
        self.process = Process(pid)

    def cpu_seconds(self) -> float:
        return self.process.family_cpu_seconds()

    def memory_mib(self) -> float:
        """Returns the memory of all its processes; pages that several share count once."""
        pid = self.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        lines = "".join(pathlib.Path(f"/proc/{one}/smaps_rollup").read_text() for one in (pid, *children))
        return sum(map(int, re.findall(r"^Pss: +(\d+) kB", lines, re.M))) / 1_024


class Requests(typing.NamedTuple):
    """What the clients send; `order` as in Benchmarks/wrk/client.lua."""

    lines: list[str]
    order: str
    first: int = 0


def line(method: str, path: str, headers: dict[str, str], body: str = "") -> str:
    return "\t".join((method, path, "|".join(f"{name}: {value}" for name, value in headers.items()), body))


def run_wrk(
    url: str, requests: Requests, seconds: float, clients: int, delay_ms: float = 0, any_status: bool = False,
) -> dict[str, typing.Any]:
    """Runs wrk and returns its report."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        files = {name: f"{folder}/{name.lower()}" for name in ("BENCH_REQUESTS", "BENCH_REPORT", "BENCH_FINISHED")}
        pathlib.Path(files["BENCH_REQUESTS"]).write_text("\n".join(requests.lines) + "\n")
        environment = os.environ | files | {
            "BENCH_ORDER": requests.order, "BENCH_FIRST": str(requests.first), "BENCH_DELAY_MS": str(delay_ms),
            "BENCH_STATUSES": str(int(any_status)),
        }
        wrk = subprocess.Popen(
            ["wrk", "--threads", "1", "--connections", str(clients), "--duration", f"{round(seconds)}s", "--timeout", "30s",
             "--script", str(ROOT / "Benchmarks/wrk/client.lua"), url],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            while wrk.poll() is None:
                if pathlib.Path(files["BENCH_FINISHED"]).exists():
                    # Connections whose request is under way get a moment; then wrk would only sleep until its time is over.
                    time.sleep(0.2)
                    wrk.send_signal(2)
                    wrk.wait()
                time.sleep(0.05)
        finally:
            if wrk.poll() is None:
                wrk.kill()
                wrk.wait()
        report = pathlib.Path(files["BENCH_REPORT"])
        if not report.exists():
            raise Refused(f"wrk failed: {wrk.stdout.read() if wrk.stdout else ''}")
        found = json.loads(report.read_text())
    if (found["not_2xx"] and not any_status) or found["socket_errors"] or not found["requests"]:
        raise Refused(f"{found['not_2xx']} answers of {found['requests']} were not 2xx, {found['socket_errors']} socket errors")
    return found


class HTTPServer:
    """A contestant that answers HTTP requests."""

    def __init__(self, name: str, url: str, pid: int, database: str, postgres: Family, keys: dict[str, str]) -> None:
        self.name, self.url, self.database, self.postgres, self.keys = name, url, database, postgres, keys
        self.family = Family(pid)

    def measure(self, requests: Requests, seconds: float, clients: int) -> Result:
        before = self.family.cpu_seconds(), self.postgres.cpu_seconds()
        found = run_wrk(self.url, requests, seconds, clients)
        after = self.family.cpu_seconds(), self.postgres.cpu_seconds()
        service, database = ((later - earlier) / found["requests"] * 1e6 for earlier, later in zip(before, after))
        return Result(
            found["requests"] / found["seconds"], found["p50_ms"], found["p99_ms"], service, database, self.family.memory_mib(),
            found["requests"])


def statements(name: str) -> list[str]:
    parts = re.split(r"(?m)^-- \w+\n", (STATEMENTS / f"{name}.sql").read_text())
    return [part.strip().removesuffix(";") for part in parts[1:]]


class PgBench:
    """The statements of an operation without any service: each in a trip of its own, or pipelined."""

    def __init__(self, name: str, database: str, postgres: Family, pipelined: bool) -> None:
        self.name, self.database, self.postgres, self.pipelined = name, database, postgres, pipelined

    def script(self, operation: str, head: list[str], values: dict[str, str]) -> str:
        """Returns the script of one transaction. pgbench knows numbers only, so every other parameter is an expression.

        In an expression, pgbench takes each colon before a letter for a parameter, also within a text.
        """
        sent = [
            re.sub(r"(?<!:):([a-z][a-z_0-9]*)", lambda match: values[match[1]], text) + ";" for text in statements(operation)]
        if self.pipelined:
            sent = ["\\startpipeline", *sent, "\\endpipeline"]
        return "\n".join((*head, *sent)) + "\n"

    def measure(
        self, operation: str, head: list[str], values: dict[str, str], seconds: float, clients: int, transactions: int | None,
        variables: dict[str, int],
    ) -> Result:
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            pathlib.Path(folder, "script").write_text(self.script(operation, head, values))
            limit = ["--time", str(round(seconds))] if transactions is None else ["--transactions", str(transactions // clients)]
            defined = [f"--define={name}={value}" for name, value in variables.items()]
            before, began = self.postgres.cpu_seconds(), time.monotonic()
            found = subprocess.run(
                ["pgbench", "--no-vacuum", "--protocol", "prepared", "--client", str(clients), "--jobs", "1", *limit, *defined,
                 "--log", "--log-prefix", f"{folder}/log", "--file", f"{folder}/script", self.database],
                capture_output=True, text=True)
            elapsed, after = time.monotonic() - began, self.postgres.cpu_seconds()
            if found.returncode:
                raise Refused(f"pgbench failed: {found.stderr[-500:]}")
            times = sorted(
                int(text.split(" ", 3)[2]) for file in pathlib.Path(folder).glob("log*") for text in file.read_text().splitlines())
        rate = re.search(r"tps = ([\d.]+)", found.stdout)
        if not rate or not times:
            raise Refused(f"pgbench completed no transaction in {elapsed:.1f} s")
        return Result(
            float(rate[1]), times[len(times) // 2] / 1_000, times[int(len(times) * 0.99)] / 1_000, 0,
            (after - before) / len(times) * 1e6, 0, len(times))


class Table:
    """The rows of one operation, in Markdown."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, *cells: str) -> None:
        self.lines.append("| " + " | ".join(cells) + " |")
        print(self.lines[-1], flush=True)

    def title(self, *names: str) -> None:
        print()
        self.lines.append("")
        self.add(*names)
        self.lines.append("|" + "---|" * len(names))
        print(self.lines[-1])

    def save(self, part: str, note: str) -> None:
        """Writes the tables into docs/performance.md, between the comments that name this part."""
        path = ROOT / "docs/performance.md"
        begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
        before, found, rest = path.read_text().partition(begin)
        assert found, f"{path} has no {begin}"
        path.write_text(f"{before}{begin}\n{note}\n" + "\n".join(self.lines) + f"\n{end}{rest.partition(end)[2]}")


def plain(value: float, digits: int = 0) -> str:
    return f"{value:,.{digits}f}".replace(",", " ")
