"""Payout notices (B6): one for each payout, in the person's language; money waits for no mail."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django.fixtures import Settings
from uuid_utils.compat import uuid7

from auth_app.models import User
from billing_app import closing, payouts
from billing_app.models import Payout
from billing_app.notices import notice
from billing_app.reports import balance_cents
from messaging.business_day import today
from messaging.inbox import deliver
from tests.billing_app.facts import assigned, completed, days_ago
from tests.delivery import deliver_everything

pytestmark = pytest.mark.django_db


def pay(account_id: UUID) -> Payout:
    """A payout of yesterday for this account."""
    task = uuid7()
    at = days_ago(1)
    deliver("billing", [assigned(task, account_id, at), completed(task, account_id, at)])
    closing.close(today() - timedelta(days=1), by=None)
    return Payout.objects.get()


@pytest.fixture
def payout(worker: User) -> Payout:
    return pay(worker.public_id)


def test_it_mails_the_sum(payout: Payout, worker: User) -> None:
    assert payouts.send_due_notices() == 1
    (message,) = mail.outbox
    assert message.to == [worker.email]
    assert f"${payout.amount_cents / 100:.2f}" in message.body
    assert message.body.startswith("You have been paid")


def test_it_writes_in_the_persons_language(hire: Callable[..., User]) -> None:
    popug = hire("Popka")
    popug.change(language="ru")
    deliver_everything()
    pay(popug.public_id)
    payouts.send_due_notices()
    assert "Вам выплачено" in mail.outbox[0].body
    assert ",00 $" in mail.outbox[0].body


def test_it_sends_text_and_html_without_the_popugs_words_in_the_subject(payout: Payout) -> None:
    message = notice(payout)
    assert message.subject == "aTES has paid you out"
    assert [kind for _, kind in message.alternatives] == ["text/html"]
    assert "\u00a0" not in message.body


def test_the_message_id_is_fixed_by_the_payout(payout: Payout) -> None:
    first, second = notice(payout), notice(payout)
    assert first.extra_headers == second.extra_headers
    assert str(payout.pk) in first.extra_headers["Message-ID"]


def test_it_sends_every_notice_once(payout: Payout) -> None:
    payouts.send_due_notices()
    payouts.send_due_notices()
    payout.refresh_from_db()
    assert (payout.state, len(mail.outbox)) == ("sent", 1)


def test_a_failing_server_leaves_the_money_alone_and_is_listed(
    payout: Payout, worker: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    assert payouts.send_due_notices() == 0
    payout.refresh_from_db()
    assert payout.state == "failed"
    assert "ConnectionRefusedError" in payout.last_error
    assert payout.next_try_at > timezone.now()
    assert balance_cents(worker.public_id) == 0


def test_a_failed_notice_is_sent_again_when_asked(payout: Payout) -> None:
    Payout.objects.filter(pk=payout.pk).update(
        state="failed", attempts=10, next_try_at=timezone.now() + timedelta(hours=6)
    )
    assert payouts.send_due_notices() == 0
    assert payouts.retry(payout)
    assert payouts.send_due_notices() == 1


def test_a_notice_whose_sender_died_is_taken_over_after_its_lease(payout: Payout) -> None:
    assert payouts.claim(10) == [payout]
    assert payouts.claim(10) == []
    Payout.objects.filter(pk=payout.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert payouts.claim(10) == [payout]


def test_a_payout_without_a_known_address_waits_for_it() -> None:
    payout = pay(uuid7())
    payouts.send_due_notices()
    payout.refresh_from_db()
    assert payout.state == "failed"
    assert "no e-mail address" in payout.last_error
