"""Shared by the measurements of `make bench`: clients that send the next request as soon as they have the response, and response times.

BENCH_URL and BENCH_KEY are the address and the API key. The clients of one process use one core at most, so load that only disturbs the
measured clients belongs into a separate process.
"""

import asyncio
import json
import os
import time
import urllib.parse
import urllib.request
from collections.abc import Awaitable, Callable

url = urllib.parse.urlsplit(os.environ["BENCH_URL"])
key = os.environ["BENCH_KEY"]
AUTHORIZATION = f"Authorization: Bearer {key}\r\n"
HEADERS = f"Host: {url.netloc}\r\n{AUTHORIZATION}"
# The password of every account that bench-accounts.py creates.
PASSWORD = "quattro gatti sul tetto"


class Client:
    """One connection, and one request on it at a time."""

    # Retry-After of the last response, in seconds.
    retry_after = 0

    def __init__(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        self.source, self.sink = source, sink

    @classmethod
    async def connect(cls) -> "Client":
        return cls(*await asyncio.open_connection(url.hostname, url.port))

    async def ask(self, method: str, path: str, headers: str = AUTHORIZATION, body: bytes | None = None) -> tuple[int, bytes]:
        """Returns status and body. `headers` are complete lines."""
        if body is not None:
            headers += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self.sink.write(f"{method} {path} HTTP/1.1\r\nHost: {url.netloc}\r\n{headers}\r\n".encode() + (body or b""))
        head = await self.source.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        self.retry_after = int(fields.get(b"retry-after", 0))
        return int(head[9:12]), await self.source.readexactly(int(fields.get(b"content-length", 0)))

    async def demand(self, status: int, *request: str | bytes) -> bytes:
        found, body = await self.ask(*request)
        assert found == status, (request[:2], found, body)
        return body

    def close(self) -> None:
        self.sink.close()


# Response times in seconds, by status.
Times = dict[int, list[float]]


async def ask_for(seconds: float, clients: int, ask: Callable[[Client, int], Awaitable[int]]) -> Times:
    """Runs clients that repeat `ask` without pause. `ask` gets the number of the client and returns the status."""
    times: Times = {}
    end = time.monotonic() + seconds

    async def run(number: int) -> None:
        client = await Client.connect()
        while (began := time.monotonic()) < end:
            status = await ask(client, number)
            times.setdefault(status, []).append(time.monotonic() - began)
        client.close()

    await asyncio.gather(*(run(number) for number in range(clients)))
    return {status: sorted(found) for status, found in times.items()}


async def read_for(seconds: float, readers: int, path: str) -> list[float]:
    """Returns the response times in seconds, sorted."""

    async def read(client: Client, _: int) -> int:
        await client.demand(200, "GET", path)
        return 200

    return (await ask_for(seconds, readers, read))[200]


def a_position() -> str:
    """Returns the path of a position."""
    request = urllib.request.Request(url.geturl() + "/v1/positions?limit=1", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request) as answer:
        return "/v1/positions/" + json.load(answer)["items"][0]["id"]


def at(times: list[float], share: float) -> float:
    """Returns the percentile `share` in milliseconds; `times` are sorted."""
    return times[min(len(times) - 1, int(len(times) * share))] * 1_000


def row(*cells: str | float) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def header(*names: str) -> None:
    print()
    row(*names)
    print("|" + "---|" * len(names))


def read_row(name: str, times: list[float], seconds: float) -> None:
    row(name, f"{len(times) / seconds:.0f}", f"{at(times, 0.5):.1f}", f"{at(times, 0.99):.1f}", f"{times[-1] * 1_000:.0f}")


class Process:
    """Memory and CPU time of another process, as reported by the kernel."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def forget_peak(self) -> None:
        with open(f"/proc/{self.pid}/clear_refs", "w") as order:
            order.write("5")

    def mebibytes(self, line: str) -> float:
        """VmRSS: resident memory; VmHWM: its peak since `forget_peak`."""
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(text.split()[1]) for text in status if text.startswith(line + ":")) / 1_024

    def cpu_seconds(self) -> float:
        """Returns the CPU time of all its threads and of its ended child processes."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def family_cpu_seconds(self) -> float:
        # The time of a child that ends while this reads moves to its parent, so the reading begins again.
        while True:
            with open(f"/proc/{self.pid}/task/{self.pid}/children") as children:
                living = [Process(int(pid)) for pid in children.read().split()]
            try:
                return sum(child.cpu_seconds() for child in living) + self.cpu_seconds()
            except (FileNotFoundError, ProcessLookupError):
                continue
