#!/usr/bin/env python3
"""Measures the cost of a sign-in, whether its time discloses who has an account, and how 200 citizens who sign in at once affect reads.

--accounts is the output of bench-accounts.py, --service the process id of the service. Each account signs in from its own address, and each
wrong attempt comes from a new one, so that throttling does not apply.
"""

import argparse
import asyncio
import bisect
import collections
import concurrent.futures
import itertools
import json
import random
import time

from bench_load import (
    AUTHORIZATION, PASSWORD, Client, Process, a_position, ask_for, at, header, read_for, row,
)

addresses = (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in itertools.count(1_000_000))


async def sign_in(client: Client, name: str, password: str, address: str) -> int:
    body = json.dumps({"username": name, "password": password}).encode()
    headers = f"{AUTHORIZATION}Citizen-Address: {address}\r\n"
    return (await client.ask("POST", "/v1/sessions", headers, body))[0]


def home(number: int) -> str:
    return f"10.0.{number >> 8}.{number & 255}"


def probability_of_longer(times: list[float], others: list[float]) -> float:
    """Returns the probability that one of `times` is longer than one of `others` (0.5: indistinguishable). `others` are sorted."""
    return sum(bisect.bisect(others, one) for one in times) / len(times) / len(others)


async def alike(rounds: int, mailboxes: list[str]) -> None:
    """Measures one attempt at a time, the three kinds in random order."""
    right, wrong, unknown = kinds = ["right password", "wrong password", "unknown user"]
    turns = [(kind, number) for kind in kinds for number in range(len(mailboxes))] * rounds
    random.shuffle(turns)
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    client = await Client.connect()

    async def attempt(kind: str, number: int) -> float:
        name = f"unknown{number}@example.org" if kind == unknown else mailboxes[number]
        password = PASSWORD if kind == right else "cinque cani in cortile"
        address = home(number) if kind == right else next(addresses)
        began = time.monotonic()
        status = await sign_in(client, name, password, address)
        took = time.monotonic() - began
        assert status == (200 if kind == right else 401), (kind, status)
        return took

    # The first attempt of all creates the hash with which passwords of unknown users are compared.
    await attempt(unknown, len(mailboxes))
    for kind, number in turns:
        times[kind].append(await attempt(kind, number))
    client.close()
    header("one sign-in at a time", "attempts", "p50 ms", "p90 ms", "probability of being slower than a wrong password")
    found = {kind: sorted(times[kind]) for kind in kinds}
    for kind in kinds:
        probability = probability_of_longer(found[kind], found[wrong])
        row(kind, len(found[kind]), f"{at(found[kind], 0.5):.1f}", f"{at(found[kind], 0.9):.1f}", f"{probability:.2f}")


async def saturated(seconds: float, mailboxes: list[str]) -> None:
    header("right passwords without pause", "sign-ins/s", "p50 ms", "p99 ms")
    # One API key may have twelve password checks at the same time; beyond them the service answers 503.
    for clients in 1, 4, 12:
        times = await ask_for(
            seconds, clients, lambda client, number: sign_in(client, mailboxes[number], PASSWORD, home(number)))
        assert set(times) == {200}, {status: len(found) for status, found in times.items()}
        row(f"{clients} clients", f"{len(times[200]) / seconds:.1f}", f"{at(times[200], 0.5):.0f}", f"{at(times[200], 0.99):.0f}")


def crowd(seconds: float, mailboxes: list[str], patient: bool) -> tuple[dict[int, int], list[float]]:
    """Returns the number of responses by status, and the times from a citizen's first attempt to success."""
    statuses: collections.Counter[int] = collections.Counter()
    times: list[float] = []
    end = time.monotonic() + seconds

    async def citizen(number: int) -> None:
        client = await Client.connect()
        began = time.monotonic()
        while time.monotonic() < end:
            status = await sign_in(client, mailboxes[number], PASSWORD, home(number))
            statuses[status] += 1
            if status == 200:
                times.append(time.monotonic() - began)
                began = time.monotonic()
            elif patient:
                await asyncio.sleep(min(client.retry_after, max(0, end - time.monotonic())))
        client.close()

    async def everybody() -> None:
        await asyncio.gather(*(citizen(number) for number in range(len(mailboxes))))

    asyncio.run(everybody())
    return statuses, sorted(times)


async def beside(
    seconds: float, readers: int, mailboxes: list[str], service: Process, pool: concurrent.futures.Executor
) -> None:
    path = a_position()
    await read_for(2, readers, path)
    header(
        f"show a position, {readers} readers", "reads/s", "p50 ms", "p99 ms", "sign-ins/s", "their p50 s", "their p99 s", "503/s",
        "429/s", "memory MiB", "at most")

    async def alone() -> None:
        service.forget_peak()
        reads = await read_for(seconds, readers, path)
        print_row("alone", reads, {}, [])

    async def crowded(name: str, patient: bool) -> None:
        service.forget_peak()
        lead = 1.0
        signing = asyncio.get_running_loop().run_in_executor(pool, crowd, seconds + lead, mailboxes, patient)
        await asyncio.sleep(lead)
        reads = await read_for(seconds, readers, path)
        statuses, times = await signing
        print_row(name, reads, {status: count / (seconds + lead) for status, count in statuses.items()}, times)
        assert set(statuses) <= {200, 429, 503}, statuses

    def print_row(name: str, reads: list[float], rates: dict[int, float], times: list[float]) -> None:
        signed = [f"{rates.get(200, 0):.1f}", *(f"{at(times, share) / 1_000:.1f}" if times else "–" for share in (0.5, 0.99))]
        row(
            name, f"{len(reads) / seconds:.0f}", f"{at(reads, 0.5):.1f}", f"{at(reads, 0.99):.1f}", *signed,
            f"{rates.get(503, 0):.1f}", f"{rates.get(429, 0):.1f}", f"{service.mebibytes('VmRSS'):.0f}",
            f"{service.mebibytes('VmHWM'):.0f}")

    for _ in range(2):
        await alone()
        await crowded(f"beside {len(mailboxes)} who sign in, and retry immediately", patient=False)
        await alone()
        await crowded(f"beside {len(mailboxes)} who sign in, and wait for Retry-After", patient=True)
    await alone()


async def main(pool: concurrent.futures.Executor) -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--readers", type=int, default=8)
    options.add_argument("--rounds", type=int, default=3, help="attempts per account and kind (right password, wrong password, unknown user)")
    options.add_argument("--accounts", required=True)
    options.add_argument("--service", type=int, required=True)
    asked = options.parse_args()
    with open(asked.accounts) as accounts:
        mailboxes = accounts.read().split()
    await alike(asked.rounds, mailboxes)
    await saturated(asked.seconds, mailboxes)
    await beside(asked.seconds, asked.readers, mailboxes, Process(asked.service), pool)


if __name__ == "__main__":
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        # The other process is created before this one opens connections.
        pool.submit(int).result()
        asyncio.run(main(pool))
