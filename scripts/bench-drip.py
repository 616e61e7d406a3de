#!/usr/bin/env python3
"""Measures how many slow connections affect reads: p50 and p99 without them, and beside them.

Half of them send a header slowly, half a body: a byte a second. Each connects again when the service closes it.
"""

import argparse
import asyncio

from bench_load import HEADERS, a_position, header, read_for, read_row, url


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
                    # Reading detects the end of the connection. The time-out is the pause between two bytes.
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


async def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--drips", type=int, default=1_000)
    options.add_argument("--readers", type=int, default=8)
    asked = options.parse_args()
    path = a_position()
    await read_for(2, asked.readers, path)
    without = await read_for(asked.seconds, asked.readers, path)
    drips = Drips(asked.drips)
    while drips.open < asked.drips:
        await asyncio.sleep(0.1)
    beside = await read_for(asked.seconds, asked.readers, path)
    cut = drips.cut
    await drips.stop()
    after = await read_for(asked.seconds, asked.readers, path)
    header(f"show a position, {asked.readers} readers", "requests/s", "p50 ms", "p99 ms", "slowest ms")
    read_row("alone", without, asked.seconds)
    read_row(f"beside {asked.drips} slow connections ({cut} were closed and connected again)", beside, asked.seconds)
    read_row("after them", after, asked.seconds)


asyncio.run(main())
