"""The operations that scripts/bench-http.py measures: which requests they are, and the data that they need."""

import base64
import ctypes
import hashlib
import hmac
import json
import os
import time
import typing
import urllib.request
from collections.abc import Callable

from bench_http import ROOT, HTTPServer, Requests, line, psql
from bench_load import PASSWORD

CREDITOR, PSP = "12345678903", "ABCDITMM"
AMOUNT_CENTS = 4550
RTS = int(os.environ.get("BENCH_RTS", "8000"))
STARTS = int(os.environ.get("BENCH_STARTS", "4000"))


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

    def some_receipts(self) -> list[str]:
        """Returns ids of receipts of the first creditor."""
        return self.column(
            f"SELECT r.id FROM generate_series(1, {self.positions // 4}) AS g JOIN receipts r ON r.id = bench.id(4 * g, 513) "
            "ORDER BY hashint8(g) LIMIT 5000")

    def make_citizens(self) -> int:
        """Creates citizens who have the same password, once, and returns their number."""
        count = 200
        if "citizens" not in self.cache:
            self.cache["citizens"] = []
            psql(self.database, "--set", f"password={password_hash(PASSWORD)}", "--set", f"count={count}",
                 "--file", str(ROOT / "Benchmarks/data/citizens.sql"))
        return count

    def settle(self) -> None:
        """Writes out what the preparation of a round has left, so that the round does not pay for it."""
        psql(self.database, "--command", "CHECKPOINT")

    def paid(self, numbers: range) -> int:
        return int(psql(
            self.database, "--command", f"SELECT count(*) FROM generate_series({numbers[0]}, {numbers[-1]}) AS n "
            "JOIN positions p ON p.id = bench.id(n, 0) AND p.state = 'paid'"))


def password_hash(password: str) -> str:
    """Returns the Argon2id hash that the service would store: 19 MiB, two passes, one lane."""
    encoded = ctypes.create_string_buffer(200)
    size, number = ctypes.c_size_t, ctypes.c_uint32
    secret, salt = password.encode(), os.urandom(16)
    code = ctypes.CDLL("libargon2.so.1").argon2id_hash_encoded(
        number(2), number(19_456), number(1), secret, size(len(secret)), salt, size(len(salt)), size(32), encoded, size(len(encoded)))
    assert code == 0, code
    return encoded.value.decode()


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
    most_clients: int = 1_000


def bearer(server: HTTPServer, name: str = "creditor_key") -> dict[str, str]:
    return {"Authorization": f"Bearer {server.keys[name]}"}


def ask(server: HTTPServer, request: str) -> typing.Any:
    method, path, fields, body = request.split("\t", 3)
    headers = dict(field.split(": ", 1) for field in fields.split("|") if field)
    if body:
        headers["Content-Type"] = "application/json"
    found = urllib.request.Request(server.url + path, body.encode() or None, headers, method=method)
    with urllib.request.urlopen(found) as answer:
        return json.load(answer)


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


def list_by(query: str) -> Callable[[HTTPServer, Data], Requests]:
    """Returns the requests of a list of 50 with these parameters."""
    return lambda server, data: Requests([line("GET", f"/v1/positions?limit=50&{query}", bearer(server))], "random")


def list_deep(server: HTTPServer, data: Data) -> Requests:
    """Returns a request for the page of 50 in the middle of the creditor's positions."""
    key = f"cursor {server.name}"
    if key not in data.cache:
        path = "/v1/positions?limit=100"
        cursor = ""
        for _ in range(data.positions // 4 // 2 // 100):
            cursor = ask(server, line("GET", path + cursor, bearer(server)))["next_cursor"]
            cursor = f"&cursor={cursor}"
        data.cache[key] = [cursor]
    return Requests([line("GET", f"/v1/positions?limit=50{data.cache[key][0]}", bearer(server))], "random")


def find_notice(server: HTTPServer, data: Data) -> Requests:
    numbers = data.column(
        f"SELECT bench.notice(4 * g, 1) FROM generate_series(1, {data.positions // 4}) AS g ORDER BY hashint8(g) LIMIT 20000")
    return Requests([line("GET", f"/v1/positions?notice_number={one}", bearer(server)) for one in numbers], "random")


def find_text(server: HTTPServer, data: Data) -> Requests:
    return Requests([
        line("POST", "/v1/positions/search", bearer(server), json.dumps({"q": f"n. {4 * one}", "limit": 50}))
        for one in range(1, data.positions // 4, max(1, data.positions // 4000))], "random")


def start(server: HTTPServer, data: Data) -> Requests:
    channels = [("ABCDITMM", "12345678903_01"), ("BETAITRR", "06188330150_01"), ("GAMMITM1", "15376371009_01")]
    lines = []
    for number in data.make_payable(STARTS):
        psp, channel = channels[number % 3]
        body = {
            "installments": [{"creditor_tax_code": CREDITOR, "notice_number": "3" + iuv(number)}], "payment_method": "CP", "psp_id": psp,
            "channel_id": channel, "return_url": "https://portale.example.org/fine", "language": "it",
            "payer": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi"},
        }
        headers = bearer(server, "api_key") | {"Idempotency-Key": f"start-{number}"}
        lines.append(line("POST", "/v1/payment-attempts", headers, json.dumps(body)))
    return Requests(lines, "once")


def sign_in(server: HTTPServer, data: Data) -> Requests:
    return Requests([
        line("POST", "/v1/sessions", bearer(server, "api_key") | {"Citizen-Address": f"10.0.0.{number}"},
             json.dumps({"username": f"citizen{number}@example.org", "password": PASSWORD}))
        for number in range(data.make_citizens())], "random")


def show_pdf(server: HTTPServer, data: Data) -> Requests:
    return Requests([line("GET", f"/v1/receipts/{one}/pdf", bearer(server)) for one in data.some_receipts()], "random")


HTTP_OPERATIONS = {
    "live": Operation("`/live`, no database", live, has_statements=False),
    "show": Operation("show a position", show),
    "list": Operation("list the 50 newest positions", list_newest),
    "search": Operation("Cerca: positions of a tax code", search),
    "create": Operation("create a position", create),
    "start": Operation("start a payment at a PSP", start, has_statements=False, has_peers=False),
    # One API key may have twelve password checks at the same time, and those of the previous round's last requests may still run.
    "session": Operation("sign in", sign_in, has_statements=False, has_peers=False, most_clients=6),
    "pdf": Operation("PDF of a receipt", show_pdf, has_statements=False, has_peers=False),
    "rt": Operation("RT webhook, signed", receive_rt),
}

# For databases of different sizes.
FLAT_OPERATIONS = {
    "show": HTTP_OPERATIONS["show"],
    "list": HTTP_OPERATIONS["list"],
    "deep": Operation("the page in the middle of the list", list_deep),
    "status": Operation("list: status=partially_paid", list_by("status=partially_paid")),
    "type": Operation("list: debt_type=multa, oldest first", list_by("debt_type=multa&sort=created_at")),
    "due": Operation("list: due next", list_by("sort=due_date&due_from=2026-01-01")),
    "document": Operation("list: by document of a year", list_by("document_year=2025&sort=document")),
    "updated": Operation("list: updated_since", list_by("updated_since=2025-06-01T00:00:00Z&sort=updated_at")),
    "notice": Operation("find a notice number", find_notice),
    "search": HTTP_OPERATIONS["search"],
    "text": Operation("search a text", find_text),
    "create": HTTP_OPERATIONS["create"],
    "rt": HTTP_OPERATIONS["rt"],
}
