"""Sends unusual requests to a running service: every route with unusual headers, mutated cursors, queries, JSON and XML bodies,
RTs with valid signatures, and the requests that schemathesis generates from the contract as front end, creditor, operator and citizen.

Fails on a response 500, a crash, a log line "a request failed", a request of more than a second (long polls left out), a cursor that
was not issued and is accepted, memory that grows beyond the limit, and a response that breaks the contract.
"""
import argparse, concurrent.futures, json, os, pathlib, random, re, subprocess, sys, tempfile, time, urllib.parse
import yaml
import mutations
from service import Client, register, ROOT, Service, session, signed

SLOW_MILLISECONDS = 1_000
GROWTH_KIB = 96 * 1_024
# Operations that wait as long as the caller requests.
LONG_POLLS = {("GET", "/v1/payment-attempts/{id}")}
# The password must not be one of the contract's examples: schemathesis sends those to change it.
CITIZEN = {"email": "fuzz@example.org", "password": "otto lumache in salita", "tax_code": "RSSMRA80A01H501U"}
# Resources that the run needs as the demo data has them.
RESTORED = [
    "/v1/psp-list", "/v1/creditors/12345678903", "/v1/creditors/12345678903/accounts", "/v1/creditors/12345678903/debt-types/mensa"]
HEADERS = [
    "Accept", "Accept-Language", "Accept-Encoding", "Authorization", "Content-Type", "Content-Encoding", "If-Match", "If-None-Match",
    "Idempotency-Key", "X-Correlation-ID", "X-Citizen-Token", "Citizen-Address", "traceparent", "Origin",
    "Access-Control-Request-Method", "X-Forwarded-For", "Forwarded", "webhook-id", "webhook-timestamp", "webhook-signature", "Cookie",
    "Range", "Expect", "Client-Certificate",
]


