"""Starts the service with everything that it needs, and sends requests to it."""
import base64, email, email.policy, hashlib, hmac, http.client, json, os, pathlib, random, re, socket, subprocess, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Service:
    """The service, the PSP simulator and a mail sink, on free ports, with the demo data."""

    def __init__(self, programs, folder):
        self.folder = pathlib.Path(folder)
        self.port, simulator, mail, self.mail_control = (free_port() for _ in range(4))
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "DATABASE_URL": os.environ["DATABASE_URL"],
            "HTTP_HOST": "127.0.0.1", "HTTP_PORT": str(self.port), "PUBLIC_URL": self.url,
            "SMTP_URL": f"smtp://127.0.0.1:{mail}?tls=none", "MAIL_FROM": "quietanza@example.org",
            "SECRETS_KEY": base64.b64encode(b"fuzz" * 8).decode(), "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8",
            "RESOURCES_DIRECTORY": str(ROOT), "RATE_LIMIT_PER_MINUTE": "100000000", "LOG_FORMAT": "json",
        }
        quietanza = str(pathlib.Path(programs).resolve() / "quietanza")
        self.finish([quietanza, "migrate"])
        demo = self.finish([
            quietanza, "demo-data", "--format", "json", "--simulator-url", f"http://127.0.0.1:{simulator}"])
        (self.folder / "demo.json").write_text(demo)
        self.demo = json.loads(demo)
        mails = self.folder / "mail"
        mails.mkdir()
        self.parts = [
            self.start("mail", ["/usr/bin/python3", str(ROOT / "scripts/smtp-sink.py"), "--host", "127.0.0.1",
                                "--port", str(mail), "--directory", str(mails), "--control", str(self.mail_control)]),
            self.start("simulator", [
                str(pathlib.Path(programs).resolve() / "psp-simulator"), "--host", "127.0.0.1", "--port",
                str(simulator), "--secret-file", str(self.folder / "demo.json")]),
        ]
        self.process = self.start("service", [quietanza, "serve"])
        self.parts.append(self.process)
        self.log = self.folder / "service.log"
        self.await_ready()

    def finish(self, command):
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise SystemExit(f"fuzz: {command[1]} failed: {done.stderr[-2000:]}")
        return done.stdout

    def start(self, name, command):
        with open(self.folder / f"{name}.log", "wb") as log:
            return subprocess.Popen(command, env=self.environment, stdout=log, stderr=subprocess.STDOUT)

    def await_ready(self):
        for _ in range(300):
            try:
                with urllib.request.urlopen(self.url + "/ready", timeout=5):
                    return
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("fuzz: the service ended: " + self.log.read_text()[-2000:])
                time.sleep(0.1)
        raise SystemExit("fuzz: the service is not ready")

    def is_alive(self):
        return self.process.poll() is None

    def resident_kib(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1))

    def stop(self):
        for part in reversed(self.parts):
            part.terminate()
        for part in reversed(self.parts):
            try:
                part.wait(20)
            except subprocess.TimeoutExpired:
                part.kill()


def send_json(url, method, path, key, document=None):
    # Tries of passwords are counted by the citizen's address: those of the fuzzing itself must not block these requests.
    request = urllib.request.Request(
        url + path, method=method, data=None if document is None else json.dumps(document).encode(), headers={
            "Authorization": f"Bearer {key}", "Content-Type": "application/json",
            "Citizen-Address": f"127.{random.randrange(256)}.{random.randrange(256)}.1"})
    with urllib.request.urlopen(request, timeout=40) as answer:
        body = answer.read()
    return json.loads(body) if body else None


def mail_code(mail_control, address):
    """Returns the code in the newest mail to this address."""
    control = f"http://127.0.0.1:{mail_control}/messages"
    for _ in range(300):
        with urllib.request.urlopen(control, timeout=40) as answer:
            found = [one for one in json.load(answer) if address in str(one["to"])]
        if found:
            with urllib.request.urlopen(f"{control}/{found[-1]['file']}", timeout=5) as answer:
                message = email.message_from_bytes(answer.read(), policy=email.policy.default)
            text = message.get_body(("plain",)).get_content()
            code = re.search(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", text)
            if code:
                return code.group(0)
        time.sleep(0.1)
    raise SystemExit(f"fuzz: no code came to {address}")


def register(url, mail_control, key, citizen):
    """Opens a citizen's account and verifies it."""
    # The mail sink reads every message to list them, which took more than 5 s after some thousand.
    clear = urllib.request.Request(f"http://127.0.0.1:{mail_control}/messages", method="DELETE")
    urllib.request.urlopen(clear, timeout=40).close()
    send_json(url, "POST", "/v1/citizens", key, {
        "kind": "resident", "tax_code": citizen["tax_code"], "given_name": "Mario", "family_name": "Rossi",
        "birth": {"date": "1980-01-01", "place": "Roma"}, "email": citizen["email"], "password": citizen["password"],
        "address": {"street": "Via Roma", "postal_code": "10121", "city": "Torino", "province": "TO", "country": "IT"},
        "consents": {"privacy": True, "terms": True}})
    send_json(url, "POST", "/v1/citizens/verify", key, {
        "token": mail_code(mail_control, citizen["email"]), "email": citizen["email"]})


def session(url, key, citizen):
    """The access token of a new session."""
    return send_json(url, "POST", "/v1/sessions", key, {
        "username": citizen["email"], "password": citizen["password"]})["access_token"]


class Client:
    """Sends requests over one connection at a time, and collects violations."""

    def __init__(self, service):
        self.service = service
        self.connection = None
        self.counts = {}
        self.violations = []

    def send(self, phase, method, path, headers=(), body=None):
        """Returns (status, headers, body); status 0 if there was no response."""
        for attempt in (1, 2):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=40)
                self.connection.putrequest(method, path, skip_accept_encoding=True)
                for name, value in headers:
                    self.connection.putheader(name, value)
                if body is not None:
                    self.connection.putheader("Content-Length", str(len(body)))
                self.connection.endheaders(body)
                response = self.connection.getresponse()
                answer = (response.status, response.headers, response.read())
                break
            except (OSError, http.client.HTTPException) as error:
                self.connection = None
                # The server may have closed an idle connection. Only the second failure counts.
                if attempt == 2:
                    answer = (0, {}, str(error).encode())
            except (ValueError, UnicodeEncodeError):
                self.connection = None
                return (-1, {}, b"")
        status = answer[0]
        count = self.counts.setdefault(phase, {})
        count[status] = count.get(status, 0) + 1
        if status in (0, 500) or not self.service.is_alive():
            self.violation(phase, f"response {status}", method, path, headers, body, answer[2])
        return answer

    def violation(self, phase, what, method, path, headers, body, answer=b""):
        shown = [(name, value) for name, value in headers if name.lower() not in ("authorization", "x-citizen-token")]
        self.violations.append(
            f"[{phase}] {what}\n    {method} {path}\n    headers {shown!r}\n    body {(body or b'')[:2000]!r}\n"
            f"    answer {answer[:500]!r}")
        if not self.service.is_alive():
            raise SystemExit("fuzz: the service ended\n" + self.violations[-1])


def signed(secret, body, message="fuzz", kind="application/json"):
    """Returns the headers of Standard Webhooks."""
    now = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message}.{now}.".encode() + body, hashlib.sha256).digest()
    return [("Content-Type", kind), ("webhook-id", message), ("webhook-timestamp", now),
            ("webhook-signature", "v1," + base64.b64encode(digest).decode())]
