#!/usr/bin/env python3
"""Measures operations over HTTP with wrk: the service, its peers, and pgbench with the statements of Benchmarks/statements.

The contestants take turns, and each row is the median of the rounds. --setup is a file that bench.sh writes: the process id of PostgreSQL,
the number of positions, and name, address, process id, database and demo data of each HTTP server. Nothing here is an assertion about time;
but a row whose answers were not all 2xx is refused, and answers of the peers must equal the service's.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import subprocess
import time
import typing
import urllib.request
from collections.abc import Callable

from bench_http import FOLDER, ROOT, Family, HTTPServer, PgBench, Refused, Requests, Result, line, medians, psql

CREDITOR, PSP = "12345678903", "ABCDITMM"
AMOUNT_CENTS = 4550


class Data:
    """The rows of one database, and what of them was used up."""

    def __init__(self, database: str, positions: int) -> None:
        self.database, self.positions = database, positions
        self.next_payable = positions + 1
        self.next_created = 0
        self.cache: dict[str, list[str]] = {}

    def column(self, query: str) -> list[str]:
        if query not in self.cache:
            self.cache[query] = psql(self.database, "--command", query).split()
        return self.cache[query]

    def some_positions(self) -> list[str]:
        """Returns ids of positions of the first creditor; every fourth number is its."""
        return self.column(
            f"SELECT bench.id(4 * g, 0) FROM generate_series(1, {self.positions // 4}) AS g ORDER BY hashint8(g) LIMIT 20000")

    def some_debtors(self) -> list[str]:
        return self.column(
            "SELECT d.tax_code FROM (SELECT g FROM generate_series(1, "
            f"{self.positions // 4}) AS g ORDER BY hashint8(g) LIMIT 20000) AS n JOIN bench.debtors d ON d.d = bench.debtor(4 * n.g)")

    def make_payable(self, count: int) -> range:
        """Creates open positions with one installment, and returns their numbers."""
        made = range(self.next_payable, self.next_payable + count)
        self.next_payable += count
        psql(self.database, "--set", f"first={made[0]}", "--set", f"last={made[-1]}", "--set", "payable=true",
             "--file", str(ROOT / "Benchmarks/data/batch.sql"))
        return made

    def paid(self, numbers: range) -> int:
        return int(psql(
            self.database, "--command", f"SELECT count(*) FROM generate_series({numbers[0]}, {numbers[-1]}) AS n "
            "JOIN positions p ON p.id = bench.id(n, 0) AND p.state = 'paid'"))


def iuv(number: int) -> str:
    """Returns the IUV of the first installment of position `number`, as bench.iuv does."""
    digits = 3011000000000000 + number
    return f"{digits}{digits % 93:02}"[1:]


def rt_body(number: int) -> bytes:
    return json.dumps({
        "receipt_id": f"W-{number}", "outcome": "OK", "creditor_tax_code": CREDITOR, "iuv": iuv(number), "amount_cents": AMOUNT_CENTS,
        "psp": {"id": PSP, "business_name": "Banca Alfa"}, "payment_method": "CP",
        "paid_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "payer": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi", "email": "payer@example.org"},
        "transfers": [{"index": 1, "creditor_tax_code": CREDITOR, "amount_cents": AMOUNT_CENTS}],
    }).encode()


class Operation(typing.NamedTuple):
    title: str
    requests: Callable[[HTTPServer, Data], Requests]
    # Whether pgbench has the statements of this operation.
    has_statements: bool = True
    # Whether the peers have it.
    has_peers: bool = True


def bearer(server: HTTPServer, name: str = "creditor_key") -> dict[str, str]:
    return {"Authorization": f"Bearer {server.keys[name]}"}


def live(server: HTTPServer, data: Data) -> Requests:
    return Requests([line("GET", "/live", {})], "random")


def show(server: HTTPServer, data: Data) -> Requests:
    return Requests([line("GET", f"/v1/positions/{one}", bearer(server)) for one in data.some_positions()], "random")


def list_newest(server: HTTPServer, data: Data) -> Requests:
    return Requests([line("GET", "/v1/positions?limit=50", bearer(server))], "random")


def search(server: HTTPServer, data: Data) -> Requests:
    return Requests([
        line("POST", "/v1/positions/search", bearer(server), json.dumps({"debtor_tax_code": one, "limit": 50}))
        for one in data.some_debtors()], "random")


def create(server: HTTPServer, data: Data) -> Requests:
    body = {
        "creditor_tax_code": CREDITOR, "external_id": "W-@@@@@@@@@@", "debt_type": "mensa",
        "document": {"year": 2026, "number": "42"}, "description": "Mensa scolastica",
        "debtor": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi"},
        "lines": [{"description": "Pasti di ottobre", "amount_cents": AMOUNT_CENTS}],
        "installments": [{"amount_cents": AMOUNT_CENTS, "due_date": "2030-01-31"}],
    }
    data.next_created += 10_000_000
    return Requests([line("POST", "/v1/positions", bearer(server), json.dumps(body))], "count", data.next_created)


def receive_rt(server: HTTPServer, data: Data) -> Requests:
    secret = base64.b64decode(server.keys["psp_secrets"][PSP].removeprefix("whsec_"))
    numbers, now, lines = data.make_payable(RTS), str(int(time.time())), []
    for number in numbers:
        body = rt_body(number)
        name = f"rt-{number}"
        signature = base64.b64encode(hmac.new(secret, f"{name}.{now}.".encode() + body, hashlib.sha256).digest()).decode()
        headers = {"webhook-id": name, "webhook-timestamp": now, "webhook-signature": f"v1,{signature}"}
        lines.append(line("POST", f"/v1/psps/{PSP}/receipts", headers, body.decode()))
    return Requests(lines, "once")


OPERATIONS = {
    "live": Operation("`/live`, no database", live, has_statements=False),
    "show": Operation("show a position", show),
    "list": Operation("list the 50 newest positions", list_newest),
    "search": Operation("Cerca: positions of a tax code", search),
    "create": Operation("create a position", create),
    "rt": Operation("RT webhook, signed", receive_rt),
}
RTS = int(os.environ.get("BENCH_RTS", "8000"))


def run_pgbench(contestant: PgBench, operation: str, data: Data, key: str, seconds: float, clients: int) -> Result:
    """Runs the statements of an operation with the parameters that a request has."""
    digest = "'\\x" + hashlib.sha256(key.encode()).hexdigest() + "'::bytea"
    values = {"digest": digest, "position": "bench.id(:n, 0)", "debtor": "(SELECT tax_code FROM bench.debtors WHERE d = bench.debtor(:n))"}
    variables = {"i": -1, "quarter": data.positions // 4, "clients": clients}
    head = ["\\set n 4 * random(1, :quarter)"]
    transactions = None
    amount, day, sum32 = str(AMOUNT_CENTS), "'2030-01-31'::date", f"sha256('{operation}'::bytea)"
    written = {
        "now": "now()", "amount": amount, "due": day, "creditor": f"'{CREDITOR}'", "correlation_id": "'bench'", "fingerprint": sum32,
        "description": "'Mensa scolastica'", "debt_type": "'mensa'",
    }
    if operation == "create":
        data.next_created += 10_000_000
        variables["first"] = data.positions + data.next_created
        head = ["\\set i :i + 1", "\\set n :first + :i * :clients + :client_id"]
        values |= written | {
            "position": "bench.id(:n, 2048)", "installment": "bench.id(:n, 2049)", "external_id": "'P-' || :n::text", "late": "true",
            "year": "2026", "number": "'42'", "kind": "'person'", "tax_code": "'RSSMRA80A01H501U'", "full_name": "'Mario Rossi'",
            "email": "NULL", "line": "'Pasti di ottobre'", "iuv": "bench.iuv(:n, 4)", "notice": "bench.notice(:n, 4)",
            "iban": "'IT60X0542811101000000123456'", "taxonomy_code": "'9/0101002IM/'",
            "remittance": "'/RFB/' || bench.iuv(:n, 4) || '/45.50/TXT/Mensa scolastica'", "actor": "'key'",
        }
    if operation == "rt":
        numbers = data.make_payable(RTS)
        transactions, variables["first"] = len(numbers), numbers[0]
        head = ["\\set i :i + 1", "\\set n :first + :i * :clients + :client_id"]
        body = rt_body(numbers[0])
        values |= written | {
            "psp": f"'{PSP}'", "iuv": "bench.iuv(:n, 1)", "notice": "bench.notice(:n, 1)", "name": "'W-' || :n::text",
            "receipt": "bench.id(:n, 513)", "rt": "bench.id(:n, 1025)", "mail": "bench.id(:n, 1281)",
            "installment": "bench.id(:n, 257)", "paid_at": "now()", "psp_name": "'Banca Alfa'", "method": "'CP'",
            "payer_kind": "'person'", "payer_tax_code": "'RSSMRA80A01H501U'", "payer_name": "'Mario Rossi'",
            "debtor_kind": "'person'", "debtor_tax_code": "'RSSMRA80A01H501U'", "debtor_name": "'Mario Rossi'",
            "body": f"'\\x{body.hex()}'::bytea", "sha256": f"'\\x{hashlib.sha256(body).hexdigest()}'::bytea",
            "answer": f"'\\x{bytes(270).hex()}'::bytea", "actor": "'psp'", "state": "'paid'",
            "recipient": "'payer@example.org'", "message_id": "bench.id(:n, 1281) || '@example.org'",
        }
    settle(data.database)
    return contestant.measure(operation, head, values, seconds, clients, transactions, variables)


def settle(database: str) -> None:
    """Writes out what the preparation has left, so that the round does not pay for it."""
    psql(database, "--command", "CHECKPOINT")


def ask(server: HTTPServer, request: str) -> typing.Any:
    method, path, fields, body = request.split("\t", 3)
    headers = dict(field.split(": ", 1) for field in fields.split("|") if field)
    if body:
        headers["Content-Type"] = "application/json"
    found = urllib.request.Request(server.url + path, body.encode() or None, headers, method=method)
    with urllib.request.urlopen(found) as answer:
        return json.load(answer)


def shape(value: typing.Any) -> typing.Any:
    """Returns a JSON value without its texts and numbers: they differ between two created positions."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__


