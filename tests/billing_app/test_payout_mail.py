"""Payout notices through a real SMTP server, whatever it does (B6): money stays where it is."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings
from uuid_utils.compat import uuid7

from billing_app import closing, payouts
from billing_app.models import Account, Entry, Payout
from billing_app.postman import Postman
from billing_app.proofs import prove
from messaging.business_day import today
from messaging.inbox import deliver
from tests.billing_app import mail_server, races
from tests.billing_app.facts import Envelope, completed, days_ago, envelope
from tests.billing_app.mail_server import MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server.running(settings) as running:
        yield running


@pytest.fixture(autouse=True)
def _money_stays() -> Iterator[None]:
    """Whatever becomes of the letters."""
    yield
    assert Entry.objects.filter(kind=3).count() == Payout.objects.count()
    assert [check.name for check in prove() if not check.ok] == []


def address(number: int) -> str:
    return f"popug-{number:03}@popug.example"


def pay(count: int) -> None:
    """Payouts of yesterday for so many people, in the order of their addresses."""
    people = [uuid7() for _ in range(count)]
    deliver("billing", [hired(person, number) for number, person in enumerate(people)])
    deliver("billing", [completed(uuid7(), person, days_ago(1)) for person in people])
    closing.close(today() - timedelta(days=1), by=None)


def hired(person: object, number: int) -> Envelope:
    state = {
        "account_id": str(person),
        "name": f"Popug {number}",
        "email": address(number),
        "role": "worker",
        "is_active": True,
        "language": "en",
        "version": 1,
    }
    return envelope("auth.account_created", state)


def of(number: int) -> Payout:
    return Payout.objects.get(account__email=address(number))


def due_again() -> None:
    """As if the time to try again had come."""
    Payout.objects.exclude(state="sent").update(next_try_at=timezone.now())
    Payout.objects.filter(state="sending").update(lease_until=timezone.now() - timedelta(seconds=1))


def states() -> list[str]:
    return list(Payout.objects.order_by("account__email").values_list("state", flat=True))


def test_a_batch_goes_over_one_connection(server: MailServer) -> None:
    pay(payouts.BATCH)
    assert payouts.send_due_notices() == payouts.BATCH
    assert server.connections == 1
    assert sorted(server.recipients) == [address(number) for number in range(payouts.BATCH)]
    assert len({letter["Message-ID"] for letter in server.letters}) == payouts.BATCH


def test_a_letter_goes_to_the_address_of_now(server: MailServer) -> None:
    """Not of when its batch was claimed."""
    pay(1)
    [claimed] = payouts.claim(1)
    Account.objects.update(email=address(7))
    assert payouts._send(claimed, Postman(payouts.PATIENCE))
    assert server.recipients == [address(7)]


def test_a_connection_lost_in_mid_batch_is_opened_anew(server: MailServer) -> None:
    pay(5)
    server.drops_at = {address(2)}
    assert payouts.send_due_notices() == 4
    assert states() == ["sent", "sent", "failed", "sent", "sent"]
    assert server.connections == 2
    due_again()
    assert payouts.send_due_notices() == 1


def test_a_server_that_takes_few_letters_a_connection_gets_more_connections(
    server: MailServer,
) -> None:
    pay(5)
    server.letters_a_connection = 2
    assert payouts.send_due_notices() == 5
    assert server.connections == 3
    assert not Payout.objects.filter(attempts__gt=1).exists()


def test_a_refused_address_is_listed_at_once_and_the_others_are_sent(server: MailServer) -> None:
    pay(3)
    server.refuses = {address(1): "550 5.1.1 no such parrot"}
    assert payouts.send_due_notices() == 2
    assert (of(1).state, of(1).last_error) == ("failed", "550 5.1.1 no such parrot")
    assert of(1).next_try_at > timezone.now() + timedelta(hours=5)


def test_a_refusal_is_tried_again_only_a_few_times(server: MailServer) -> None:
    pay(1)
    server.refuses = {address(0): "550 5.1.1 no such parrot"}
    for _ in range(6):
        payouts.send_due_notices()
        due_again()
    assert (of(0).attempts, of(0).refusals) == (payouts.MAX_REFUSALS, payouts.MAX_REFUSALS)
    server.refuses = {}
    assert payouts.retry(of(0))
    assert payouts.send_due_notices() == 1


def test_a_temporary_no_is_tried_again_after_a_minute_and_then_less_often(
    server: MailServer,
) -> None:
    pay(1)
    server.refuses = {address(0): "451 4.7.1 greylisted"}
    waits = []
    for _ in range(payouts.MAX_ATTEMPTS + 2):
        before = timezone.now()
        payouts.send_due_notices()
        waits.append((of(0).next_try_at - before).total_seconds() / 60)
        due_again()
    assert [round(wait) for wait in waits[:10]] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360]
    assert (of(0).state, of(0).attempts) == ("failed", payouts.MAX_ATTEMPTS)


def test_a_hanging_letter_holds_up_nobody_else(server: MailServer, settings: Settings) -> None:
    settings.EMAIL_TIMEOUT = 1
    pay(4)
    server.hangs_at = {address(0)}
    assert payouts.send_due_notices() == 3
    assert "timed out" in of(0).last_error
    assert states() == ["failed", "sent", "sent", "sent"]


def test_a_server_that_hangs_for_all_is_left_alone_after_a_few(
    server: MailServer, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = 1
    pay(8)
    server.hangs_at = {address(number) for number in range(8)}
    assert payouts.send_due_notices() == 0
    assert states().count("failed") == 3
    assert (
        list(Payout.objects.filter(state="pending").values_list("attempts", flat=True)) == [0] * 5
    )
    server.hangs_at = set()
    assert payouts.send_due_notices() == 5  # nobody waits because others have failed


def test_a_run_ends_when_its_time_is_up_and_frees_the_rest(
    server: MailServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_TIMEOUT = 1
    pay(4)
    monkeypatch.setattr(payouts, "PATIENCE", timedelta(seconds=0.3))
    server.hangs_at = {address(0)}
    payouts.send_due_notices()
    assert states() == ["failed", "pending", "pending", "pending"]


def test_a_run_and_its_slowest_letter_end_before_the_lease(settings: Settings) -> None:
    """Each of a letter's dialogue steps may take the timeout."""
    steps = timedelta(seconds=settings.EMAIL_TIMEOUT) * 8
    assert payouts.PATIENCE + steps < payouts.LEASE
    assert timedelta(seconds=settings.CELERY_TASK_SOFT_TIME_LIMIT) > payouts.PATIENCE


