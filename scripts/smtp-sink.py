#!/usr/bin/python3
"""A catch-all SMTP server that keeps its mail, for `make run` and the tests; needs Debian's python3-aiosmtpd.

Each message becomes one .eml file in the directory, its envelope in X-Envelope-From and X-Envelope-To.
With --control PORT, over HTTP on the same host:
  GET /status                        {"mode": …, "messages": N}
  GET /messages                      [{"file", "to", "from", "subject", "message_id"}], oldest first
  GET /messages/<file>               the message as kept
  DELETE /messages                   forget them
  POST /mode {"mode": "…"}           how the next commands are answered:
     ok; greet4, greet5 (at EHLO); mail4; rcpt4, rcpt5; data4, data5; slow (2 s before each reply);
     dropdata (connection ends after DATA, nothing kept); lostack (kept, but the reply is lost); silent (no reply at all)
"""
import argparse, asyncio, email, email.policy, itertools, json, os, signal, sys, time
from aiosmtpd.smtp import SMTP

REPLIES = {
    ("EHLO", "greet4"): "421 4.3.2 try later", ("EHLO", "greet5"): "554 5.7.1 go away",
    ("MAIL", "mail4"): "451 4.3.0 busy", ("RCPT", "rcpt4"): "450 4.2.1 mailbox busy",
    ("RCPT", "rcpt5"): "550 5.1.1 no such user", ("DATA", "data4"): "451 4.3.0 not now",
    ("DATA", "data5"): "554 5.6.0 not ever",
}


class Sink:
    def __init__(self, directory):
        self.directory, self.mode, self.counter = directory, "ok", itertools.count()
        os.makedirs(directory, exist_ok=True)

    async def reply(self, stage, ok):
        if self.mode == "slow":
            await asyncio.sleep(2)
        if self.mode == "silent":
            await asyncio.sleep(3600)
        return REPLIES.get((stage, self.mode), ok)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        answer = await self.reply("EHLO", None)
        if answer:
            return [answer]
        session.host_name = hostname
        return responses

    # A client that is refused by EHLO may try HELO.
    async def handle_HELO(self, server, session, envelope, hostname):
        answer = await self.reply("EHLO", f"250 {server.hostname}")
        if answer.startswith("250"):
            session.host_name = hostname
        return answer

    async def handle_MAIL(self, server, session, envelope, address, options):
        answer = await self.reply("MAIL", "250 ok")
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = await self.reply("RCPT", "250 ok")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        if self.mode == "dropdata":
            server.transport.abort()
            return "421 4.3.0 gone"
        answer = await self.reply("DATA", "250 2.0.0 kept")
        if answer.startswith("250"):
            self.keep(envelope)
        if self.mode == "lostack":
            server.transport.abort()
        return answer

    def keep(self, envelope):
        name = f"{time.time_ns():020d}-{next(self.counter):06d}.eml"
        path = os.path.join(self.directory, name)
        with open(path + ".part", "wb") as out:
            out.write(f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode())
            out.write(envelope.content)
        os.replace(path + ".part", path)

    def files(self):
        return sorted(name for name in os.listdir(self.directory) if name.endswith(".eml"))

    def summary(self, name):
        with open(os.path.join(self.directory, name), "rb") as kept:
            message = email.message_from_binary_file(kept, policy=email.policy.default)
        return {"file": name, "to": str(message["X-Envelope-To"]), "from": str(message["X-Envelope-From"]),
                "subject": str(message["Subject"]), "message_id": str(message["Message-ID"])}

    def answer(self, method, path, body):
        if method == "GET" and path == "/status":
            return 200, json.dumps({"mode": self.mode, "messages": len(self.files())}).encode()
        if method == "GET" and path == "/messages":
            return 200, json.dumps([self.summary(name) for name in self.files()]).encode()
        if method == "DELETE" and path == "/messages":
            for name in self.files():
                os.remove(os.path.join(self.directory, name))
            return 200, b"{}"
        if method == "POST" and path == "/mode":
            self.mode = json.loads(body)["mode"]
            return 200, json.dumps({"mode": self.mode}).encode()
        name = path.removeprefix("/messages/")
        if method == "GET" and name in self.files():
            with open(os.path.join(self.directory, name), "rb") as kept:
                return 200, kept.read()
        return 404, b"{}"

    async def control(self, reader, writer):
        try:
            method, path, _ = (await reader.readline()).decode("latin1").split(" ", 2)
            length = 0
            while (line := (await reader.readline()).strip()):
                key, _, value = line.decode("latin1").partition(":")
                if key.lower() == "content-length":
                    length = int(value)
            status, body = self.answer(method, path, await reader.readexactly(length))
            kind = "message/rfc822" if path.endswith(".eml") else "application/json"
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                         "Connection: close\r\n\r\n".encode() + body)
            await writer.drain()
        except (ValueError, KeyError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=2525)
    options.add_argument("--directory", required=True)
    options.add_argument("--control", type=int)
    chosen = options.parse_args()
    sink, loop, stop = Sink(chosen.directory), asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await loop.create_server(lambda: SMTP(sink, enable_SMTPUTF8=False, data_size_limit=33554432, loop=loop),
                             chosen.host, chosen.port)
    if chosen.control:
        await asyncio.start_server(sink.control, chosen.host, chosen.control)
    print("ready", flush=True)
    await stop.wait()
    os._exit(0)


sys.exit(asyncio.run(main()))
