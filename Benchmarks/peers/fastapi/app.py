"""A peer for `make bench`: the same requests and answers as the service, on the same tables, with FastAPI and asyncpg.

It connects as the owner of the tables, so row level security does not apply, and it checks only what these requests need.
"""

import base64
import contextlib
import datetime
import hashlib
import hmac
import os
import pathlib
import re
import time
import typing
import zoneinfo

import asyncpg
import fastapi
import fastapi.responses
import orjson

PUBLIC_URL = os.environ["PUBLIC_URL"]
SECRET = base64.b64decode(os.environ["BENCH_PSP_SECRET"].removeprefix("whsec_"))
ROME = zoneinfo.ZoneInfo("Europe/Rome")


class Statement:
    """One SQL statement of Benchmarks/statements, with its parameters in the order of their numbers."""

    def __init__(self, text: str) -> None:
        self.names: list[str] = []
        self.sql = re.sub(r"(?<!:):([a-z][a-z_0-9]*)", self.number, text)

    def number(self, match: re.Match[str]) -> str:
        if match[1] not in self.names:
            self.names.append(match[1])
        return f"${self.names.index(match[1]) + 1}"

    def arguments(self, known: dict[str, typing.Any]) -> list[typing.Any]:
        return [known[name] for name in self.names]


def load(folder: str) -> dict[str, Statement]:
    found = {}
    for file in pathlib.Path(folder).glob("*.sql"):
        parts = re.split(r"(?m)^-- (\w+)\n", file.read_text())
        for name, text in zip(parts[1::2], parts[2::2]):
            found[f"{file.stem}.{name}"] = Statement(text.strip().removesuffix(";"))
    return found


STATEMENTS = load(os.environ["BENCH_STATEMENTS"])
pool: asyncpg.Pool


@contextlib.asynccontextmanager
async def lifespan(_: fastapi.FastAPI) -> typing.AsyncIterator[None]:
    global pool
    size = int(os.environ["BENCH_POOL"])
    pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=size, max_size=size)
    yield
    await pool.close()


app = fastapi.FastAPI(lifespan=lifespan, openapi_url=None)
Connection = asyncpg.pool.PoolConnectionProxy


def reply(status: int, answer: typing.Any) -> fastapi.Response:
    return fastapi.Response(orjson.dumps(answer), status, media_type="application/json")


async def rows(connection: Connection, name: str, known: dict[str, typing.Any]) -> list[asyncpg.Record]:
    statement = STATEMENTS[name]
    return await connection.fetch(statement.sql, *statement.arguments(known))


async def run(connection: Connection, names: typing.Iterable[str], known: dict[str, typing.Any]) -> None:
    for name in names:
        statement = STATEMENTS[name]
        await connection.fetch(statement.sql, *statement.arguments(known))


def instant(value: datetime.datetime) -> str:
    text = value.strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{value.microsecond:06}".rstrip("0") if value.microsecond else "") + "Z"


def is_past(until: datetime.date | None) -> bool:
    return until is not None and datetime.datetime.now(ROME).date() > until


def status_of(state: str, payable_until: datetime.date | None) -> str:
    return "expired" if state in ("open", "partially_paid") and is_past(payable_until) else state


def present(**fields: typing.Any) -> dict[str, typing.Any]:
    return {name: value for name, value in fields.items() if value is not None}


def new_id() -> str:
    """Returns a UUIDv7."""
    text = f"{time.time_ns() // 1_000_000:012x}7{os.urandom(10).hex()[:3]}8{os.urandom(8).hex()[:15]}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def digest(request: fastapi.Request) -> bytes:
    return hashlib.sha256(request.headers.get("authorization", "").removeprefix("Bearer ").encode()).digest()


async def authenticate(connection: Connection, name: str, known: dict[str, typing.Any], scope: str) -> asyncpg.Record:
    found = await rows(connection, name, known)
    now = datetime.datetime.now(datetime.UTC)
    if not found or found[0]["revoked_at"] or (found[0]["expires_at"] and found[0]["expires_at"] < now):
        raise fastapi.HTTPException(401)
    if scope not in found[0]["scopes"]:
        raise fastapi.HTTPException(404)
    return found[0]


def owns(key: asyncpg.Record, creditor: str) -> bool:
    return key["kind"] == "ops" or creditor in key["creditors"]


@app.get("/live")
async def live() -> fastapi.Response:
    return reply(200, {"status": "live"})