def test_a_server_that_is_down_fails_few_and_says_why(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    pay(5)
    assert payouts.send_due_notices() == 0
    assert states().count("failed") == 3
    assert "ConnectionRefusedError" in of(0).last_error


def test_dying_after_the_final_dot_sends_the_same_letter_twice_at_most(server: MailServer) -> None:
    pay(2)
    server.dies_after_dot = 1
    assert payouts.send_due_notices() == 1
    due_again()
    assert payouts.send_due_notices() == 1
    ids = [letter["Message-ID"] for letter in server.letters if letter["To"] == address(0)]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert states() == ["sent", "sent"]


def test_whoever_lost_the_lease_sends_nothing_and_overwrites_nothing(server: MailServer) -> None:
    pay(1)
    (slow,) = payouts.claim(10)
    due_again()
    assert payouts.send_due_notices() == 1
    with Postman(payouts.PATIENCE) as postman:
        assert not payouts._send(slow, postman)
    payouts._note_failure(slow, TimeoutError())
    assert (of(0).state, len(server.letters)) == ("sent", 1)


def test_a_letter_whose_sender_always_dies_is_listed_in_the_end() -> None:
    pay(1)
    for _ in range(payouts.MAX_ATTEMPTS):
        (claimed,) = payouts.claim(10)
        assert payouts._begin(claimed)
        due_again()
    assert payouts.send_due_notices() == 0
    assert of(0).state == "failed"
    assert "died" in of(0).last_error


def test_what_cannot_be_written_is_listed_and_keeps_nobody_waiting(server: MailServer) -> None:
    pay(2)
    Account.objects.filter(email=address(0)).update(email="popug@x\r\nBcc: all@popug.example")
    assert payouts.send_due_notices() == 1
    assert "Invalid address" in Payout.objects.get(state="failed").last_error
    assert server.recipients == [address(1)]


def test_the_log_holds_neither_addresses_nor_sums(
    server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    pay(3)
    server.refuses = {address(0): f"550 5.1.1 <{address(0)}> no such parrot"}
    server.drops_at = {address(1)}
    with caplog.at_level(logging.DEBUG):
        payouts.send_due_notices()
    text = "\n".join(
        record.getMessage() for record in caplog.records if record.name == "ates.billing"
    )
    assert "failed" in text
    assert "@" not in text
    assert str(of(0).amount_cents) not in text


@pytest.mark.django_db(transaction=True)
def test_another_worker_takes_over_from_one_who_was_killed(server: MailServer) -> None:
    pay(2)
    server.hangs_at = {address(0)}
    url = f"smtp://127.0.0.1:{server.port}"
    with races.command("send_payouts", EMAIL_URL=url) as sender:
        races.wait_for(lambda: server.hanging, "the letter hangs")
        races.kill(sender)
    server.hangs_at = set()
    assert states() == ["sending", "sending"]
    assert payouts.send_due_notices() == 0  # the lease runs
    due_again()
    assert payouts.send_due_notices() == 2
    assert sorted(server.recipients) == [address(0), address(1)]
