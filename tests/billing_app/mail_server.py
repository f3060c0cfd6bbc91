"""A real SMTP server that can be as nasty as real ones."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django.fixtures import Settings

from supervisor.ports import free_port


class MailServer:
    """What it took is in `letters`; who is to be refused, left hanging or dropped is said by
    address. `letters_a_connection` limits, and `dies_after_dot` counts the letters that it takes
    without saying so."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.connections = 0
        self.refuses: dict[str, str] = {}
        self.hangs_at: set[str] = set()
        self.drops_at: set[str] = set()
        self.dies_after_dot = 0
        self.letters_a_connection = 1000
        self.hanging = False
        self.port = free_port()

    @property
    def recipients(self) -> list[str]:
        return [str(letter["To"]) for letter in self.letters]

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        session.taken = 0  # type: ignore[attr-defined]
        return answers

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if session.taken >= self.letters_a_connection:
            return "421 4.7.0 too many letters in this connection"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.hangs_at:
            self.hanging = True
            await asyncio.Event().wait()
        if address in self.drops_at:
            self.drops_at.discard(address)
            hang_up(server)
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        session.taken += 1
        if self.dies_after_dot:
            self.dies_after_dot -= 1
            hang_up(server)
        return "250 OK"


def hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


@contextmanager
def running(settings: Settings) -> Iterator[MailServer]:
    """A server that Django's mail goes to."""
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 20
    try:
        yield server
    finally:
        controller.stop(no_assert=True)