class Fuzz:
    def __init__(self, service, seed, factor):
        self.service, self.factor = service, factor
        self.random = random.Random(seed)
        self.seed = seed
        self.client = Client(service)
        contract = yaml.safe_load((ROOT / "openapi.yaml").read_text())
        self.operations = [
            (method.upper(), path, operation) for path, item in contract["paths"].items()
            for method, operation in item.items() if method in ("get", "put", "post", "patch", "delete")]
        demo = service.demo
        self.keys = {"front end": demo["api_key"], "creditor": demo["creditor_key"], "operator": demo["ops_key"]}
        self.secret = demo["psp_secrets"]["ABCDITMM"]

    def times(self, count):
        return range(max(1, int(count * self.factor)))

    def bearer(self, who):
        return [("Authorization", f"Bearer {self.keys[who]}")]

    def path(self, template):
        out = template
        while "{" in out:
            name = out[out.index("{") + 1:out.index("}")]
            value = {"tax_code": "12345678903", "psp_id": "ABCDITMM", "key": "mensa", "code": "not-found", "number": "1",
                     "version": "1", "topic": "payments"}.get(name, self.position["id"])
            out = out.replace("{" + name + "}", value)
        return out

    # Creates the data from which the phases start.

    def prepare(self, original):
        """Restores data that earlier rounds may have changed; `original` is the data of the first round."""
        self.original = original or {"protected_ids": self.protected_ids(), "documents": {path: self.read(path) for path in RESTORED}}
        for path, document in self.original["documents"].items():
            self.made(path, "operator", document, "PUT", [("If-Match", "*")])
        self.position_body = {
            "creditor_tax_code": "12345678903", "external_id": f"FUZZ-{self.seed}", "debt_type": "mensa",
            "document": {"year": 2026, "number": "1"}, "description": "Mensa scolastica",
            "debtor": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi", "email": "a@example.org"},
            "lines": [{"description": "Pasti", "amount_cents": 5980}],
            "installments": [{"amount_cents": 5980, "due_date": "2030-10-10"}], "metadata": {"class": "3A"}}
        self.position = self.made("/v1/positions", "creditor", self.position_body)
        self.position_body["external_id"] += "-2"
        self.made("/v1/positions", "creditor", self.position_body)
        part = self.position["installments"][0]
        self.rt = {
            "receipt_id": f"FUZZ{self.seed}", "outcome": "OK", "creditor_tax_code": "12345678903", "notice_number": part["notice_number"],
            "iuv": part["iuv"], "amount_cents": 5980, "fee_cents": 150, "psp": {"id": "ABCDITMM", "business_name": "Banca Alfa"},
            "payment_method": "CP", "paid_at": "2026-01-02T09:30:00Z", "transfers": [{
                "index": 1, "creditor_tax_code": "12345678903", "iban": "IT60X0542811101000000123456", "amount_cents": 5980,
                "remittance": "Mensa"}], "payer": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi"}}
        body = json.dumps(self.rt).encode()
        status, _, answer = self.client.send(
            "seed", "POST", "/v1/psps/ABCDITMM/receipts", signed(self.secret, body, f"seed{self.seed}"), body)
        receipt = json.loads(answer).get("id") if status in (200, 201) else None
        _, _, self.xml = self.client.send("seed", "GET", f"/v1/receipts/{receipt}/official-rt", self.bearer("front end"))
        if not self.xml.startswith(b"<?xml"):
            raise SystemExit(f"fuzz: the seed RT was not settled: {status} {answer[:500]!r}")
        if not original:
            register(self.service.url, self.service.mail_control, self.keys["front end"], CITIZEN)
        self.citizen = session(self.service.url, self.keys["front end"], CITIZEN)

    def made(self, path, who, document, method="POST", headers=()):
        body = json.dumps(document).encode()
        status, _, answer = self.client.send(
            "seed", method, path, self.bearer(who) + [("Content-Type", "application/json"), *headers], body)
        if status not in (200, 201, 204):
            raise SystemExit(f"fuzz: {path} was refused: {status} {answer[:1000]!r}")
        return json.loads(answer) if answer else {}

    def read(self, path):
        _, _, answer = self.client.send("seed", "GET", path, self.bearer("operator"))
        return {name: value for name, value in json.loads(answer).items() if name not in ("created_at", "updated_at", "version")}

    def protected_ids(self):
        """Returns the ids of the API keys and the webhook secrets that the run itself uses."""
        keys = [one["id"] for one in self.read("/v1/api-keys?limit=100")["items"]
                if any(one["prefix"] in key for key in self.keys.values())]
        return keys + [one["id"] for one in self.read("/v1/psps/ABCDITMM/webhook-secrets")["items"]]

    # The phases.

    def headers(self):
        for _ in self.times(2_500):
            method, path, operation = self.random.choice(self.operations)
            headers = dict(self.bearer(self.random.choice(list(self.keys))))
            if method in ("POST", "PUT", "PATCH"):
                headers["Content-Type"] = self.random.choice(["application/json", "application/merge-patch+json"])
            for name in self.random.sample(HEADERS, self.random.randint(1, 3)):
                value = self.random.choice(mutations.TEXTS)
                headers[name] = value * 20 if self.random.random() < 0.05 else value
            if headers.get("Expect"):
                headers["Expect"] = "100-continue"
            body = b"{}" if method in ("POST", "PUT", "PATCH") else None
            pairs = [(name, value.encode("latin-1", "replace")) for name, value in headers.items()]
            self.client.send("headers", method, self.path(path), pairs, body)

    def lists(self):
        return [path for method, path, operation in self.operations if method == "GET" and any(
            "Cursor" in str(parameter.get("$ref", "")) for parameter in operation.get("parameters", []))]

    def cursors(self):
        good = {}
        for path in self.lists():
            query = "?limit=1&payment_method=CP&amount_cents=1000" if path == "/v1/psps" else "?limit=1"
            status, _, answer = self.client.send("seed", "GET", self.path(path) + query, self.bearer("operator"))
            found = json.loads(answer).get("next_cursor") if status == 200 else None
            if found:
                good[path] = found
        some = next(iter(good.values()))
        for _ in self.times(800):
            searches = ["/v1/positions/search", "/v1/receipts/search", "/v1/payment-attempts/search", "/v1/notifications/search"]
            path = self.random.choice(self.lists() + searches)
            text = mutations.cursor(self.random, good.get(path, some))
            if mutations.decoded(text) in {mutations.decoded(one) for one in good.values()}:
                continue
            headers = self.bearer("operator")
            if path.endswith("/search"):
                body = json.dumps({"cursor": text}).encode()
                status, _, answer = self.client.send(
                    "cursors", "POST", path, headers + [("Content-Type", "application/json")], body)
            else:
                body = None
                extra = "&payment_method=CP&amount_cents=1000" if path == "/v1/psps" else ""
                status, _, answer = self.client.send("cursors", "GET", f"{self.path(path)}?cursor={text}{extra}", headers)
            if 200 <= status < 300:
                self.client.violation("cursors", f"a cursor that was not issued is {status}", "GET", f"{path} {text}", headers, body, answer)

    def queries(self):
        names = ["limit", "cursor", "include_total", "sort", "status", "iuv", "notice_number", "creditor_tax_code", "due_from", "paid_to",
                 "updated_since", "document_year", "document_number", "debt_type", "service", "position_id", "receipt_id", "kind",
                 "payment_method", "amount_cents", "language", "origin", "wait", "psp_id", "created_from", "from", "to", "actor"]
        reads = [path for method, path, _ in self.operations if method == "GET"]
        for _ in self.times(1_500):
            path = self.random.choice(reads)
            own = [name for name in names if self.random.random() < 0.12] or [self.random.choice(names)]
            query = "&".join(f"{name}={urllib.parse.quote(self.random.choice(mutations.TEXTS))}" for name in own)
            if self.random.random() < 0.1:
                query = urllib.parse.quote(mutations.octets(self.random, query.encode()), safe="=&%")
            self.client.send("queries", "GET", f"{self.path(path)}?{query}", self.bearer(self.random.choice(list(self.keys))))

    def bodies(self):
        examples = {
            "/v1/positions": ("POST", "creditor", self.position_body),
            "/v1/positions/search": ("POST", "front end", {"debtor_tax_code": "RSSMRA80A01H501U", "limit": 5, "status": ["open"]}),
            "/v1/creditors/15376371009": ("PUT", "operator", {
                "tax_code": "15376371009", "name": "Ente", "aux_digit": 3, "segregation_code": "07",
                "iban": "IT60X0542811101000000123456", "languages": ["it"], "help_topics": []}),
            "/v1/creditors/12345678903/debt-types/fuzz": ("PUT", "operator", {
                "descriptions": {"it": "Prova"}, "service": "school", "taxonomy_code": "9/0101002IM/", "payable_after_due": True}),
            "/v1/api-keys": ("POST", "operator", {"name": "x", "kind": "frontend", "scopes": ["positions:read"], "creditors": ["12345678903"]}),
            "/v1/payment-attempts": ("POST", "front end", {
                "installments": [self.position["installments"][0]["id"]], "payment_method": "CP", "psp_id": "ABCDITMM",
                "channel_id": "12345678903_01", "return_url": "http://localhost:3000/esito", "language": "it",
                "payer": {"kind": "person", "tax_code": "RSSMRA80A01H501U", "full_name": "Mario Rossi"}}),
            "/v1/receipts/search": ("POST", "front end", {"payer_tax_code": "RSSMRA80A01H501U", "limit": 5}),
            "/v1/payment-attempts/search": ("POST", "front end", {"payer_tax_code": "RSSMRA80A01H501U", "psp_id": "ABCDITMM", "limit": 5}),
            "/v1/notifications/search": ("POST", "operator", {"recipient": "mario.rossi@example.org", "status": ["dead"], "limit": 5}),
            f"/v1/positions/{self.position['id']}": ("PATCH", "creditor", {"description": "x", "installments": [{"amount_cents": 1}]}),
            "/v1/me": ("PATCH", "front end", {"given_name": "Mario", "address": {"city": "Roma"}}),
        }
        for number in self.times(1_500):
            path, (method, who, document) = self.random.choice(list(examples.items()))
            body = mutations.json_document(self.random, document)
            kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
            headers = self.bearer(who) + [("Content-Type", kind), ("If-Match", "*")]
            if path == "/v1/payment-attempts":
                headers.append(("Idempotency-Key", f"fuzz-{self.seed}-{number}"))
            if path == "/v1/me":
                headers.append(("X-Citizen-Token", self.citizen))
            if method == "POST":
                headers.remove(("If-Match", "*"))
            self.client.send("JSON bodies", method, path, headers, body)

    def receipts(self):
        for number in self.times(1_500):
            isXML = self.random.random() < 0.4
            if isXML:
                body = mutations.xml_document(self.random, self.xml)
            else:
                rt = self.rt | {"receipt_id": f"F{self.seed}-{number}"} if self.random.random() < 0.7 else self.rt
                body = mutations.json_document(self.random, rt)
            kind = "application/xml" if isXML else "application/json"
            self.client.send(
                "signed RTs", "POST", "/v1/psps/ABCDITMM/receipts", signed(self.secret, body, f"m{self.seed}-{number}", kind), body)


def schemathesis(service, fuzz, seed, factor, folder, end, totals):
    """Returns the output of failed runs, by role. The first round runs all roles, later rounds those that start in time."""
    failures = []
    # Two at a time: one generates requests while the service answers the other.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run_role, role, service, fuzz, seed, factor, folder, end)
                for role in ("front end", "creditor", "operator", "citizen")]
        for run in runs:
            role, done, seconds = run.result()
            if done is None:
                continue
            print_row(f"schemathesis, {role} (seed {seed})", summary(done.stdout), f"{seconds:.0f} s")
            count = totals.setdefault(f"schemathesis, {role}", {})
            for number, what in re.findall(r"(\d+) (generated|passed|errored|unique failures)", summary(done.stdout)):
                count[what] = count.get(what, 0) + int(number)
            if done.returncode != 0:
                failures.append(f"[schemathesis, {role}]\n{done.stdout[-12000:]}{done.stderr[-2000:]}")
    return failures


