"""What surrounds the database in `make ha-test`: HAProxy, two instances of the service, the background jobs, the mail server and the
PSP simulator."""

import json
import os
import subprocess
import urllib.error
import urllib.request

from nodes import DATABASE_URL, run, wait_until

FRONT = "http://127.0.0.1:8080"
MAIL_CONTROL = "http://127.0.0.1:2526"
INSTANCES = (8081, 8082)
HAPROXY = """\
global
    maxconn 1000
    stats socket {folder}/haproxy.sock mode 600
defaults
    mode http
    timeout connect 2s
    timeout check 3s
    timeout client 70s
    timeout server 70s
    # A connection that was refused is tried again on another instance. A request that was sent is not: the caller repeats it.
    retries 2
    option redispatch
    # HAProxy's own 503 must tell the caller when to repeat, as the service's does.
    http-error status 503 content-type application/problem+json string '{{"type":"about:blank","title":"Service temporarily unavailable","status":503}}' hdr Retry-After 1
frontend api
    bind 127.0.0.1:8080
    default_backend instances
backend instances
    balance leastconn
    option httpchk GET /ready
    http-check expect status 200
    default-server check inter 1s fastinter 500ms rise 1 fall 2 slowstart 5s
"""


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return 200 <= answer.status < 300
    except (OSError, urllib.error.HTTPError):
        return False


class Stack:
    def __init__(self, folder: str, binaries: str, project: str) -> None:
        self.folder, self.binaries, self.project = folder, binaries, project
        secrets = run("openssl", "rand", "-base64", "32").strip()
        self.environment = {
            "PATH": os.environ["PATH"], "DATABASE_URL": DATABASE_URL, "SECRETS_KEY": secrets, "HTTP_HOST": "127.0.0.1",
            "PUBLIC_URL": FRONT, "SMTP_URL": "smtp://127.0.0.1:2525?tls=none", "MAIL_FROM": "ha@example.org",
            "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8", "RESOURCES_DIRECTORY": project, "LOG_LEVEL": "info",
            "TRUSTED_PROXY": "127.0.0.0/8", "RATE_LIMIT_PER_MINUTE": "100000000", "SHUTDOWN_GRACE_SECONDS": "5",
        }
        self.parts: dict[str, subprocess.Popen] = {}

    def start_part(self, name: str, *command: str, **variables: str) -> None:
        with open(f"{self.folder}/{name}.log", "ab") as log:
            self.parts[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.project,
                env={**self.environment, **variables})

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.binaries + "/quietanza", *arguments], env=self.environment, cwd=self.project, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, check=True, text=True)
        return done.stdout

    def start(self) -> dict:
        """Returns the keys and secrets of the demo data."""
        self.command("migrate")
        text = self.command("demo-data", "--format", "json", "--simulator-url", "http://127.0.0.1:8090")
        demo = self.folder + "/demo.json"
        with open(demo, "w", encoding="utf-8") as out:
            out.write(text)
        self.start_part(
            "mail", "/usr/bin/python3", "scripts/smtp-sink.py", "--port", "2525", "--control", "2526",
            "--directory", self.folder + "/mail")
        self.start_part(
            "simulator", self.binaries + "/psp-simulator", "--host", "127.0.0.1", "--port", "8090", "--secret-file", demo)
        for port in INSTANCES:
            self.start_instance(port)
        self.start_part("loops", self.binaries + "/quietanza", "loops")
        servers = "".join(f"    server quietanza-{port} 127.0.0.1:{port}\n" for port in INSTANCES)
        with open(self.folder + "/haproxy.cfg", "w", encoding="utf-8") as out:
            out.write(HAPROXY.format(folder=self.folder) + servers)
        self.start_part("haproxy", "/usr/sbin/haproxy", "-db", "-f", self.folder + "/haproxy.cfg")
        for url in (FRONT + "/ready", MAIL_CONTROL + "/status", "http://127.0.0.1:8090/live"):
            wait_until(f"{url} answers", 30, lambda: answers(url))
        return json.loads(text)

    def start_instance(self, port: int) -> None:
        self.start_part(f"instance-{port}", self.binaries + "/quietanza", "serve", "--no-loops", HTTP_PORT=str(port))
        wait_until(f"the instance at {port} is ready", 30, lambda: answers(f"http://127.0.0.1:{port}/ready"))

    def restart_instance(self, port: int) -> None:
        """As an upgrade does it: SIGTERM, wait for the end, start again."""
        part = self.parts[f"instance-{port}"]
        part.terminate()
        if part.wait(40) != 0:
            raise RuntimeError(f"the instance at {port} ended with status {part.returncode}")
        self.start_instance(port)

    def ended(self) -> list[str]:
        return [name for name, part in self.parts.items() if part.poll() is not None]
