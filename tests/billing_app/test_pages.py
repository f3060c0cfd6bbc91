"""Money on pages: private to its owner, open to accountants and admins (B5, B7)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from uuid_utils.compat import uuid7

from auth_app.models import User
from billing_app import closing
from billing_app.models import BusinessDay, Entry, Payout, Price
from messaging.business_day import today
from messaging.inbox import deliver
from tests.billing_app.facts import assigned, completed, created, days_ago
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db


def charge(person: User, title: str = "Feed the parrot", days: float = 0) -> Entry:
    task, at = uuid7(), days_ago(days)
    deliver("billing", [created(task, title, at), assigned(task, person.public_id, at)])
    return Entry.objects.latest("id")


def earn(person: User, days: float = 0) -> Entry:
    """More than the fee: both may be drawn as 20 $, and then nobody is paid."""
    task, at = uuid7(), days_ago(days)
    Price.objects.create(task_id=task, fee_cents=1700, reward_cents=2300)
    facts = [assigned(task, person.public_id, at), completed(task, person.public_id, at)]
    deliver("billing", facts)
    return Entry.objects.latest("id")


@pytest.fixture
def books(client_for: ClientFor, accountant: User) -> Client:
    return client_for(accountant)


def test_everybody_sees_their_own_account(worker: User, client_for: ClientFor) -> None:
    charge(worker, "Polish the perch")
    page = client_for(worker).get("/billing/").content.decode()
    assert "Polish the perch" in page
    assert "Why?" in page


def test_it_hides_other_peoples_accounts(
    worker: User, stranger: User, client_for: ClientFor
) -> None:
    entry = charge(worker)
    client = client_for(stranger)
    statement = reverse("billing:statement", args=[worker.public_id])
    assert client.get(statement).status_code == 404
    assert client.get(reverse("billing:entry", args=[entry.pk])).status_code == 404
    assert client.get(f"/billing/accounts/{worker.public_id}/export/").status_code == 404
    assert client.get(f"/billing/accounts/{worker.public_id}/").status_code == 403


def test_accountants_see_everyones_accounts(books: Client, worker: User) -> None:
    charge(worker, "Polish the perch")
    page = books.get(f"/billing/accounts/{worker.public_id}/").content.decode()
    assert "Polish the perch" in page


def test_the_balance_is_a_fragment_that_says_304_while_unchanged(
    worker: User, client_for: ClientFor
) -> None:
    client = client_for(worker)
    first = client.get("/billing/balance/")
    again = client.get("/billing/balance/", headers={"HX-PTag": first["HX-PTag"]})
    charge(worker)
    changed = client.get("/billing/balance/", headers={"HX-PTag": first["HX-PTag"]})
    assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)


def test_it_says_why_money_moved(worker: User, client_for: ClientFor) -> None:
    entry = charge(worker, "Polish the perch")
    page = client_for(worker).get(f"/billing/entries/{entry.pk}/").content.decode()
    assert "because a task was assigned" in page
    assert "Polish the perch" in page


def test_a_statement_of_a_day_that_is_none_is_422_and_shows_today(
    worker: User, client_for: ClientFor
) -> None:
    answer = client_for(worker).get("/billing/?day=yesterday")
    assert answer.status_code == 422
    assert "Enter a valid date" in answer.content.decode()


def test_the_board_shows_what_management_earned(books: Client, worker: User) -> None:
    fee = -charge(worker).amount_cents
    page = books.get("/billing/days/").content.decode()
    assert f"${fee / 100:.2f}" in page


def test_the_accountant_closes_a_day_that_is_over(books: Client, worker: User) -> None:
    earn(worker, days=1)
    day = today() - timedelta(days=1)
    answer = books.post(f"/billing/days/{day}/close/")
    assert answer.status_code == 302
    assert BusinessDay.objects.get(pk=day).closed_by is not None
    assert Payout.objects.count() == 1


def test_a_day_that_is_not_over_is_409(books: Client, worker: User, settings: Settings) -> None:
    settings.DEMO = False
    earn(worker)
    answer = books.post(f"/billing/days/{today()}/close/", {"early": "on"})
    assert answer.status_code == 409
    assert "not over yet" in answer.content.decode()


def test_a_demonstration_may_close_today(books: Client, worker: User, settings: Settings) -> None:
    settings.DEMO = True
    earn(worker)
    assert books.post(f"/billing/days/{today()}/close/", {"early": "on"}).status_code == 302


def test_a_worker_closes_nothing(worker: User, client_for: ClientFor) -> None:
    earn(worker, days=1)
    day = today() - timedelta(days=1)
    assert client_for(worker).post(f"/billing/days/{day}/close/").status_code == 403
    assert BusinessDay.objects.get(pk=day).status == "open"


def test_an_unknown_day_is_404(books: Client) -> None:
    assert books.get("/billing/days/1999-01-01/").status_code == 404
    assert books.get("/billing/days/2026-02-31/").status_code == 404
    assert books.post("/billing/days/1999-01-01/close/").status_code == 404
    assert not BusinessDay.objects.exists()


def test_the_accounts_can_be_narrowed_to_those_in_the_red(
    books: Client, worker: User, colleague: User
) -> None:
    charge(worker)
    earn(colleague)
    page = books.get("/billing/accounts/?balance=red").content.decode()
    assert worker.name in page
    assert colleague.name not in page


def test_the_payouts_are_listed_and_exported(books: Client, worker: User) -> None:
    earn(worker, days=1)
    closing.close(today() - timedelta(days=1), by=None)
    assert worker.name in books.get("/billing/payouts/").content.decode()
    exported = b"".join(books.get("/billing/payouts/export/")).decode()
    assert str(Payout.objects.get().amount_cents) in exported


def test_a_failed_notice_can_be_sent_again(books: Client, worker: User) -> None:
    earn(worker, days=1)
    closing.close(today() - timedelta(days=1), by=None)
    Payout.objects.update(state="failed", attempts=10)
    books.post("/billing/payouts/retry/")
    assert Payout.objects.get().attempts == 0


def test_the_exports_carry_the_zone_and_keep_numbers_numbers(books: Client, worker: User) -> None:
    fee = charge(worker, "=1+1").amount_cents
    path = f"/billing/accounts/{worker.public_id}/export/"
    text = b"".join(books.get(path)).decode()
    assert "UTC" in text
    assert f"'=1+1,{fee},{fee / 100:.2f},{fee}" in text


def test_it_says_whether_a_reward_is_booked(worker: User, client_for: ClientFor) -> None:
    task, at, client = uuid7(), days_ago(0), client_for(worker, htmx=True)
    address = reverse("billing:reward", args=[task])
    deliver("billing", [assigned(task, worker.public_id, at)])
    waiting = client.get(address)
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    assert not waiting.has_header("HX-Trigger")
    deliver("billing", [completed(task, worker.public_id, at)])
    booked = client.get(address)
    entry = Entry.objects.latest("id")
    assert f'href="/billing/entries/{entry.pk}/"' in booked.content.decode()
    assert "booked" in booked["HX-Trigger"]
    assert "hx-trigger" not in booked.content.decode()


def test_it_asks_for_half_a_minute_and_then_leaves_it(worker: User, client_for: ClientFor) -> None:
    address, client = reverse("billing:reward", args=[uuid7()]), client_for(worker)
    assert "?asked=2" in client.get(f"{address}?asked=1").content.decode()
    assert "hx-trigger" not in client.get(f"{address}?asked=15").content.decode()
    assert "?asked=1" in client.get(f"{address}?asked=many").content.decode()


def test_the_reward_of_somebody_else_is_not_told(
    worker: User, stranger: User, client_for: ClientFor
) -> None:
    earned = earn(worker)
    address = reverse("billing:reward", args=[earned.task_id])
    assert "being booked" in client_for(stranger).get(address).content.decode()


def test_what_was_earned_after_an_early_close_was_not_carried_over(
    worker: User, client_for: ClientFor
) -> None:
    earn(worker)
    closing.close(today(), by=None, early=True)
    earn(worker)
    context = client_for(worker).get("/billing/balance/").context
    assert context["carried_cents"] == 0
    assert context["balance_cents"] == context["cycle"].closing_cents > 0


def test_the_balance_is_a_receipt(worker: User, client_for: ClientFor) -> None:
    charge(worker, days=1)
    charge(worker)
    earn(worker)
    context = client_for(worker).get("/billing/balance/").context
    cycle = context["cycle"]
    moved = cycle.earned_cents - cycle.charged_cents
    assert context["carried_cents"] + moved == context["balance_cents"]
    assert context["carried_cents"] < 0
