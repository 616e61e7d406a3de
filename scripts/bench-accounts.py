#!/usr/bin/env python3
"""Creates accounts as citizens do (register, code from the e-mail, verify) and prints their mailboxes, one per line.

BENCH_MAIL is the folder of smtp-sink.py; `quietanza loops` must run to send the e-mails.
"""

import argparse
import asyncio
import email
import email.policy
import json
import os
import pathlib
import re

from bench_load import AUTHORIZATION, PASSWORD, Client

ODD = dict(zip("0123456789", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21))) | dict(
    zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)))


def tax_code(number: int) -> str:
    """Returns a different codice fiscale for each number, of a person born in Rome on 1 January 1980."""
    consonants = "BCDFGHJKLMNPQRSTVWXYZ"
    letters = "".join(consonants[number // 21**place % 21] for place in range(6))
    start = letters + "80A01H501"
    even = (int(sign) if sign.isdigit() else ord(sign) - ord("A") for sign in start[1::2])
    return start + chr(ord("A") + (sum(ODD[sign] for sign in start[0::2]) + sum(even)) % 26)


def codes(folder: pathlib.Path) -> dict[str, str]:
    """Returns the codes by mailbox."""
    found = {}
    for file in folder.glob("*.eml"):
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        match = re.search(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", mail.get_body(("plain",)).get_content())
        if match:
            found[str(mail["X-Envelope-To"])] = match[0]
    return found


async def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=200)
    asked = options.parse_args()
    mailboxes = [f"citizen{number}@example.org" for number in range(asked.count)]
    client = await Client.connect()
    for number, mailbox in enumerate(mailboxes):
        applicant = {
            "kind": "resident", "tax_code": tax_code(number), "given_name": "Mario", "family_name": "Rossi",
            "birth": {"date": "1980-01-01", "place": "Roma"}, "email": mailbox, "password": PASSWORD,
            "address": {"street": "Via Roma 1", "postal_code": "10121", "city": "Torino", "province": "TO", "country": "IT"},
            "consents": {"privacy": True, "terms": True},
        }
        await client.demand(201, "POST", "/v1/citizens", AUTHORIZATION, json.dumps(applicant).encode())
    folder = pathlib.Path(os.environ["BENCH_MAIL"])
    async with asyncio.timeout(60):
        while len(sorted(folder.glob("*.eml"))) < asked.count:
            await asyncio.sleep(0.2)
    mailed = codes(folder)
    for mailbox in mailboxes:
        token = json.dumps({"token": mailed[mailbox], "email": mailbox}).encode()
        await client.demand(200, "POST", "/v1/citizens/verify", AUTHORIZATION, token)
        print(mailbox)
    client.close()


asyncio.run(main())