def compare_answers(servers: list[HTTPServer], data: Data) -> None:
    """Checks that peers answer what the service answers."""
    service = servers[0]
    for name in "live", "show", "list", "search", "create":
        lines = OPERATIONS[name].requests(service, data).lines[:20]
        for at, text in enumerate(lines):
            answers = []
            for number, server in enumerate(servers):
                asked = text.replace("@@@@@@@@@@", f"{data.next_created + number:010}")
                answer = ask(server, asked)
                answer.pop("next_cursor", None)
                answers.append(shape(answer) if name == "create" else answer)
            for server, answer in zip(servers[1:], answers[1:]):
                assert answer == answers[0], f"{name}: {server.name} answers\n{answer}\n{service.name} answers\n{answers[0]}"


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


def plain(value: float, digits: int = 0) -> str:
    return f"{value:,.{digits}f}".replace(",", " ")


def print_operation(table: Table, title: str, results: dict[str, Result | str]) -> None:
    table.title(title, "requests/s", "p50 ms", "p99 ms", "CPU a request, service µs", "PostgreSQL µs", "memory MiB", "Quietanza ÷ this")
    ours = results["Quietanza"]
    for name, found in results.items():
        if isinstance(found, str):
            table.add(name, f"refused: {found}", "", "", "", "", "", "")
            continue
        ratio = f"{ours.per_second / found.per_second:.2f}" if isinstance(ours, Result) else ""
        http = not name.startswith("pgbench")
        table.add(
            name, plain(found.per_second), plain(found.p50_ms, 1), plain(found.p99_ms, 1),
            plain(found.service_us) if http else "", plain(found.database_us), plain(found.memory_mib) if http else "", ratio)


