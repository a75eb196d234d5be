"""A mail server that stores messages: enough of SMTP (RFC 5321) for one message after another."""

import socketserver
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread


@dataclass
class Mailbox:
    """The received messages, and how many to reject first."""

    url: str = ""
    refuse_first: int = 0
    refused: int = 0
    mails: list[EmailMessage] = field(default_factory=list[EmailMessage])


@contextmanager
def mail_server(refuse_first: int = 0) -> Generator[Mailbox]:
    """Run a local mail server for the duration of the block."""
    box = Mailbox(refuse_first=refuse_first)

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.take()
                elif verb == b"MAIL" and box.refused < box.refuse_first:
                    box.refused += 1
                    self.say("451 not now")
                else:
                    self.say("221 bye" if verb == b"QUIT" else "250 ok")

        def take(self) -> None:
            self.say("354 go on")
            lines = iter(self.rfile.readline, b".\r\n")
            text = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
            box.mails.append(message_from_bytes(text, EmailMessage, policy=policy.default))
            self.say("250 kept")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        box.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        yield box
        server.shutdown()
