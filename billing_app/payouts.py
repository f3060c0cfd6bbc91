"""Payout notices (B6): claimed with a lease, sent outside any transaction, noted afterwards.

SMTP cannot be exactly-once, so a notice may come twice after a crash; its Message-ID is fixed by
the payout, and the money has moved once, in the close.
"""

import logging
from datetime import timedelta
from email.utils import parseaddr
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing_app.models import Payout

BATCH = 200
MAX_ATTEMPTS = 10
LEASE = timedelta(minutes=5)
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)

_CLAIM = """
UPDATE billing_app_payout
   SET state = 'sending', attempts = attempts + 1,
       lease_until = statement_timestamp() + make_interval(secs => %s)
 WHERE id IN (SELECT id FROM billing_app_payout
               WHERE next_try_at <= statement_timestamp() AND attempts < %s
                 AND (state IN ('pending', 'failed')
                      OR (state = 'sending' AND lease_until < statement_timestamp()))
               ORDER BY next_try_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id
"""

log = logging.getLogger("ates.billing")


def send_due_notices() -> int:
    """Send what is due, batch by batch; how many were sent."""
    sent = 0
    while batch := claim(BATCH):
        sent += sum(_send_all(batch))
    return sent


def claim(limit: int) -> list[Payout]:
    """Take payouts whose notice is due; nobody else sends them while the lease runs."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [LEASE.total_seconds(), MAX_ATTEMPTS, limit])
        ids = [row[0] for row in cursor.fetchall()]
    claimed = Payout.objects.filter(pk__in=ids).select_related("account")
    return list(claimed.order_by("made_at", "id"))


def retry(payout: Payout) -> bool:
    """Try a failed notice again now, with a fresh budget; False when there is nothing to retry."""
    failed = Payout.objects.filter(pk=payout.pk, state=Payout.State.FAILED)
    return bool(failed.update(attempts=0, next_try_at=timezone.now()))


def notice(payout: Payout) -> EmailMultiAlternatives:
    """The e-mail for a payout: a pure function of its row, in the person's language."""
    context = {"payout": payout, "account": payout.account, "base_url": settings.BASE_URL}
    with override(payout.account.language):
        message = EmailMultiAlternatives(
            subject=_("aTES has paid you out"),
            body=_plain(render_to_string("billing/mail/payout.txt", context)),
            to=[payout.account.email],
            headers={"Message-ID": f"<payout-{payout.pk}@{_mail_domain()}>"},
        )
        message.attach_alternative(
            render_to_string("billing/mail/payout.html", context), "text/html"
        )
    return message


def _plain(text: str) -> str:
    """Mail readers show the no-break spaces of localised money as something else."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _send_all(batch: list[Payout]) -> list[bool]:
    backend = get_connection()
    try:
        return [_send(payout, backend) for payout in batch]
    finally:
        backend.close()


def _send(payout: Payout, backend: BaseEmailBackend) -> bool:
    try:
        if not payout.account.email:
            raise ValueError("no e-mail address is known for this account yet")
        message = notice(payout)
        message.connection = backend
        message.send()
    except (SMTPException, OSError, ValueError) as error:
        _note_failure(payout, error)
        return False
    Payout.objects.filter(pk=payout.pk).update(
        state=Payout.State.SENT, sent_at=timezone.now(), lease_until=None, last_error=""
    )
    return True


def _note_failure(payout: Payout, error: Exception) -> None:
    wait = min(LAST_RETRY, FIRST_RETRY * 2 ** (payout.attempts - 1))
    log.warning("payout notice %s failed: %s", payout.pk, type(error).__name__)
    Payout.objects.filter(pk=payout.pk).update(
        state=Payout.State.FAILED,
        lease_until=None,
        next_try_at=timezone.now() + wait,
        last_error=f"{type(error).__name__}: {error}"[:500],
    )


def _mail_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
