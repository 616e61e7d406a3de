#!/usr/bin/env python3
"""What many dripping connections do to a read: its p50 and p99 without them, and beside them.

Half of them drip a header, half a body; each sends a byte a second and comes back when it is cut. BENCH_URL and BENCH_KEY say
where and as whom.
"""

import argparse
import asyncio
import json
import os
import time
import urllib.parse
import urllib.request

url = urllib.parse.urlsplit(os.environ["BENCH_URL"])
key = os.environ["BENCH_KEY"]
HEADERS = f"Host: {url.netloc}\r\nAuthorization: Bearer {key}\r\n"


def a_position() -> str:
    request = urllib.request.Request(url.geturl() + "/v1/positions?limit=1", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["items"][0]["id"]


async def read_for(seconds: float, readers: int, path: str) -> list[float]:
    """Seconds that each read took, of so many readers that ask again as soon as they are answered."""
    times: list[float] = []
    end = time.monotonic() + seconds

    async def reader() -> None:
        source, sink = await asyncio.open_connection(url.hostname, url.port)
        while (began := time.monotonic()) < end:
            sink.write(f"GET {path} HTTP/1.1\r\n{HEADERS}\r\n".encode())
            head = await source.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 "), head
            length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            await source.readexactly(length)
            times.append(time.monotonic() - began)
        sink.close()

    await asyncio.gather(*(reader() for _ in range(readers)))
    return sorted(times)


class Drips:
    def __init__(self, count: int) -> None:
        self.open = 0
        self.cut = 0
        self.tasks = [asyncio.create_task(self.drip(number)) for number in range(count)]

    async def drip(self, number: int) -> None:
        if number % 2:
            begin = f"GET /live HTTP/1.1\r\n{HEADERS}X-A: "
        else:
            begin = f"POST /v1/positions HTTP/1.1\r\n{HEADERS}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
        while True:
            try:
                source, sink = await asyncio.open_connection(url.hostname, url.port)
            except OSError:
                await asyncio.sleep(1)
                continue
            self.open += 1
            try:
                sink.write(begin.encode())
                while not source.at_eof():
                    sink.write(b"a")
                    await sink.drain()
                    # The end shows by reading; a second without it is the pause between two bytes.
                    try:
                        await asyncio.wait_for(source.read(4_096), 1)
                    except asyncio.TimeoutError:
                        pass
                self.cut += 1
            except OSError:
                self.cut += 1
            finally:
                self.open -= 1
                sink.close()

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def row(name: str, times: list[float], seconds: float) -> str:
    at = lambda share: times[min(len(times) - 1, int(len(times) * share))] * 1_000
    return f"| {name} | {len(times) / seconds:.0f} | {at(0.5):.1f} | {at(0.99):.1f} | {times[-1] * 1_000:.0f} |"


async def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--drips", type=int, default=1_000)
    options.add_argument("--readers", type=int, default=8)
    asked = options.parse_args()
    path = f"/v1/positions/{a_position()}"
    await read_for(2, asked.readers, path)
    without = await read_for(asked.seconds, asked.readers, path)
    drips = Drips(asked.drips)
    while drips.open < asked.drips:
        await asyncio.sleep(0.1)
    beside = await read_for(asked.seconds, asked.readers, path)
    cut = drips.cut
    await drips.stop()
    after = await read_for(asked.seconds, asked.readers, path)
    print(f"| show a position, {asked.readers} readers | requests/s | p50 ms | p99 ms | slowest ms |")
    print("|---|---|---|---|---|")
    print(row("alone", without, asked.seconds))
    print(row(f"beside {asked.drips} dripping connections ({cut} were cut and came back)", beside, asked.seconds))
    print(row("after them", after, asked.seconds))


asyncio.run(main())
