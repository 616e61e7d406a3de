#!/usr/bin/env python3
"""Measures the cost of row level security: the same reads and RTs with the policies on and off, in alternating rounds.

DATABASE_URL belongs to the owner of the cluster, --demo is the output of `quietanza demo-data --format json`, --service the process id
of the service. The requests are identical, and the statements contain their own conditions. The clients use a large part of the machine, so the CPU
time per request of service and PostgreSQL is printed too.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import os
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable

from bench_load import Client, Process, a_position, at, header, read_for, row

CREDITOR, PSP = "12345678903", "ABCDITMM"
LIST = "/v1/positions?limit=20"
names = itertools.count()


def psql(statement: str) -> list[str]:
    return subprocess.run(
        ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", os.environ["DATABASE_URL"],
         "--command", statement], check=True, capture_output=True, text=True).stdout.split()


def tables_with_policies() -> list[str]:
    return psql("SELECT oid::regclass FROM pg_class WHERE relrowsecurity ORDER BY 1")


def switch(tables: list[str], on: bool) -> None:
    action = "ENABLE" if on else "DISABLE"
    psql("; ".join(f"ALTER TABLE {table} {action} ROW LEVEL SECURITY" for table in tables))
    assert tables_with_policies() == (tables if on else [])


async def position(client: Client, creditor_key: str) -> str:
    """Creates a position and returns its IUV."""
    body = {
        "creditor_tax_code": CREDITOR, "external_id": f"BENCH-{next(names)}", "debt_type": "mensa",
        "document": {"year": 2026, "number": "42"}, "description": "Mensa scolastica",
        "debtor": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi"},
        "lines": [{"description": "Pasti di ottobre", "amount_cents": 4550}],
        "installments": [{"amount_cents": 4550, "due_date": "2030-01-31"}],
    }
    headers = f"Authorization: Bearer {creditor_key}\r\n"
    made = await client.demand(201, "POST", "/v1/positions", headers, json.dumps(body).encode())
    return json.loads(made)["installments"][0]["iuv"]


async def intake(client: Client, iuv: str, secret: bytes) -> None:
    name, now = f"bench-{next(names)}", int(time.time())
    body = json.dumps({
        "receipt_id": name, "outcome": "OK", "creditor_tax_code": CREDITOR, "iuv": iuv, "amount_cents": 4550,
        "psp": {"id": PSP, "business_name": "Banca Alfa"}, "payment_method": "CP",
        "paid_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
        "transfers": [{"index": 1, "creditor_tax_code": CREDITOR, "amount_cents": 4550}],
    }).encode()
    seal = base64.b64encode(hmac.new(secret, f"{name}.{now}.".encode() + body, hashlib.sha256).digest()).decode()
    headers = f"webhook-id: {name}\r\nwebhook-timestamp: {now}\r\nwebhook-signature: v1,{seal}\r\n"
    await client.demand(201, "POST", f"/v1/psps/{PSP}/receipts", headers, body)


async def each(iuvs: list[str], clients: int, ask: Callable[[Client, str], Awaitable[None]]) -> list[float]:
    """Runs `ask` once for each IUV, shared among the clients, and returns the times in seconds."""
    times: list[float] = []
    left = iter(iuvs)

    async def run() -> None:
        client = await Client.connect()
        for iuv in left:
            began = time.monotonic()
            await ask(client, iuv)
            times.append(time.monotonic() - began)
        client.close()

    await asyncio.gather(*(run() for _ in range(clients)))
    return sorted(times)


class Round:
    """One measurement."""

    def __init__(self, times: list[float], seconds: float, cpu_seconds: float) -> None:
        self.values = (len(times) / seconds, at(times, 0.5), at(times, 0.99), cpu_seconds / len(times) * 1_000)


async def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--turns", type=int, default=4, help="rounds with the policies on, and as many with them off")
    options.add_argument("--rts", type=int, default=500, help="RTs in each round")
    options.add_argument("--clients", type=int, default=4)
    options.add_argument("--demo", required=True)
    options.add_argument("--service", type=int, required=True)
    asked = options.parse_args()
    with open(asked.demo) as demo:
        known = json.load(demo)
    secret = base64.b64decode(known["psp_secrets"][PSP].removeprefix("whsec_"))
    service = Process(asked.service)
    postgres = Process(int(psql("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")[0]))
    tables = tables_with_policies()
    assert tables, "no table has row level security"
    client = await Client.connect()
    # One more round, to warm up.
    iuvs = [[await position(client, known["creditor_key"]) for _ in range(asked.rts)] for _ in range(2 * asked.turns + 1)]
    assert len(json.loads(await client.demand(200, "GET", LIST))["items"]) == 20
    client.close()
    psql("VACUUM ANALYZE")
    shown = a_position()
    work: dict[str, Callable[[], Awaitable[list[float]]]] = {
        "show a position": lambda: read_for(asked.seconds / 2, asked.clients, shown),
        "list 20 positions": lambda: read_for(asked.seconds / 2, asked.clients, LIST),
        "receive an RT": lambda: each(iuvs.pop(), asked.clients, lambda client, iuv: intake(client, iuv, secret)),
    }

    def cpu_seconds() -> float:
        return service.cpu_seconds() + postgres.family_cpu_seconds()

    async def measure(name: str) -> Round:
        before, began = cpu_seconds(), time.monotonic()
        times = await work[name]()
        return Round(times, time.monotonic() - began, cpu_seconds() - before)

    for name in work:
        await measure(name)
    rounds: dict[tuple[str, bool], list[Round]] = {}
    try:
        for turn in range(2 * asked.turns):
            # On, off, off, on …, so that neither always runs later, with larger tables.
            on = turn % 4 in (0, 3)
            switch(tables, on)
            for name in work:
                rounds.setdefault((name, on), []).append(await measure(name))
    finally:
        switch(tables, True)
    header(
        f"{asked.clients} clients, medians of {asked.turns} rounds each", "policies", "requests/s", "p50 ms", "p99 ms",
        "CPU ms of service and PostgreSQL")
    for name in work:
        on, off = (
            [statistics.median(values) for values in zip(*(found.values for found in rounds[name, on]))] for on in (True, False))
        row(name, "on", f"{on[0]:.0f}", *(f"{value:.2f}" for value in on[1:]))
        row("", "off", f"{off[0]:.0f}", *(f"{value:.2f}" for value in off[1:]))
        row("", "on ÷ off", *(f"{with_policies / without:.2f}" for with_policies, without in zip(on, off)))


asyncio.run(main())
