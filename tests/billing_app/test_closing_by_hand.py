"""Somebody has a day closed: a small one at once, a large one by a worker, with progress (B6)."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import DjangoCaptureOnCommitCallbacks

from auth_app.models import User
from billing_app import closing, jobs
from billing_app.models import AuditRecord, BusinessDay, CloseRequest, Payout, SealRefusal
from billing_app.reconciling import Why, reconcile, reconcile_when_due
from billing_app.refusing import mended, newest_reason, refusal
from messaging.models import OutboxEvent
from messaging.relay import waiting
from tests.billing_app.test_closing import earner, yesterday
from tests.billing_app.test_proofs import tamper
from tests.calling import caller_for, problem
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "SMALL", 0)


@pytest.fixture
def books(accountant: User, client_for: ClientFor) -> Client:
    return client_for(accountant)


def day() -> BusinessDay:
    return BusinessDay.objects.get(pk=yesterday())


def press(books: Client) -> None:
    answer = books.post(f"/billing/days/{yesterday()}/close/")
    assert answer.status_code == 302


def page(books: Client) -> str:
    return strip_tags(books.get(f"/billing/days/{yesterday()}/").content.decode())


def progress(books: Client) -> tuple[str, bool]:
    """What the fragment says, and whether it has the page loaded again."""
    answer = books.get(f"/billing/days/{yesterday()}/closing/")
    return strip_tags(answer.content.decode()), "HX-Refresh" in answer.headers


def test_a_small_day_is_closed_at_once(books: Client) -> None:
    earner()
    press(books)
    assert day().is_closed


@pytest.mark.usefixtures("everything_is_large")
def test_a_large_day_is_closed_by_a_worker_in_the_name_of_who_asked(
    books: Client, accountant: User
) -> None:
    earner()
    press(books)
    assert day().is_closing
    jobs.close_days()
    assert (day().is_closed, day().closed_by) == (True, accountant.public_id)
    assert AuditRecord.objects.get(object=f"day/{yesterday()}").actor == accountant.public_id


@pytest.mark.usefixtures("everything_is_large")
def test_what_the_worker_does_belongs_to_the_click(books: Client, accountant: User) -> None:
    earner()
    press(books)
    jobs.close_days()
    [click] = CloseRequest.objects.values_list("correlation_id", flat=True)
    told = OutboxEvent.objects.filter(event_name__in=["billing.payout_made", "billing.day_closed"])
    assert told.count() == 2
    assert {(event.actor, event.correlation_id) for event in told} == {
        (accountant.public_id, click)
    }
    assert AuditRecord.objects.get(object=f"day/{yesterday()}").request_id == click


@pytest.mark.usefixtures("everything_is_large")
def test_a_worker_is_told_of_it(
    books: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    earner()
    before = waiting("billing.jobs")
    with django_capture_on_commit_callbacks(execute=True):
        press(books)
    assert waiting("billing.jobs") == before + 1


@pytest.mark.usefixtures("everything_is_large")
def test_the_page_shows_how_far_it_is_and_has_no_button(
    books: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        earner()
    assert "Close the day" in page(books)
    press(books)
    monkeypatch.setattr(closing, "PORTION", 1)
    closing._pay_portion(yesterday())
    said = page(books)
    assert "1 / 3" in said
    assert "payouts first" in said
    assert "Close the day" not in said


@pytest.mark.usefixtures("everything_is_large")
def test_the_progress_ends_with_the_page_loaded_anew(books: Client) -> None:
    earner()
    press(books)
    assert "0 / 1" in progress(books)[0]
    closing.pay_out(yesterday())
    said, ended = progress(books)
    assert "proved and sealed" in said
    assert not ended
    jobs.close_days()
    said, ended = progress(books)
    assert "The day is closed" in said
    assert ended


@pytest.mark.usefixtures("everything_is_large")
def test_pressing_twice_begins_once_and_the_first_is_on_record(
    books: Client, accountant: User, admin: User, client_for: ClientFor
) -> None:
    earner()
    press(books)
    press(client_for(admin))
    assert CloseRequest.objects.get().requested_by == accountant.public_id
    jobs.close_days()
    assert Payout.objects.count() == 1
    press(client_for(admin))  # closed by now: nothing changes
    assert day().closed_by == accountant.public_id


@pytest.mark.usefixtures("everything_is_large")
def test_a_broker_that_is_away_holds_up_nobody(
    books: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError("no broker")

    monkeypatch.setattr("celery.app.base.Celery.connection_for_write", refuse)
    earner()
    with django_capture_on_commit_callbacks(execute=True):
        press(books)
    assert day().is_closing


def test_the_schedule_closes_in_nobodys_name() -> None:
    earner()
    jobs.close_days()
    assert day().closed_by is None
    assert not CloseRequest.objects.exists()


# --- a ledger that contradicts itself ---


@pytest.fixture
def spoilt() -> None:
    """A dollar that no entry knows of: somebody has been at the tables."""
    earner()
    tamper("UPDATE billing_app_cycle SET earned_cents = earned_cents + 100")


def mend() -> None:
    tamper("UPDATE billing_app_cycle SET earned_cents = earned_cents - 100")


def refused(said: str) -> bool:
    return "contradicts itself" in said and "are not the sums of its entries" in said


@pytest.mark.usefixtures("spoilt")
def test_a_close_that_the_ledger_refuses_says_so(books: Client) -> None:
    press(books)
    assert day().is_closing
    assert not Payout.objects.exists()  # nobody is paid by a balance that nothing proves
    assert refused(page(books))
    said, ended = progress(books)
    assert refused(said)
    assert not ended


@pytest.mark.usefixtures("spoilt")
def test_whoever_closes_it_once_it_is_mended_is_on_record(
    books: Client, admin: User, client_for: ClientFor
) -> None:
    press(books)
    mend()
    press(client_for(admin))
    assert (day().is_closed, day().closed_by) == (True, admin.public_id)
    assert AuditRecord.objects.get(object=f"day/{yesterday()}").actor == admin.public_id


@pytest.mark.usefixtures("spoilt")
def test_what_is_mended_is_said_no_more_while_people_are_paid(
    books: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    press(books)
    mend()
    monkeypatch.setattr(closing, "pay_out", lambda _: said.append(page(books)))
    jobs.close_days()
    assert "0 / 1" in said[0]
    assert not refused(said[0])


@pytest.mark.usefixtures("spoilt", "everything_is_large")
def test_a_worker_that_is_refused_says_it_once_and_tries_again(
    books: Client, caplog: pytest.LogCaptureFixture
) -> None:
    press(books)
    for _ in range(2):
        jobs.close_days()
    assert caplog.text.count("the ledger refuses to close") == 2
    assert SealRefusal.objects.count() == 1
    assert refused(page(books))
    mend()
    jobs.close_days()
    assert day().is_closed
    assert not refused(page(books))
    assert Payout.objects.count() == 1


def test_the_same_reason_is_news_after_it_was_mended() -> None:
    for _ in range(2):
        refusal(yesterday(), "balances")
        mended(yesterday(), "payouts")  # not what it was refused for
        assert newest_reason(yesterday()) == "balances"
        mended(yesterday(), "balances")
        assert newest_reason(yesterday()) == ""
    assert SealRefusal.objects.exclude(reason="").count() == 2


def test_a_refusal_has_the_ledger_proved_so_that_reconciliation_shows_it(books: Client) -> None:
    earner()
    reconcile(Why.SCHEDULE)
    tamper("UPDATE billing_app_cycle SET earned_cents = earned_cents + 100")
    assert reconcile_when_due() is None
    press(books)
    run = reconcile_when_due()
    assert run
    assert run.verdicts["balances"] == 1
    jobs.close_days()
    assert reconcile_when_due() is None


@pytest.mark.usefixtures("spoilt")
def test_the_command_that_is_refused_fails_with_the_reason() -> None:
    with pytest.raises(CommandError, match="are not the sums of its entries"):
        call_command("close_days")


@pytest.mark.usefixtures("spoilt")
def test_the_api_that_is_refused_says_so(accountant: User) -> None:
    answer = caller_for(accountant).post(f"/billing/days/{yesterday()}/close")
    assert (answer.status_code, problem(answer)) == (409, "ledger-refuses")


def test_the_page_says_the_newest_reason_even_if_it_is_an_old_one() -> None:
    for reason in ("balances", "payouts", "payouts", "balances"):
        refusal(yesterday(), reason)
        assert newest_reason(yesterday()) == reason
    assert SealRefusal.objects.count() == 3


@pytest.mark.usefixtures("everything_is_large")
def test_what_the_seal_refuses_is_said_too(books: Client) -> None:
    earner()
    press(books)
    closing.pay_out(yesterday())
    tamper("UPDATE billing_app_payout SET amount_cents = amount_cents + 1")
    jobs.close_days()
    assert day().is_closing
    assert "are not its payout entries" in page(books)


def test_no_day_no_progress(books: Client) -> None:
    assert books.get("/billing/days/1999-01-01/closing/").status_code == 404
