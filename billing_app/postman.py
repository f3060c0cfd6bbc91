"""A postman: one SMTP connection for many letters, opened anew when it breaks."""

from contextlib import suppress
from datetime import timedelta
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)
from time import monotonic
from types import TracebackType
from typing import Self

from django.core.mail import get_connection
from django.core.mail.message import EmailMessage

TROUBLES = 3  # in a row: it is the server, not the letters
CLOSING_DOWN = 421

# Answers about one letter; whatever else goes wrong, goes wrong with the server or the way there.
_ABOUT_A_LETTER = (SMTPRecipientsRefused, SMTPDataError, SMTPNotSupportedError)


class Postman:
    """Goes on until his time is up or the server is down."""

    def __init__(self, patience: timedelta) -> None:
        self.backend = get_connection()
        self.until = monotonic() + patience.total_seconds()
        self.troubles = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hang_up()

    def goes_on(self) -> bool:
        return self.troubles < TROUBLES and monotonic() < self.until

    def send(self, message: EmailMessage) -> None:
        """Raises whatever the server or the way to it answers."""
        try:
            self._send(message)
        except Exception as error:
            self.troubles = self.troubles + 1 if is_trouble(error) else 0
            if is_trouble(error):
                self.hang_up()
            raise
        self.troubles = 0

    def hang_up(self) -> None:
        with suppress(OSError):
            self.backend.close()

    def _send(self, message: EmailMessage) -> None:
        fresh = self._connect()
        try:
            self.backend.send_messages([message])
        except SMTPSenderRefused as error:  # some servers take only so many letters a connection
            if fresh or error.smtp_code != CLOSING_DOWN:
                raise
            self.hang_up()
            self.backend.open()
            self.backend.send_messages([message])

    def _connect(self) -> bool:
        """True when the connection is a new one."""
        if not self._answers():
            self.hang_up()
        return bool(self.backend.open())

    def _answers(self) -> bool:
        connection = getattr(self.backend, "connection", None)
        try:
            return connection is None or connection.noop()[0] == 250
        except OSError:
            return False


def codes(error: BaseException) -> list[int]:
    """The server's reply codes, if it replied."""
    if isinstance(error, SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if hasattr(error, "smtp_code") else []


def is_trouble(error: BaseException) -> bool:
    """The next letter will meet it too."""
    if isinstance(error, _ABOUT_A_LETTER):
        return CLOSING_DOWN in codes(error)
    return isinstance(error, OSError)


def is_refusal(error: BaseException) -> bool:
    """The server will not take this letter tomorrow either."""
    return isinstance(error, _ABOUT_A_LETTER) and all(code >= 500 for code in codes(error))


def reason(error: Exception) -> str:
    """In a line, as the server or the system put it."""
    if isinstance(error, SMTPRecipientsRefused):
        words = "; ".join(f"{code} {_text(said)}" for code, said in error.recipients.values())
    elif isinstance(error, SMTPException) and codes(error):
        words = f"{codes(error)[0]} {_text(error.args[1])}"
    else:
        words = f"{type(error).__name__}: {error}"
    return "".join(sign if sign.isprintable() else " " for sign in words)[:500]


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