def links(position: str) -> dict[str, str]:
    return {
        "self": f"{PUBLIC_URL}/v1/positions/{position}", "receipts": f"{PUBLIC_URL}/v1/receipts?position_id={position}",
        "payment_attempts": f"{PUBLIC_URL}/v1/payment-attempts?position_id={position}",
    }


def installment_status(state: str, is_paid: bool, late: bool, due: datetime.date) -> tuple[str, bool]:
    if is_paid:
        return "paid", False
    if state in ("draft", "cancelled"):
        return state, False
    if not late and is_past(due):
        return "expired", False
    return "open", True


def disabled_code(status: str, in_progress: bool) -> str | None:
    if status == "open":
        return "payment_in_progress" if in_progress else None
    return "overdue" if status == "expired" else status


@app.get("/v1/positions")
async def list_positions(request: fastapi.Request) -> fastapi.Response:
    return await page("list", {"digest": digest(request)})


@app.post("/v1/positions/search")
async def search_positions(request: fastapi.Request) -> fastapi.Response:
    body = orjson.loads(await request.body())
    return await page("search", {"digest": digest(request), "debtor": body["debtor_tax_code"]})


async def page(name: str, known: dict[str, typing.Any]) -> fastapi.Response:
    async with pool.acquire() as connection:
        await authenticate(connection, f"{name}.key", known, "positions:read")
        found = await rows(connection, f"{name}.{name}", known)
    items = []
    for (position, creditor, creditor_name, external_id, debt_type, year, number, description, state, total, paid, written_off, due,
            payable_until, reasons, created_at, updated_at, suspended) in found[:50]:
        items.append({
            "id": str(position), "creditor_tax_code": creditor, "creditor_name": creditor_name, "external_id": external_id,
            "debt_type": debt_type, "document": {"year": year, "number": number}, "description": description,
            "status": status_of(state, payable_until), "total_cents": total, "paid_cents": paid, "written_off_cents": written_off,
            "residual_cents": total - paid - written_off, "under_review": bool(reasons), "review_reasons": reasons,
            "suspended": suspended,
            "due_date": due, "created_at": instant(created_at), "updated_at": instant(updated_at),
            "_links": {"self": f"{PUBLIC_URL}/v1/positions/{position}"},
        })
    answer: dict[str, typing.Any] = {"items": items}
    if len(found) > 50:
        text = f"created_at|{items[-1]['created_at']}|{items[-1]['id']}".encode()
        answer["next_cursor"] = base64.urlsafe_b64encode(hashlib.sha256(text).digest()[:16] + text).decode().rstrip("=")
    return reply(200, answer)


@app.get("/v1/positions/{position_id}")
async def show_position(position_id: str, request: fastapi.Request) -> fastapi.Response:
    known = {"digest": digest(request), "position": position_id}
    async with pool.acquire() as connection:
        key = await authenticate(connection, "show.key", known, "positions:read")
        found = await rows(connection, "show.position", known)
        if not found or not owns(key, found[0]["creditor_tax_code"]):
            raise fastapi.HTTPException(404)
        lines = await rows(connection, "show.lines", known)
        installments = await rows(connection, "show.installments", known)
        transfers = await rows(connection, "show.transfers", known)
        attempts = await rows(connection, "show.attempts", known)
        receipts = await rows(connection, "show.receipts", known)
    (_, creditor, external_id, debt_type, late, year, number, description, debtor_kind, debtor_tax_code, debtor_name, debtor_email,
        debtor_address, metadata, state, total, paid, written_off, payable_until, _, created_at, updated_at, published_at, cancelled_at,
        reasons, group, replaced_by, suspended) = found[0]
    parts = {}
    for part_id, part_number, iuv, notice, amount, due, paid_at, part_written_off, held_until in installments:
        status, payable = installment_status(state, paid_at is not None, late, due)
        parts[part_id] = present(
            id=str(part_id), number=part_number, iuv=iuv, notice_number=notice, amount_cents=amount, due_date=due, status=status,
            payable=payable, disabled_code=disabled_code(status, held_until is not None), payment_in_progress=held_until is not None, paid_at=paid_at and instant(paid_at),
            written_off_cents=part_written_off or None, transfers=[])
    for owner, beneficiary, iban, amount, taxonomy_code, remittance in transfers:
        parts[owner]["transfers"].append({
            "creditor_tax_code": beneficiary, "iban": iban, "amount_cents": amount, "taxonomy_code": taxonomy_code,
            "remittance": remittance})
    tried: dict[typing.Any, dict[str, typing.Any]] = {}
    for attempt, status, at, item in attempts:
        tried.setdefault(attempt, {"id": str(attempt), "status": status, "installments": [], "created_at": instant(at)})
        tried[attempt]["installments"].append(parts[item]["number"])
    return reply(200, present(
        id=position_id, creditor_tax_code=creditor, external_id=external_id, debt_type=debt_type,
        document={"year": year, "number": number}, description=description,
        debtor=present(
            kind=debtor_kind, tax_code=debtor_tax_code, full_name=debtor_name, email=debtor_email,
            address=debtor_address and orjson.loads(debtor_address)),
        lines=[present(description=text, quantity=quantity, amount_cents=amount) for text, quantity, amount in lines],
        status=status_of(state, payable_until), total_cents=total, paid_cents=paid, written_off_cents=written_off,
        residual_cents=total - paid - written_off, under_review=bool(reasons), review_reasons=reasons,
        suspended=suspended,
        installments=list(parts.values()), attempts=list(tried.values()),
        receipts=[present(
            id=str(receipt), status=status, amount_cents=amount, paid_at=instant(at), under_review=under_review,
            superseded_by=superseded_by and str(superseded_by),
            pdf_url=f"{PUBLIC_URL}/v1/receipts/{receipt}/pdf" if outcome in (0, 2, 4) else None)
            for receipt, status, amount, at, outcome, superseded_by, under_review in receipts],
        metadata=orjson.loads(metadata), created_at=instant(created_at), updated_at=instant(updated_at),
        published_at=published_at and instant(published_at), cancelled_at=cancelled_at and instant(cancelled_at),
        alternative_group=group, replaced_by=replaced_by and str(replaced_by), _links=links(position_id)))


