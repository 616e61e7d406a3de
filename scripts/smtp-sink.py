#!/usr/bin/python3
"""A catch-all SMTP server that stores its e-mails and can simulate failures, for `make run` and the tests; needs Debian's
python3-aiosmtpd.

Each message becomes one .eml file in the directory, its envelope in X-Envelope-From and X-Envelope-To.
With --certificate and --key it offers STARTTLS, and then AUTH (accepts any password).
With --control PORT, over HTTP on the same host:
  GET /status                        {"mode": …, "messages": N, "silent": connections that get no reply}
  GET /messages                      [{"file", "to", "from", "subject", "message_id", "confirmed"}], oldest first;
                                     confirmed: the sender got the final 250
  GET /messages/<file>               the message as stored
  DELETE /messages                   delete them
  POST /mode {"mode": "…"}           how to answer from now on: ok, or a stage and a fault.
     stages  greet, ehlo (and HELO), starttls, auth, mail, rcpt, data, dot (the end of the message)
     faults  4, 5 (a reply of that class), silent (no reply while this mode lasts), drop (the connection ends)
     for example greet4, rcpt5, dotsilent; and also
     starttlsjunk (no TLS after its 220), nostarttls (not offered), dropdata (connection ends within the message),
     lostack (message stored, connection ends instead of the reply), hold (message stored, no reply while this mode lasts),
     silent (no reply to anything), onesilent (the first client gets no reply to MAIL; the others are served),
     slow (2 s before each reply)
"""
import argparse, asyncio, email, email.policy, itertools, json, os, re, signal, ssl, sys, time
from aiosmtpd.smtp import SMTP, AuthResult

REPLIES = {
    ("greet", "4"): "421 4.3.2 try later", ("greet", "5"): "554 5.3.2 no service here",
    ("ehlo", "4"): "421 4.3.2 try later", ("ehlo", "5"): "550 5.7.1 go away",
    ("starttls", "4"): "454 4.7.0 no TLS now", ("starttls", "5"): "502 5.5.1 no TLS ever",
    ("auth", "4"): "454 4.7.0 no login now", ("auth", "5"): "535 5.7.8 wrong password",
    ("mail", "4"): "451 4.3.0 busy", ("mail", "5"): "550 5.7.1 not from you",
    ("rcpt", "4"): "450 4.2.1 mailbox busy", ("rcpt", "5"): "550 5.1.1 no such user",
    ("data", "4"): "451 4.3.0 not now", ("data", "5"): "554 5.5.1 not here",
    ("dot", "4"): "451 4.3.0 later", ("dot", "5"): "554 5.6.0 not ever",
}


class Conversation(SMTP):
    """One connection. Tracks its stage; the sink decides each reply."""
    stage = "greet"

    def connection_made(self, transport):
        self.event_handler.conversations.add(self)
        super().connection_made(transport)

    def connection_lost(self, error):
        self.event_handler.conversations.discard(self)
        super().connection_lost(error)

    async def push(self, status):
        answer = await self.event_handler.reply(self, status)
        if answer is not None:
            await super().push(answer)
            self.event_handler.replied(self, answer)

    async def at(self, stage, method, argument):
        self.stage = stage
        await method(argument)
        if stage != "data":
            self.stage = "idle"

    async def smtp_EHLO(self, arg):
        await self.at("ehlo", super().smtp_EHLO, arg)

    async def smtp_HELO(self, arg):
        await self.at("ehlo", super().smtp_HELO, arg)

    async def smtp_STARTTLS(self, arg):
        self.stage = "starttls"
        if self.event_handler.mode == "starttlsjunk":
            await self.push("220 go ahead")
            # In one packet with the 220, clients would report an injection, which is another failure.
            await asyncio.sleep(0.2)
            self.transport.write(b"this is no handshake\r\n" * 4)
            return
        if self.event_handler.stage == "starttls":
            await self.push("220 replaced")
            return
        await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg):
        await self.at("auth", super().smtp_AUTH, arg)

    async def smtp_MAIL(self, arg):
        await self.at("mail", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg):
        await self.at("rcpt", super().smtp_RCPT, arg)

    async def smtp_DATA(self, arg):
        if self.event_handler.stage == "data":
            self.stage = "data"
            await self.push("354 replaced")
            return
        await self.at("data", super().smtp_DATA, arg)
        self.stage = "idle"

    async def smtp_QUIT(self, arg):
        await self.at("quit", super().smtp_QUIT, arg)


