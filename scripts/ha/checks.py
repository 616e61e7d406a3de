"""What must hold after the failovers of `make ha-test`: asked of the database in SQL, of the ledger and of the mail server."""

import collections
import json
import urllib.request

from load import Ledger
from nodes import sql
from stack import MAIL_CONTROL, Stack

OPEN_MAILS = "SELECT count(*) FROM notifications WHERE state NOT IN ('sent', 'skipped')"


def invariants(file: str) -> list[tuple[str, str]]:
    """Queries that find what must not exist, each after a line with its name."""
    with open(file, encoding="utf-8") as text:
        parts = text.read().split("\n-- ")[1:]
    return [(part.split("\n", 1)[0], part.split("\n", 1)[1].split(";")[0]) for part in parts]


def violations(file: str, ledger: Ledger) -> list[str]:
    found = []
    for title, query in invariants(file):
        count = sql(f"SELECT count(*) FROM ({query}) AS found")[0]
        if count != "0":
            found.append(f"{title}: {count}")
    stored = sql("SELECT encode(sha256(body), 'hex') FROM rts")
    missing = ledger.acknowledged - set(stored)
    if missing:
        found.append(f"RTs acknowledged and not stored byte for byte: {len(missing)}")
    kept = sql("SELECT external_id FROM positions WHERE external_id LIKE 'F-%'")
    if len(set(kept)) != len(kept) or not ledger.positions <= set(kept):
        found.append(f"positions lost or doubled: {len(ledger.positions - set(kept))} lost")
    attempts = set(sql("SELECT id FROM payment_attempts"))
    lost = {attempt for answered in ledger.attempts.values() for attempt in answered} - attempts
    if lost:
        found.append(f"payment attempts that were answered and not stored: {len(lost)}")
    twice = [key for key, answered in ledger.attempts.items() if len(answered) > 1]
    if twice:
        found.append(f"Idempotency-Keys answered with two attempts: {len(twice)}")
    return found


def retry_mails(stack: Stack, demo: dict) -> bool:
    """Asks for another try of what was given up. Returns whether every mail is sent."""
    for mail in sql("SELECT id FROM notifications WHERE state IN ('retrying', 'dead') LIMIT 200"):
        request = urllib.request.Request(
            f"{stack.environment['PUBLIC_URL']}/v1/notifications/{mail}/retry", method="POST",
            headers={"Authorization": f"Bearer {demo['ops_key']}"})
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except OSError:
            continue
    return sql(OPEN_MAILS) == ["0"]


def mails(found: list[str]) -> tuple[int, int]:
    """Returns the number of e-mails delivered, and how many of them are copies with the same Message-ID."""
    with urllib.request.urlopen(MAIL_CONTROL + "/messages", timeout=900) as answer:
        messages = json.load(answer)
    delivered = collections.Counter(message["message_id"].strip("<>") for message in messages)
    sent = set(sql("SELECT message_id FROM notifications WHERE state = 'sent'"))
    known = set(sql("SELECT message_id FROM notifications"))
    if sent - set(delivered):
        found.append(f"mails marked as sent that nobody got: {len(sent - set(delivered))}")
    if set(delivered) - known:
        found.append(f"mails of no row: {len(set(delivered) - known)}")
    return len(messages), len(messages) - len(delivered)