@app.post("/v1/positions")
async def create_position(request: fastapi.Request) -> fastapi.Response:
    raw = await request.body()
    body = orjson.loads(raw)
    [line], [part] = body["lines"], body["installments"]
    amount = part["amount_cents"]
    if line["amount_cents"] != amount:
        raise fastapi.HTTPException(400)
    now = datetime.datetime.now(datetime.UTC)
    position, installment = new_id(), new_id()
    debtor = body["debtor"]
    known = {
        "digest": digest(request), "creditor": body["creditor_tax_code"], "debt_type": body["debt_type"],
        "external_id": body["external_id"], "position": position, "installment": installment,
        "fingerprint": hashlib.sha256(raw).digest(), "year": body["document"]["year"], "number": body["document"]["number"],
        "description": body["description"], "kind": debtor["kind"], "tax_code": debtor["tax_code"], "full_name": debtor["full_name"],
        "email": debtor.get("email"), "amount": amount, "due": datetime.date.fromisoformat(part["due_date"]), "now": now,
        "line": line["description"], "correlation_id": new_id(),
    }
    async with pool.acquire() as connection:
        key = await authenticate(connection, "create.key", known, "positions:write")
        if not owns(key, known["creditor"]):
            raise fastapi.HTTPException(404)
        async with connection.transaction():
            [creditor] = await rows(connection, "create.creditor", known)
            accounts = await rows(connection, "create.accounts", known)
            if await rows(connection, "create.known", known):
                raise fastapi.HTTPException(409)
            [[number]] = await rows(connection, "create.number", known)
            iban = creditor["iban"]
            for account, is_default, _, _, types in accounts:
                if known["debt_type"] in types or (is_default and not types):
                    iban = account
            start = f"{creditor['aux_digit']}{creditor['notice_code']}{number:013}"
            notice = f"{start}{int(start) % 93:02}"
            remittance = f"/RFB/{notice[1:]}/{amount // 100}.{amount % 100:02}/TXT/{known['description']}"
            known |= {
                "late": creditor["payable_after_due"], "notice": notice, "iuv": notice[1:], "iban": iban,
                "taxonomy_code": creditor["taxonomy_code"], "remittance": remittance, "actor": f"key:{key['id']}",
            }
            await run(
                connection, ("create.position", "create.line", "create.installment", "create.transfer", "create.journal"), known)
    return reply(201, {
        "id": position, "creditor_tax_code": known["creditor"], "external_id": known["external_id"], "debt_type": known["debt_type"],
        "document": body["document"], "description": known["description"], "debtor": debtor, "lines": [line], "status": "open",
        "total_cents": amount, "paid_cents": 0, "written_off_cents": 0, "residual_cents": amount, "under_review": False,
        "review_reasons": [], "suspended": False,
        "installments": [{
            "id": installment, "number": 1, "iuv": notice[1:], "notice_number": notice, "amount_cents": amount,
            "due_date": part["due_date"], "status": "open", "payable": True, "payment_in_progress": False,
            "transfers": [{
                "creditor_tax_code": known["creditor"], "iban": iban, "amount_cents": amount,
                "taxonomy_code": creditor["taxonomy_code"], "remittance": remittance}],
        }],
        "attempts": [], "receipts": [], "metadata": {}, "created_at": instant(now), "updated_at": instant(now),
        "published_at": instant(now), "_links": links(position),
    })


