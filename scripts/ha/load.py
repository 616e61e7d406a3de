"""The load of `make ha-test`: a creditor's system, a front end, and PSPs that repeat an RT until it is acknowledged.

Acknowledged RTs, positions and payment attempts go to a file at once, so that the ledger does not depend on what is tested.
"""

import asyncio
import base64
import collections
import hashlib
import hmac
import json
import threading
import time
import urllib.parse
import uuid

CREDITOR = "12345678903"
OTHER_CREDITOR = "15376371009"
REQUEST_SECONDS = 15
PAUSE_SECONDS = 0.25


class Client:
    """One connection with one request at a time; opens a new one after an error."""

    def __init__(self, url: str) -> None:
        self.address = urllib.parse.urlsplit(url)
        self.sink: asyncio.StreamWriter | None = None

    async def send(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        try:
            return await asyncio.wait_for(self.exchange(method, path, headers, body), REQUEST_SECONDS)
        except BaseException:
            if self.sink:
                self.sink.close()
            self.sink = None
            raise

    async def exchange(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if self.sink is None:
            self.source, self.sink = await asyncio.open_connection(self.address.hostname, self.address.port)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.sink.write(
            f"{method} {path} HTTP/1.1\r\nHost: {self.address.netloc}\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await self.source.readuntil(b"\r\n\r\n")).decode("latin1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head[1:-2])
        content = await self.source.readexactly(int(fields.get("content-length", 0)))
        if fields.get("connection") == "close":
            self.sink.close()
            self.sink = None
        return int(head[0].split(" ")[1]), fields, content


class Ledger:
    def __init__(self, file: str) -> None:
        self.file = open(file, "w", encoding="utf-8", buffering=1)  # each line is written at once
        self.lock = threading.Lock()
        # By kind of request: how often each status was seen; "broken" is a connection that ended without a response.
        self.statuses: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
        self.acknowledged: set[str] = set()
        self.times: list[float] = []
        self.failures: list[tuple[float, str, str]] = []
        self.positions: set[str] = set()
        self.attempts: dict[str, set[str]] = collections.defaultdict(set)
        self.faults: list[str] = []

    def write(self, **entry: object) -> None:
        self.file.write(json.dumps(entry) + "\n")

    def saw(self, kind: str, status: str) -> None:
        with self.lock:
            self.statuses[kind][status] += 1
            if not status.startswith("2"):
                self.failures.append((time.monotonic(), kind, status))

    def fault(self, text: str) -> None:
        with self.lock:
            if len(self.faults) < 20:
                self.faults.append(text)

    def acknowledge(self, body: bytes) -> None:
        digest = hashlib.sha256(body).hexdigest()
        with self.lock:
            self.acknowledged.add(digest)
            self.times.append(time.monotonic())
            self.write(rt=digest)

    def last_acknowledged(self) -> float:
        with self.lock:
            return self.times[-1] if self.times else 0.0

    def longest_gap(self, begin: float, end: float) -> float:
        """The longest time between two acknowledged RTs."""
        with self.lock:
            inside = [begin] + [at for at in self.times if begin <= at <= end] + [end]
        return max(after - before for before, after in zip(inside, inside[1:]))


class Load(threading.Thread):
    def __init__(self, url: str, demo: dict, ledger: Ledger, writers: int, readers: int) -> None:
        super().__init__(daemon=True)
        self.url, self.demo, self.ledger, self.writers, self.readers = url, demo, ledger, writers, readers
        self.is_over = False
        self.error: BaseException | None = None
        secret = demo["psp_secrets"]["ABCDITMM"].removeprefix("whsec_")
        self.secret = base64.b64decode(secret)

    def run(self) -> None:
        try:
            asyncio.run(self.work())
        except BaseException as error:
            self.error = error

    async def work(self) -> None:
        front = Client(self.url)
        self.channel = await self.find_channel(front)
        await asyncio.gather(
            *(self.write(n) for n in range(self.writers)), *(self.read(n) for n in range(self.readers)))

    def authorization(self, key: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.demo[key]}", "Content-Type": "application/json"}

    async def find_channel(self, client: Client) -> str:
        path = "/v1/psps?payment_method=CP&amount_cents=5980"
        _, _, body = await client.send("GET", path, self.authorization("api_key"))
        row = next(item for item in json.loads(body)["items"] if item["psp_id"] == "ABCDITMM")
        return row["channel_id"]

    async def once(self, client: Client, kind: str, method: str, path: str, headers: dict[str, str], body: bytes = b""):
        """Returns status and body; status 0 when the connection broke."""
        try:
            status, fields, content = await client.send(method, path, headers, body)
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as error:
            self.ledger.saw(kind, "broken")
            self.ledger.fault(f"{kind}: {type(error).__name__} {error}")
            return 0, b""
        self.ledger.saw(kind, str(status))
        if status == 503 and "retry-after" not in fields:
            self.ledger.saw(kind, "503 without Retry-After")
        if status >= 400 and status not in (409, 503):
            self.ledger.fault(f"{kind} {status}: {content[:300]!r}")
        return status, content

    async def persist(self, client: Client, kind: str, path: str, headers, body: bytes, repeat_on=(503, 0)):
        """Repeats a request until its answer is final, also past the end of the load."""
        while True:
            status, content = await self.once(client, kind, "POST", path, headers(), body)
            if status not in repeat_on:
                return status, content
            await asyncio.sleep(PAUSE_SECONDS)

    async def read(self, worker: int) -> None:
        client, turn = Client(self.url), worker
        position = None
        headers = self.authorization("creditor_key")
        while not self.is_over:
            turn += 1
            if turn % 3 == 0 and position:
                await self.once(client, "show a position", "GET", f"/v1/positions/{position}", headers)
            elif turn % 3 == 1:
                await self.once(client, "list receipts", "GET", "/v1/receipts?limit=50", headers)
            else:
                status, body = await self.once(client, "list positions", "GET", "/v1/positions?limit=50", headers)
                if status == 200:
                    position = json.loads(body)["items"][0]["id"]
            await asyncio.sleep(0.1)

    async def write(self, worker: int) -> None:
        client, second = Client(self.url), Client(self.url)
        number = 0
        while not self.is_over:
            number += 1
            name = f"{worker}-{number}"
            body = {
                "creditor_tax_code": CREDITOR, "external_id": f"F-{name}", "debt_type": "mensa",
                "document": {"year": 2026, "number": str(number)}, "description": "Mensa scolastica",
                "debtor": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi",
                           "email": f"w{worker}@example.org"},
                "lines": [{"description": "Pasti", "amount_cents": 5980}],
                "installments": [{"amount_cents": 5980, "due_date": "2030-10-10"}],
            }
            status, content = await self.persist(
                client, "create a position", "/v1/positions", lambda: self.authorization("creditor_key"),
                json.dumps(body).encode())
            if status in (200, 201):
                with self.ledger.lock:
                    self.ledger.positions.add(f"F-{name}")
                    self.ledger.write(position=f"F-{name}")
                await self.use(client, second, json.loads(content)["installments"][0]["iuv"], number, f"R-{name}")
            await asyncio.sleep(0.05)

    async def use(self, client: Client, second: Client, iuv: str, number: int, receipt: str) -> None:
        plain = self.rt(iuv, receipt)
        match number % 8:
            case 0:  # another amount
                await self.post(client, self.rt(iuv, receipt, cents=5979))
            case 1:  # the same RT twice at the same time
                await asyncio.gather(self.post(client, plain), self.post(second, plain))
            case 2:  # two payments of one debt
                await asyncio.gather(self.post(client, self.rt(iuv, receipt + "A")), self.post(second, self.rt(iuv, receipt + "B")))
            case 3:  # a payment that failed, then one
                await self.post(client, self.rt(iuv, receipt + "K", cents=0, outcome="KO"))
                await self.post(client, plain)
            case 4:  # an IUV that the creditor did not issue
                await self.post(client, self.rt("9" + "".join(filter(str.isdigit, receipt)) + "X", receipt))
            case 5:  # the same start twice, and then its RT
                await asyncio.gather(self.pay(client, iuv, "K-" + receipt), self.pay(second, iuv, "K-" + receipt))
                await self.post(client, plain)
            case 6:  # another creditor's money
                await self.post(client, self.rt(iuv, receipt, creditor=OTHER_CREDITOR))
            case _:
                await self.post(client, plain)

    @staticmethod
    def rt(iuv: str, receipt: str, cents: int = 5980, outcome: str = "OK", creditor: str = CREDITOR) -> bytes:
        found = {
            "receipt_id": receipt, "outcome": outcome, "creditor_tax_code": creditor, "iuv": iuv, "amount_cents": cents,
            "psp": {"id": "ABCDITMM", "business_name": "Banca Alfa"}, "payment_method": "CP",
            "paid_at": "2026-11-20T10:00:00Z",
        }
        if outcome == "OK":
            found["transfers"] = [{"index": 1, "creditor_tax_code": creditor, "amount_cents": cents}]
        return json.dumps(found).encode()

    def signed(self, body: bytes) -> dict[str, str]:
        message, now = str(uuid.uuid4()), str(int(time.time()))
        digest = hmac.new(self.secret, f"{message}.{now}.".encode() + body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json", "webhook-id": message, "webhook-timestamp": now,
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        }

    async def post(self, client: Client, rt: bytes) -> None:
        status, _ = await self.persist(client, "RT", "/v1/psps/ABCDITMM/receipts", lambda: self.signed(rt), rt)
        if status in (200, 201):
            self.ledger.acknowledge(rt)

    async def pay(self, client: Client, iuv: str, key: str) -> None:
        body = {
            "installments": [{"creditor_tax_code": CREDITOR, "notice_number": "3" + iuv}], "payment_method": "CP",
            "psp_id": "ABCDITMM", "channel_id": self.channel,
            "payer": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Pagante"},
            "email": f"{key.lower()}@example.org", "return_url": "http://localhost:3000/esito", "language": "it",
        }
        # 409: the first request with this key still runs, or its instance does not know yet that it failed.
        status, content = await self.persist(
            client, "start a payment", "/v1/payment-attempts",
            lambda: self.authorization("api_key") | {"Idempotency-Key": key}, json.dumps(body).encode(), (503, 0, 409))
        if status in (200, 201):
            with self.ledger.lock:
                self.ledger.attempts[key].add(json.loads(content)["id"])
                self.ledger.write(attempt=json.loads(content)["id"], key=key)