def run_role(role, service, fuzz, seed, factor, folder, end):
    """Returns the role, the finished process (None if it was too late to start one) and how long it took."""
    if 0 < end < time.monotonic():
        return role, None, 0
    key = fuzz.keys["front end" if role == "citizen" else role]
    command = [
        str(pathlib.Path(sys.executable).parent / "schemathesis"), "--no-color", "run", str(ROOT / "openapi.yaml"), "--url", service.url,
        "--checks", "all", "--phases", "examples,coverage,fuzzing", "--max-examples", str(max(1, int(2 * factor))),
        "--seed", str(seed), "--workers", "1", "--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off",
        "--no-shrink", "-H", f"Authorization: Bearer {key}",
    ]
    if role == "citizen":
        command += ["-H", f"X-Citizen-Token: {fuzz.citizen}"]
    run = {
        "url": service.url, "key": key, "ops_key": fuzz.keys["operator"], "protected_ids": fuzz.original["protected_ids"],
        "psp_id": "ABCDITMM", "psp_secret": fuzz.secret, "citizen": CITIZEN, "is_citizen": role == "citizen",
        "mail_control": service.mail_control, "run": f"{seed}-{role.replace(' ', '-')}"}
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": str(pathlib.Path(__file__).with_name("checks.py")), "FUZZ_RUN": json.dumps(run),
        "PYTHONPATH": str(pathlib.Path(__file__).parent)}
    started = time.monotonic()
    own_folder = pathlib.Path(folder) / run["run"]
    own_folder.mkdir()
    done = subprocess.run(command, capture_output=True, text=True, cwd=own_folder, env=environment)
    return role, done, time.monotonic() - started