class Sink:
    def __init__(self, directory):
        self.directory, self.mode, self.stage, self.fault = directory, "ok", None, None
        self.counter, self.silent = itertools.count(), 0
        self.conversations, self.confirmed, self.changed, self.victim = set(), set(), asyncio.Event(), None
        os.makedirs(directory, exist_ok=True)

    def set_mode(self, mode):
        stage, fault = re.fullmatch(r"(greet|ehlo|starttls|auth|mail|rcpt|data|dot)(4|5|silent|drop)|.*", mode).groups()
        self.mode, self.stage, self.fault, self.victim = mode, stage, fault, None
        self.changed.set()
        self.changed = asyncio.Event()
        # An idle connection that a client reuses for its next message would never reach these stages.
        if stage in ("greet", "ehlo", "starttls", "auth") or mode in ("starttlsjunk", "nostarttls"):
            for conversation in list(self.conversations):
                if conversation.stage == "idle" and conversation.transport:
                    conversation.transport.close()

    async def silence(self, conversation):
        """Sends no reply while this mode lasts, then closes the connection."""
        self.silent += 1
        try:
            await self.changed.wait()
        finally:
            self.silent -= 1
        if conversation.transport:
            conversation.transport.abort()

    async def reply(self, conversation, ok):
        """Returns the reply to send instead of `ok`, or None."""
        mode, stage = self.mode, conversation.stage
        if mode == "slow":
            await asyncio.sleep(2)
        if mode == "silent":
            await asyncio.sleep(3600)
        if mode == "onesilent" and stage == "mail":
            self.victim = self.victim or conversation
            if self.victim is conversation:
                return await self.silence(conversation)
        if mode == "lostack" and stage == "dot":
            conversation.transport.abort()
            return None
        if mode == "hold" and stage == "dot":
            await self.changed.wait()
        if self.stage != stage:
            return ok
        if self.fault == "silent":
            return await self.silence(conversation)
        if self.fault == "drop":
            conversation.transport.abort()
            return None
        return REPLIES[stage, self.fault]

    def replied(self, conversation, answer):
        if conversation.stage == "dot" and answer.startswith("250"):
            self.confirmed.add(conversation.stored)
        if conversation.stage == "greet":
            conversation.stage = "idle"

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        refusal = REPLIES.get(("ehlo", self.fault)) if self.stage == "ehlo" else None
        if refusal:
            return [refusal]
        session.host_name = hostname
        return [line for line in responses if not (self.mode == "nostarttls" and "STARTTLS" in line)]

    async def handle_DATA(self, server, session, envelope):
        if self.mode == "dropdata":
            server.transport.abort()
            return "421 4.3.0 closing"
        server.stage = "dot"
        if self.stage != "dot":
            server.stored = self.store(envelope)
        return "250 2.0.0 stored"

    def store(self, envelope):
        name = f"{time.time_ns():020d}-{next(self.counter):06d}.eml"
        path = os.path.join(self.directory, name)
        with open(path + ".part", "wb") as out:
            out.write(f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode())
            out.write(envelope.content)
        os.replace(path + ".part", path)
        return name

    def files(self):
        return sorted(name for name in os.listdir(self.directory) if name.endswith(".eml"))

    def summary(self, name):
        with open(os.path.join(self.directory, name), "rb") as file:
            message = email.message_from_binary_file(file, policy=email.policy.default)
        return {"file": name, "to": str(message["X-Envelope-To"]), "from": str(message["X-Envelope-From"]),
                "subject": str(message["Subject"]), "message_id": str(message["Message-ID"]),
                "confirmed": name in self.confirmed}

    def answer(self, method, path, body):
        if method == "GET" and path == "/status":
            return 200, json.dumps({"mode": self.mode, "messages": len(self.files()), "silent": self.silent}).encode()
        if method == "GET" and path == "/messages":
            return 200, json.dumps([self.summary(name) for name in self.files()]).encode()
        if method == "DELETE" and path == "/messages":
            for name in self.files():
                os.remove(os.path.join(self.directory, name))
            return 200, b"{}"
        if method == "POST" and path == "/mode":
            self.set_mode(json.loads(body)["mode"])
            return 200, json.dumps({"mode": self.mode}).encode()
        name = path.removeprefix("/messages/")
        if method == "GET" and name in self.files():
            with open(os.path.join(self.directory, name), "rb") as file:
                return 200, file.read()
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
    options.add_argument("--certificate")
    options.add_argument("--key")
    chosen = options.parse_args()
    tls = None
    if chosen.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(chosen.certificate, chosen.key)
    sink, loop, stop = Sink(chosen.directory), asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await loop.create_server(
        lambda: Conversation(sink, enable_SMTPUTF8=False, data_size_limit=33554432, loop=loop, tls_context=tls,
                             authenticator=lambda *_: AuthResult(success=True)),
        chosen.host, chosen.port)
    if chosen.control:
        await asyncio.start_server(sink.control, chosen.host, chosen.control)
    print("ready", flush=True)
    await stop.wait()
    os._exit(0)


sys.exit(asyncio.run(main()))
