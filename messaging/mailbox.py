"""Local mail: every message becomes a file in var/mail, to be read at /events/mail/."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from uuid_utils.compat import uuid7


class EmailBackend(BaseEmailBackend):
    """Writes each message to `MAIL_DIR/<time-ordered id>.eml`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            part = folder / f"{uuid7()}.part"
            part.write_bytes(message.message().as_bytes())
            part.rename(part.with_suffix(".eml"))
        return len(email_messages)


@dataclass(frozen=True, slots=True)
class Mail:
    """A kept message: headers and its text part."""

    name: str
    at: datetime
    to: str
    subject: str
    text: str


def newest(limit: int = 100) -> list[Mail]:
    paths = sorted(Path(settings.MAIL_DIR).glob("*.eml"), reverse=True)
    return [read(path) for path in paths[:limit]]


def find(name: UUID) -> Mail | None:
    path = Path(settings.MAIL_DIR) / f"{name}.eml"
    return read(path) if path.is_file() else None


def read(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, ParsedMessage)
    body = message.get_body(("plain", "html"))
    return Mail(
        name=path.stem,
        at=datetime.fromtimestamp(path.stat().st_mtime).astimezone(),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=str(body.get_content()) if body else "",
    )
