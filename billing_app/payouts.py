"""Payout notices (B6): claimed with a lease, sent outside any transaction, noted afterwards.

SMTP cannot be exactly-once, so a notice may come twice after a crash; its Message-ID is fixed by
the payout, and the money has moved once, in the close. pending → sending → sent or failed; what
failed is due again after a while, until it has failed too often: then somebody must look.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Now

from billing_app.models import Payout
from billing_app.notices import notice
from billing_app.postman import Postman, codes, is_refusal, reason
from messaging.crash_points import crash_point

BATCH = 200
MAX_ATTEMPTS = 10
MAX_REFUSALS = 3  # "no such mailbox" may be a mistake that somebody corrects, seldom
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)
# A run begins no letter after this, so that a worker's time limit finds it at rest.
PATIENCE = timedelta(seconds=45)
# Longer than a run and its slowest letter; each letter begins with a lease of its own.
LEASE = timedelta(minutes=5)

_CLAIM = """
UPDATE billing_app_payout
   SET state = 'sending', lease_until = statement_timestamp() + make_interval(secs => %s)
 WHERE id IN (SELECT id FROM billing_app_payout
               WHERE next_try_at <= statement_timestamp() AND attempts < %s AND refusals < %s
                 AND (state IN ('pending', 'failed')
                      OR (state = 'sending' AND lease_until < statement_timestamp()))
               ORDER BY next_try_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id
"""

log = logging.getLogger("ates.billing")


def send_due_notices() -> int:
    """Send what is due until it is done, time is up or the server is down; how many were sent."""
    _give_up_what_kills()
    sent = 0
    with Postman(PATIENCE) as postman:
        while postman.goes_on() and (batch := claim(BATCH)):
            crash_point("payouts.after_claim")
            lease_until = batch[0].lease_until
            try:
                sent += sum(_send(payout, postman) for payout in batch if postman.goes_on())
            finally:
                _release(batch, lease_until)
    return sent


def unsent() -> int:
    """Notices that nobody has got, nor is anybody sending them: tried in vain, or not tried yet."""
    waiting = (Payout.State.PENDING, Payout.State.FAILED)
    return Payout.objects.filter(state__in=waiting).count()


def claim(limit: int) -> list[Payout]:
    """Take payouts whose notice is due; nobody else sends them while the lease runs."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [LEASE.total_seconds(), MAX_ATTEMPTS, MAX_REFUSALS, limit])
        ids = [row[0] for row in cursor.fetchall()]
    claimed = Payout.objects.filter(pk__in=ids).select_related("account")
    return list(claimed.order_by("next_try_at", "id"))


def retry(payout: Payout) -> bool:
    """Try a failed notice again now, with a fresh budget; False when there is nothing to retry."""
    failed = Payout.objects.filter(pk=payout.pk, state=Payout.State.FAILED)
    return bool(failed.update(attempts=0, refusals=0, next_try_at=Now()))


def _send(payout: Payout, postman: Postman) -> bool:
    if not _begin(payout):
        return False
    crash_point("payouts.before_send")
    try:
        postman.send(notice(payout))
    except Exception as error:  # whatever it is, it must not keep the others from their letters
        _note_failure(payout, error)
        return False
    crash_point("payouts.after_send")
    Payout.objects.filter(pk=payout.pk).exclude(state=Payout.State.SENT).update(
        state=Payout.State.SENT, sent_at=Now(), lease_until=None, last_error=""
    )
    return True


def _begin(payout: Payout) -> bool:
    """Count the attempt before it is made, as it may be the last thing we do; False when the lease
    has run out and somebody else may be sending."""
    if not _held(payout).update(attempts=F("attempts") + 1, lease_until=Now() + LEASE):
        return False
    payout.refresh_from_db(fields=["attempts", "refusals", "lease_until"])
    payout.account.refresh_from_db()  # they may have moved since the batch was claimed
    return True


def _note_failure(payout: Payout, error: Exception) -> None:
    wait = min(LAST_RETRY, FIRST_RETRY * 2 ** (payout.attempts - 1))
    refused = is_refusal(error)
    log.warning(
        "payout notice %s failed: %s %s", payout.pk, type(error).__name__, codes(error) or ""
    )
    _held(payout).update(
        state=Payout.State.FAILED,
        lease_until=None,
        refusals=F("refusals") + int(refused),
        next_try_at=Now() + (LAST_RETRY if refused else wait),
        last_error=reason(error),
    )


def _held(payout: Payout) -> QuerySet[Payout]:
    """The row, if nobody has taken it over since."""
    return Payout.objects.filter(
        pk=payout.pk, state=Payout.State.SENDING, lease_until=payout.lease_until
    )


def _release(batch: Sequence[Payout], lease_until: datetime | None) -> None:
    """What was claimed and not begun is anybody's again, as it was before."""
    mine = Payout.objects.filter(pk__in=[payout.pk for payout in batch])
    unbegun = mine.filter(state=Payout.State.SENDING, lease_until=lease_until)
    tried = Case(When(attempts=0, then=Value("pending")), default=Value("failed"))
    unbegun.update(state=tried, lease_until=None)


def _give_up_what_kills() -> None:
    """A letter whose sender has died every time is for somebody to look at."""
    dead = Payout.objects.filter(state=Payout.State.SENDING, lease_until__lt=Now())
    dead.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=Payout.State.FAILED, lease_until=None, last_error="its sender died, again and again"
    )
