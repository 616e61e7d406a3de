#!/usr/bin/env python3
"""Measures the statements of lists, searches, filters, deep pages and RTs on databases of different sizes, without load.

The service answers each request several times, with several values, and PostgreSQL's auto_explain logs what every statement did. A time is the
median over the values of the fastest execution, so other work on the machine counts little and the data is in memory; buffers are the pages
that the statements touched. --setup is a file that bench.sh writes. Nothing here is an assertion.
"""

import argparse
import collections
import json
import pathlib
import re
import statistics
import typing
import urllib.parse
from collections.abc import Callable

from bench_http import Family, HTTPServer, Table, plain
from bench_operations import CREDITOR, Data, ask, bearer, line, receive_rt

class Statement(typing.NamedTuple):
    milliseconds: float
    buffers: int
    plan: dict[str, typing.Any]


class Log:
    """What auto_explain has written since the last look."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.offset = path.stat().st_size

    def read(self) -> list[Statement]:
        with self.path.open("rb") as file:
            file.seek(self.offset)
            text = file.read()
        found, end = [], 0
        # PostgreSQL may still be writing the last entry, which the next call then returns.
        for entry in re.finditer(rb"LOG:  duration: ([0-9.]+) ms  plan:\n(\t\{\n(?:\t .*\n)*\t\}\n)", text):
            end = entry.end()
            plan = json.loads(entry[2])
            top = plan["Plan"]
            found.append(Statement(float(entry[1]), top["Shared Hit Blocks"] + top["Shared Read Blocks"], plan))
        self.offset += end
        return found


def days(data: Data, share: float) -> str:
    """Returns the day at which this share of the positions had been created."""
    return data.column(f"SELECT created_at::date FROM positions WHERE id = bench.id({max(1, int(data.positions * share) // 4 * 4)}, 0)")[0]


def spread(sql: str, data: Data) -> str:
    """Replaces NUMBERS by the numbers of eight positions of the first creditor, spread over the data."""
    return sql.replace("NUMBERS", f"(SELECT 4 * (g * {data.positions // 4} / 9) AS n FROM generate_series(1, 8) AS g) AS numbers")


Requests = Callable[[HTTPServer, Data], list[str]]


def get(path: str, key: str = "creditor_key") -> Requests:
    """Returns a GET; {day} is a day in the middle of the data, {later} 30 days after it, {recent} one near its end."""
    def made(server: HTTPServer, data: Data) -> list[str]:
        values = {"day": days(data, 0.5), "recent": days(data, 0.99)}
        values["later"] = data.column(f"SELECT '{values['day']}'::date + 30")[0]
        return [line("GET", path.format(**values), bearer(server, key))]
    return made


def each(path: str, sql: str, key: str = "creditor_key") -> Requests:
    """Returns a GET for each of some rows of the query; its columns are {0}, {1}, …"""
    def made(server: HTTPServer, data: Data) -> list[str]:
        rows = data.column(spread(sql, data))
        return [line("GET", path.format(*map(urllib.parse.quote, row.split("|"))), bearer(server, key)) for row in rows]
    return made


def search(path: str, body: dict[str, typing.Any], sql: str = "SELECT 1", key: str = "creditor_key") -> Requests:
    """Returns a POST for each of some rows of the query; its first column replaces "{0}" in the body."""
    def made(server: HTTPServer, data: Data) -> list[str]:
        return [line("POST", path, bearer(server, key), json.dumps(body).replace("{0}", row)) for row in data.column(spread(sql, data))]
    return made


def deep(path: str, rows: str, key: str = "creditor_key") -> Requests:
    """Returns the page of 50 in the middle of a list, or behind its first 250 000 rows. `rows` counts the list."""
    def made(server: HTTPServer, data: Data) -> list[str]:
        name = f"{path} {key}"
        joint = "&" if "?" in path else "?"
        if name not in data.cache:
            pages = int(data.column(rows)[0]) // 2 // 100
            cursor = ""
            for _ in range(min(pages, 2_500)):
                cursor = "&cursor=" + ask(server, line("GET", f"{path}{joint}limit=100{cursor}", bearer(server, key)))["next_cursor"]
            data.cache[name] = [cursor]
        return [line("GET", f"{path}{joint}limit=50{data.cache[name][0]}", bearer(server, key))]
    return made


P, R = "/v1/positions", "/v1/receipts"
OWN = f"SELECT count(*) FROM %s WHERE creditor_tax_code = '{CREDITOR}'"
DEBTORS = "SELECT d.tax_code FROM NUMBERS JOIN bench.debtors d ON d.d = bench.debtor(n)"
PAID = "SELECT r.{} FROM NUMBERS JOIN receipts r ON r.position_id = bench.id(n, 0)"

OPERATIONS: dict[str, Requests] = {
    "show a position": each(P + "/{0}", "SELECT bench.id(n, 0) FROM NUMBERS"),
    "show a receipt": each(R + "/{0}", PAID.format("id")),
    "show an attempt": each("/v1/payment-attempts/{0}", PAID.format("attempt_id") + " WHERE attempt_id IS NOT NULL", "ops_key"),
    **{f"positions, {sort}": get(f"{P}?limit=50&sort={sort}") for sort in
       ("created_at", "-created_at", "due_date", "-due_date", "updated_at", "-updated_at", "document", "-document")},
    **{f"positions, {sort}, deep page": deep(f"{P}?sort={sort}", OWN % "positions") for sort in
       ("-created_at", "due_date", "-updated_at", "document")},
    "positions, every creditor": get(P + "?limit=50", "ops_key"),
    "positions, every creditor, deep page": deep(P, "SELECT count(*) FROM positions", "ops_key"),
    **{f"positions, status={status}": get(f"{P}?limit=50&status={status}") for status in
       ("draft", "open", "partially_paid", "paid", "expired", "cancelled")},
    **{f"positions, status={status}, due_date": get(f"{P}?limit=50&status={status}&sort=due_date") for status in
       ("open", "partially_paid", "expired")},
    "positions, status=draft, every creditor": get(P + "?limit=50&status=draft", "ops_key"),
    "positions, debt_type": get(P + "?limit=50&debt_type=multa"),
    "positions, a debt_type without positions": get(P + "?limit=50&debt_type=none"),
    "positions, service": get(P + "?limit=50&service=police"),
    "positions, a service without positions": get(P + "?limit=50&service=none"),
    "positions, document_year": get(P + "?limit=50&document_year=2025"),
    "positions, a document_year without positions": get(P + "?limit=50&document_year=2019"),
    "positions, document_year and document_number": each(
        P + "?limit=50&document_year={0}&document_number={1}",
        "SELECT document_year || '|' || document_number FROM NUMBERS JOIN positions p ON p.id = bench.id(n, 0)"),
    "positions, document_number": each(P + "?limit=50&document_number={0}", "SELECT n FROM NUMBERS"),
    "positions, iuv": each(P + "?limit=50&iuv={0}", "SELECT bench.iuv(n, 1) FROM NUMBERS"),
    "positions, notice_number": each(P + "?limit=50&notice_number={0}", "SELECT bench.notice(n, 1) FROM NUMBERS"),
    "positions, iuv, every creditor": each(P + "?limit=50&iuv={0}", "SELECT bench.iuv(n, 1) FROM NUMBERS", "ops_key"),
    "positions, notice_number, every creditor": each(P + "?limit=50&notice_number={0}", "SELECT bench.notice(n, 1) FROM NUMBERS", "ops_key"),
    "positions, due in a month": get(P + "?limit=50&due_from={day}&due_to={later}"),
    "positions, due in a month, due_date": get(P + "?limit=50&due_from={day}&due_to={later}&sort=due_date"),
    "positions, due in a year without positions": get(P + "?limit=50&due_from=2019-01-01&due_to=2019-12-31"),
    "positions, paid in a month": get(P + "?limit=50&paid_from={day}&paid_to={later}"),
    "positions, paid in a year without payments": get(P + "?limit=50&paid_from=2019-01-01&paid_to=2019-12-31"),
    "positions, updated_since a day in the middle": get(P + "?limit=50&updated_since={day}T00:00:00Z"),
    "positions, updated_since, updated_at": get(P + "?limit=50&updated_since={day}T00:00:00Z&sort=updated_at"),
    "positions, updated_since tomorrow": get(P + "?limit=50&updated_since=2030-01-01T00:00:00Z"),
    "positions, under_review": get(P + "?limit=50&under_review=true"),
    "positions, not under_review": get(P + "?limit=50&under_review=false"),
    "Cerca, tax code": search(P + "/search", {"debtor_tax_code": "{0}", "limit": 50}, DEBTORS),
    "Cerca, tax code, every creditor": search(P + "/search", {"debtor_tax_code": "{0}", "limit": 50}, DEBTORS, "ops_key"),
    "Cerca, tax code and status": search(P + "/search", {"debtor_tax_code": "{0}", "status": ["paid"], "limit": 50}, DEBTORS),
    "Cerca, a common text": search(P + "/search", {"q": "mensa", "limit": 50}),
    "Cerca, a rare text": search(P + "/search", {"q": "n. {0}", "limit": 50}, "SELECT n FROM NUMBERS"),
    "Cerca, a text that nothing has": search(P + "/search", {"q": "zzzzzz", "limit": 50}),
    "Cerca, an IUV as text": search(P + "/search", {"q": "{0}", "limit": 50}, "SELECT bench.iuv(n, 1) FROM NUMBERS"),
    "Cerca, a rare text, every creditor": search(P + "/search", {"q": "n. {0}", "limit": 50}, "SELECT n FROM NUMBERS", "ops_key"),
    "receipts": get(R + "?limit=50"),
    "receipts, deep page": deep(R, OWN % "receipts"),
    "receipts, every creditor": get(R + "?limit=50", "ops_key"),
    "receipts, paid in a month": get(R + "?limit=50&paid_from={day}&paid_to={later}"),
    "receipts, debt_type": get(R + "?limit=50&debt_type=multa"),
    "receipts, a debt_type without receipts": get(R + "?limit=50&debt_type=none"),
    "receipts, iuv": each(R + "?limit=50&iuv={0}", PAID.format("iuv")),
    "receipts, notice_number": each(R + "?limit=50&notice_number={0}", PAID.format("notice_number")),
    "receipts, iuv, every creditor": each(R + "?limit=50&iuv={0}", PAID.format("iuv"), "ops_key"),
    "receipts, notice_number, every creditor": each(R + "?limit=50&notice_number={0}", PAID.format("notice_number"), "ops_key"),
    "receipts, of a position": each(R + "?limit=50&position_id={0}", PAID.format("position_id")),
    **{f"receipts, status={status}": get(f"{R}?limit=50&status={status}") for status in
       ("settled", "recorded", "anomaly", "quarantined", "voided")},
    **{f"receipts, origin={origin}": get(f"{R}?limit=50&origin={origin}") for origin in ("pagopa", "counter")},
    "receipts, document_year": get(R + "?limit=50&document_year=2025"),
    "receipts, document_year and document_number": each(
        R + "?limit=50&document_year={0}&document_number={1}",
        "SELECT document_year || '|' || document_number FROM NUMBERS JOIN positions p ON p.id = bench.id(n, 0)"),
    "receipts, document_number": each(R + "?limit=50&document_number={0}", "SELECT n FROM NUMBERS"),
    "Archivio, tax code": search(R + "/search", {"tax_code": "{0}", "limit": 50}, DEBTORS),
    "Archivio, tax code, every creditor": search(R + "/search", {"tax_code": "{0}", "limit": 50}, DEBTORS, "ops_key"),
    "attempts": get("/v1/payment-attempts?limit=50"),
    "attempts, deep page": deep("/v1/payment-attempts", OWN % "payment_attempts"),
    **{f"attempts, status={status}": get(f"/v1/payment-attempts?limit=50&status={status}") for status in ("succeeded", "failed")},
    "attempts, of a position": each("/v1/payment-attempts?limit=50&position_id={0}", PAID.format("position_id")),
    "attempts, every creditor": get("/v1/payment-attempts?limit=50", "ops_key"),
    "attempts, status=failed, every creditor": get("/v1/payment-attempts?limit=50&status=failed", "ops_key"),
    "notifications": get("/v1/notifications?limit=50", "ops_key"),
    "notifications, deep page": deep("/v1/notifications", "SELECT count(*) FROM notifications", "ops_key"),
    **{f"notifications, status={status}": get(f"/v1/notifications?limit=50&status={status}", "ops_key") for status in
       ("queued", "sent", "dead")},
    "notifications, of a position": each("/v1/notifications?limit=50&position_id={0}", PAID.format("position_id"), "ops_key"),
    "anomalies": get("/v1/anomalies?limit=50"),
    "refunds": get("/v1/refunds?limit=50"),
    "journal": get("/v1/journal?limit=50", "ops_key"),
    "journal of a position": each("/v1/journal?limit=50&position_id={0}", "SELECT bench.id(n, 0) FROM NUMBERS", "ops_key"),
}


class Cost(typing.NamedTuple):
    microseconds: float
    buffers: float
    statements: list[Statement]


def measure(requests: list[str], server: HTTPServer, log: Log, repeats: int) -> Cost:
    costs, buffers, last = [], [], []
    for text in requests:
        log.read()
        rounds = []
        for _ in range(repeats):
            ask(server, text)
            rounds.append(log.read())
        # A statement has the same place in each round, so the fastest execution of each counts.
        count = collections.Counter(map(len, rounds)).most_common(1)[0][0]
        same = [one for one in rounds if len(one) == count]
        costs.append(sum(min(one[at].milliseconds for one in same) for at in range(count)) * 1_000)
        buffers.append(sum(one.buffers for one in same[-1]))
        last = same[-1]
    return Cost(statistics.median(costs), statistics.median(buffers), last)


def measure_rts(server: HTTPServer, data: Data, log: Log) -> Cost:
    # An earlier run may have made positions that are not paid for this one.
    made = f"SELECT count(*) FROM positions WHERE id > bench.id({data.positions}, 0) AND external_id LIKE 'B-%'"
    data.next_payable = data.positions + 1 + int(data.column(made)[0])
    log.read()
    rounds = []
    for text in receive_rt(server, data).lines:
        ask(server, text)
        rounds.append(log.read())
    # The first ones warm up. Of each statement, the fast executions count: work of other programs slows some of them down.
    times: dict[str, list[float]] = {}
    for one in rounds[len(rounds) // 5:]:
        for part in one:
            times.setdefault(part.plan["Query Text"], []).append(part.milliseconds * 1_000)
    often = [statistics.quantiles(of_one, n=10)[0] * round(len(of_one) / len(rounds) * 1.25) for of_one in times.values() if len(of_one) > 1]
    return Cost(sum(often), statistics.median(sum(part.buffers for part in one) for one in rounds), rounds[-1])


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--setup", required=True)
    options.add_argument("--seconds", help="not used")
    options.add_argument("--repeats", type=int, default=10)
    options.add_argument("--operations", default="", help="a regular expression that the names contain")
    options.add_argument("--plans", help="a file for the plans")
    options.add_argument("--save", action="store_true", help="write the tables into docs/performance.md")
    asked = options.parse_args()
    setup = json.loads(pathlib.Path(asked.setup).read_text())
    servers = [
        HTTPServer(one["name"], one["url"], one["pid"], one["database"], Family(setup["postgres"]), json.loads(pathlib.Path(one["demo"]).read_text()))
        for one in setup["servers"]]
    books = {one["database"]: Data(one["database"], one["positions"]) for one in setup["servers"]}
    log = Log(pathlib.Path(setup["log"]))
    table = Table()
    sizes = [plain(one["positions"]) for one in setup["servers"]]
    table.title("positions", *(f"µs, {size}" for size in sizes), *(f"buffers, {size}" for size in sizes), "time ÷ time", "buffers ÷ buffers")
    plans = {}
    for name, made in [*OPERATIONS.items(), ("RT", None)]:
        if not re.search(asked.operations, name):
            continue
        costs = []
        for server in servers:
            data = books[server.database]
            costs.append(measure_rts(server, data, log) if made is None else measure(made(server, data), server, log, asked.repeats))
        plans[name] = {size: [one.plan | {"ms": one.milliseconds} for one in cost.statements] for size, cost in zip(sizes, costs)}
        small, large = costs[0], costs[-1]
        table.add(
            name, *(plain(one.microseconds) for one in costs), *(plain(one.buffers) for one in costs),
            f"{large.microseconds / small.microseconds:.2f}", f"{large.buffers / max(1, small.buffers):.2f}")
    if asked.plans:
        pathlib.Path(asked.plans).write_text(json.dumps(plans))
    if asked.save:
        table.save("statements", f"`{setup['command']}`: {setup['about']}.")


main()