def save(lines: list[str], note: str) -> None:
    """Replaces the generated part of docs/performance.md."""
    path = ROOT / "docs/performance.md"
    begin, end = "<!-- make bench: begin -->", "<!-- make bench: end -->"
    before, _, rest = path.read_text().partition(begin)
    path.write_text(f"{before}{begin}\n{note}\n" + "\n".join(lines) + f"\n{end}{rest.partition(end)[2]}")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--setup", required=True)
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--clients", type=int, default=16)
    options.add_argument("--operations", default="all", help="all, or some of: " + " ".join(OPERATIONS))
    options.add_argument("--save", action="store_true", help="write the tables into docs/performance.md")
    asked = options.parse_args()
    setup = json.loads(pathlib.Path(asked.setup).read_text())
    postgres = Family(setup["postgres"])
    servers = [
        HTTPServer(one["name"], one["url"], one["pid"], one["database"], postgres, json.loads(pathlib.Path(one["demo"]).read_text()))
        for one in setup["servers"]]
    service = servers[0]
    books = {one.database: Data(one.database, setup["positions"]) for one in servers}
    limits = [PgBench("pgbench, pipelined", service.database, postgres, True),
              PgBench("pgbench, a statement a trip", service.database, postgres, False)] if setup["pgbench"] else []
    compare_answers([one for one in servers if one.database == service.database], books[service.database])
    table, raw = Table(), {}
    for name in OPERATIONS if asked.operations == "all" else asked.operations.split():
        operation = OPERATIONS[name]
        contestants: list[HTTPServer | PgBench] = [
            one for one in servers if operation.has_peers or one.name.startswith("Quietanza")]
        contestants += limits if operation.has_statements else []
        rounds: dict[str, list[Result]] = {}
        refused: dict[str, str] = {}
        for number in range(asked.rounds + 1):
            # The first round only warms up.
            seconds = asked.seconds if number else 1
            shift = number % len(contestants)
            for contestant in contestants[shift:] + contestants[:shift]:
                if contestant.name in refused or (not number and name == "rt"):
                    continue
                data = books[contestant.database]
                try:
                    if isinstance(contestant, PgBench):
                        found = run_pgbench(contestant, name, data, service.keys["creditor_key"], seconds, asked.clients)
                    else:
                        requests = operation.requests(contestant, data)
                        settle(data.database)
                        found = contestant.measure(requests, 3 * seconds if requests.order == "once" else seconds, asked.clients)
                    if name == "rt" and (paid := data.paid(range(data.next_payable - RTS, data.next_payable))) < found.requests:
                        raise Refused(f"{found.requests} RTs were accepted, but {paid} positions are paid")
                    if number:
                        rounds.setdefault(contestant.name, []).append(found)
                except (Refused, subprocess.CalledProcessError) as error:
                    refused[contestant.name] = re.sub(r"\s+", " ", getattr(error, "stderr", None) or str(error))
        results: dict[str, Result | str] = {
            one.name: refused.get(one.name) or medians(rounds[one.name]) for one in contestants}
        print_operation(table, operation.title, results)
        raw[name] = {one: [found._asdict() for found in of_one] for one, of_one in rounds.items()}
    (FOLDER / "http.json").write_text(json.dumps({"setup": setup, "rounds": raw}, indent=1))
    if asked.save:
        note = (f"`{setup['command']}`: {setup['about']}; {plain(setup['positions'])} positions, {asked.clients} clients, medians of "
                f"{asked.rounds} rounds of {asked.seconds:g} s ({plain(RTS)} RTs a round).")
        save(table.lines, note)


main()
