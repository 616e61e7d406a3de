#!/usr/bin/env python3
"""Measures operations over HTTP with wrk: the service, its peers, and pgbench with the statements of Benchmarks/statements.

The contestants take turns, and each row is the median of the rounds. --setup is a file that bench.sh writes: the process id of PostgreSQL,
the number of positions, and name, address, process id, database and demo data of each HTTP server. Nothing here is an assertion about time;
but a row whose answers were not all 2xx is refused, and answers of the peers must equal the service's.
"""

import argparse
import hashlib
import json
import pathlib
import re
import subprocess
import typing

from bench_http import FOLDER, Family, HTTPServer, PgBench, Refused, Result, Table, medians, plain
from bench_operations import (
    AMOUNT_CENTS, CREDITOR, FLAT_OPERATIONS, HTTP_OPERATIONS, PSP, RTS, Data, Operation, ask, rt_body,
)


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
    data.settle()
    return contestant.measure(operation, head, values, seconds, clients, transactions, variables)


def shape(value: typing.Any) -> typing.Any:
    """Returns a JSON value without its texts and numbers: they differ between two created positions."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__


def compare_answers(servers: list[HTTPServer], data: Data) -> None:
    """Checks that peers answer what the service answers."""
    service = servers[0]
    for name in "live", "show", "list", "search", "create":
        lines = HTTP_OPERATIONS[name].requests(service, data).lines[:20]
        for at, text in enumerate(lines):
            answers = []
            for number, server in enumerate(servers):
                asked = text.replace("@@@@@@@@@@", f"{data.next_created + number:010}")
                answer = ask(server, asked)
                answer.pop("next_cursor", None)
                answers.append(shape(answer) if name == "create" else answer)
            for server, answer in zip(servers[1:], answers[1:]):
                assert answer == answers[0], f"{name}: {server.name} answers\n{answer}\n{service.name} answers\n{answers[0]}"


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


def measure(
    name: str, operation: Operation, contestants: list[HTTPServer | PgBench], books: dict[str, Data], key: str, asked: argparse.Namespace,
) -> tuple[dict[str, list[Result]], dict[str, str]]:
    """Runs the rounds of an operation, and returns the results and the refusals by contestant."""
    rounds: dict[str, list[Result]] = {}
    refused: dict[str, str] = {}
    clients = min(asked.clients, operation.most_clients)
    # The first round only warms up, and is not needed where each request has data of its own.
    for number in range(1 if name in ("start", "rt") else 0, asked.rounds + 1):
        seconds = asked.seconds if number else 1
        shift = number % len(contestants)
        for contestant in contestants[shift:] + contestants[:shift]:
            if contestant.name in refused:
                continue
            data = books[contestant.database]
            try:
                if isinstance(contestant, PgBench):
                    found = run_pgbench(contestant, name, data, key, seconds, clients)
                else:
                    requests = operation.requests(contestant, data)
                    data.settle()
                    found = contestant.measure(requests, 3 * seconds if requests.order == "once" else seconds, clients)
                if name == "rt" and (paid := data.paid(range(data.next_payable - RTS, data.next_payable))) < found.requests:
                    raise Refused(f"{found.requests} RTs were accepted, but {paid} positions are paid")
                if number:
                    rounds.setdefault(contestant.name, []).append(found)
            except (Refused, subprocess.CalledProcessError) as error:
                # The first round is short: a slow machine may complete nothing in it. What else fails in it fails again.
                if not number:
                    continue
                refused[contestant.name] = re.sub(r"\s+", " ", getattr(error, "stderr", None) or str(error))
    return rounds, refused


def add_flat_row(table: Table, operation: Operation, servers: list[HTTPServer], rounds: dict[str, list[Result]]) -> None:
    """Adds a row that compares two databases; the cost is the CPU time of service and PostgreSQL."""
    if any(one.name not in rounds for one in servers):
        table.add(operation.title, "refused", *[""] * 6)
        return
    small, large = (medians(rounds[one.name]) for one in servers)
    costs = [one.service_us + one.database_us for one in (small, large)]
    table.add(
        operation.title, plain(small.per_second), plain(large.per_second), plain(small.p99_ms, 1), plain(large.p99_ms, 1),
        plain(costs[0]), plain(costs[1]), f"{costs[1] / costs[0]:.2f}")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--setup", required=True)
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--clients", type=int, default=16)
    options.add_argument("--operations", default="all")
    options.add_argument("--save", action="store_true", help="write the tables into docs/performance.md")
    asked = options.parse_args()
    setup = json.loads(pathlib.Path(asked.setup).read_text())
    postgres = Family(setup["postgres"])
    servers = [
        HTTPServer(one["name"], one["url"], one["pid"], one["database"], postgres, json.loads(pathlib.Path(one["demo"]).read_text()))
        for one in setup["servers"]]
    service = servers[0]
    books = {one["database"]: Data(one["database"], one["positions"]) for one in setup["servers"]}
    key = service.keys["creditor_key"]
    operations = FLAT_OPERATIONS if setup["part"] == "flat" else HTTP_OPERATIONS
    names = list(operations) if asked.operations == "all" else [one for one in asked.operations.split() if one in operations]
    table, raw = Table(), {}
    if setup["part"] == "flat":
        sizes = [plain(one["positions"]) for one in setup["servers"]]
        table.title(
            "positions", *(f"requests/s, {size}" for size in sizes), *(f"p99 ms, {size}" for size in sizes),
            *(f"CPU µs, {size}" for size in sizes), "cost ÷ cost")
        for name in names:
            rounds, _ = measure(name, operations[name], [*servers], books, key, asked)
            raw[name] = rounds
            add_flat_row(table, operations[name], servers, rounds)
    else:
        limits = [PgBench("pgbench, pipelined", service.database, postgres, True),
                  PgBench("pgbench, a statement a trip", service.database, postgres, False)] if setup["pgbench"] else []
        compare_answers([one for one in servers if one.database == service.database], books[service.database])
        for name in names:
            operation = operations[name]
            contestants: list[HTTPServer | PgBench] = [
                *(one for one in servers if operation.has_peers or one.name.startswith("Quietanza")),
                *(limits if operation.has_statements else [])]
            rounds, refused = measure(name, operation, contestants, books, key, asked)
            results: dict[str, Result | str] = {one.name: refused.get(one.name) or medians(rounds[one.name]) for one in contestants}
            clients = min(asked.clients, operation.most_clients)
            print_operation(table, operation.title + (f", {clients} clients" if clients != asked.clients else ""), results)
            raw[name] = rounds
    saved = {name: {one: [found._asdict() for found in results] for one, results in rounds.items()} for name, rounds in raw.items()}
    (FOLDER / f"{setup['part']}.json").write_text(json.dumps({"setup": setup, "rounds": saved}, indent=1))
    if asked.save:
        note = (f"`{setup['command']}`: {setup['about']}; {asked.clients} clients, medians of {asked.rounds} rounds of {asked.seconds:g} s "
                f"({plain(RTS)} RTs a round).")
        table.save(setup["part"], note)


main()