def print_row(name, count, note):
    print(f"{name:36} {str(count):>10}  {note}", flush=True)


def summary(text):
    lines = [line.strip() for line in text.splitlines() if "generated" in line or "test cases" in line.lower()]
    return lines[-1] if lines else "no summary"


def log_violations(service):
    """Returns forbidden log lines, and the number of logged requests."""
    wrong, count = [], 0
    for line in service.log.read_text(errors="replace").splitlines():
        if "Fatal error" in line or "a request failed" in line:
            wrong.append(f"log: {line[:600]}")
        if '"request"' not in line:
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if "duration_ms" not in entry:
            continue
        count += 1
        if int(entry["duration_ms"]) > SLOW_MILLISECONDS and (entry["method"], entry["uri"]) not in LONG_POLLS:
            wrong.append(f"slow: {line[:600]}")
    return wrong, count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    programs = parser.parse_args().bin
    seed, factor = int(os.environ.get("FUZZ_SEED", "1")), float(os.environ.get("FUZZ_FACTOR", "1"))
    seconds = float(os.environ.get("FUZZ_SECONDS", "0"))
    end = time.monotonic() + seconds if seconds else 0
    wrong, totals, rounds = [], {}, 0
    with tempfile.TemporaryDirectory(prefix="quietanza-fuzz-") as folder:
        service = Service(programs, folder)
        warm, original = None, None
        try:
            while rounds == 0 or time.monotonic() < end:
                fuzz = Fuzz(service, seed, factor)
                fuzz.prepare(original)
                original = fuzz.original
                for phase in (fuzz.headers, fuzz.cursors, fuzz.queries, fuzz.bodies, fuzz.receipts):
                    phase()
                for phase, count in fuzz.client.counts.items():
                    print_row(f"{phase} (seed {seed})", sum(count.values()), dict(sorted(count.items())))
                    for status, number in count.items():
                        total = totals.setdefault(phase, {})
                        total[status] = total.get(status, 0) + number
                # Memory that the first use of each part allocates does not count as growth.
                if warm is None:
                    warm = service.resident_kib()
                found = fuzz.client.violations + schemathesis(service, fuzz, seed, factor, folder, end if rounds else 0, totals)
                for one in found:
                    print(one, file=sys.stderr, flush=True)
                wrong += found
                seed += 1
                rounds += 1
                print_row(f"after round {rounds}", f"{service.resident_kib() - warm:+} KiB", f"load {os.getloadavg()[0]:.1f}")
            growth = service.resident_kib() - warm
            found, logged = log_violations(service)
            if growth > GROWTH_KIB:
                found.append(f"memory grew by {growth} KiB after the first round, more than {GROWTH_KIB}")
            for one in found:
                print(one, file=sys.stderr)
            wrong += found
            for phase, count in totals.items():
                print_row(f"{phase} ({rounds} rounds)", sum(n for what, n in count.items() if isinstance(what, int)) or count.get("generated", 0), count)
            print_row("requests in the log", logged, f"memory {warm} KiB, then {growth:+} KiB")
        finally:
            service.stop()
    print(f"fuzz: {len(wrong)} violations")
    sys.exit(1 if wrong else 0)


main()