def is_signed(request: fastapi.Request, body: bytes) -> bool:
    stamp = request.headers["webhook-timestamp"]
    signature = hmac.new(SECRET, f"{request.headers['webhook-id']}.{stamp}.".encode() + body, hashlib.sha256).digest()
    given = base64.b64decode(request.headers["webhook-signature"].removeprefix("v1,"))
    return abs(time.time() - int(stamp)) <= 300 and hmac.compare_digest(signature, given)


@app.post("/v1/psps/{psp}/receipts")
async def receive_rt(psp: str, request: fastapi.Request) -> fastapi.Response:
    raw = await request.body()
    now = datetime.datetime.now(datetime.UTC)
    async with pool.acquire() as connection:
        # The secret itself is stored encrypted under a key that only the service has: the row is read, and BENCH_PSP_SECRET is used.
        if not await rows(connection, "rt.secret", {"psp": psp}) or not is_signed(request, raw):
            raise fastapi.HTTPException(401)
        body = orjson.loads(raw)
        [transfer] = body["transfers"]
        if body["outcome"] != "OK" or body["psp"]["id"] != psp or transfer["amount_cents"] != body["amount_cents"]:
            raise fastapi.HTTPException(400)
        payer = body["payer"]
        sha256 = hashlib.sha256(raw).digest()
        receipt, mail = new_id(), new_id()
        known = {
            "creditor": body["creditor_tax_code"], "iuv": body["iuv"], "psp": psp, "name": body["receipt_id"],
            "amount": body["amount_cents"], "paid_at": datetime.datetime.fromisoformat(body["paid_at"]),
            "psp_name": body["psp"]["business_name"], "method": body["payment_method"], "payer_kind": payer["kind"],
            "payer_tax_code": payer["tax_code"], "payer_name": payer["full_name"], "now": now, "receipt": receipt, "rt": new_id(),
            "mail": mail, "body": raw, "sha256": sha256, "actor": f"psp:{psp}", "correlation_id": new_id(),
            "fingerprint": hashlib.sha256(f"{body['creditor_tax_code']}{body['iuv']}{body['receipt_id']}".encode()).digest(),
            "recipient": payer.get("email"), "message_id": f"{mail}@example.org",
        }
        async with connection.transaction():
            found = await rows(connection, "rt.position", known)
            if not found:
                raise fastapi.HTTPException(404)
            position = found[0]
            parts = await rows(connection, "rt.installments", known)
            await rows(connection, "rt.transfers", known)
            is_known = await rows(connection, "rt.known", known)
            await rows(connection, "rt.creditor", known)
            await rows(connection, "rt.attempt", known)
            paid = [part for part in parts
                    if part["iuv"] == known["iuv"] and part["paid_at"] is None and part["amount_cents"] == known["amount"]]
            if not paid or is_known or position["state"] in ("draft", "cancelled"):
                raise fastapi.HTTPException(400)
            owed = [part for part in parts if part["paid_at"] is None and part is not paid[0]]
            answer = {
                "receipt_id": known["name"], "id": receipt, "disposition": "settled", "position_id": str(position["id"]),
                "received_at": instant(now), "rt_sha256": sha256.hex(),
            }
            known |= {
                "position": position["id"], "installment": paid[0]["id"], "notice": paid[0]["notice_number"],
                "debt_type": position["debt_type"], "description": position["description"], "debtor_kind": position["debtor_kind"],
                "debtor_tax_code": position["debtor_tax_code"], "debtor_name": position["debtor_full_name"],
                "state": "paid" if position["paid_cents"] + known["amount"] == position["total_cents"] else "partially_paid",
                "due": owed[0]["due_date"] if owed else parts[-1]["due_date"], "answer": orjson.dumps(answer),
            }
            await run(
                connection,
                ("rt.receipt", "rt.receipt_transfer", "rt.rt", "rt.received", "rt.pay_installment", "rt.pay_position", "rt.paid",
                 "rt.mail"), known)
        await run(connection, ("rt.notify",), {})
    return reply(201, answer)
