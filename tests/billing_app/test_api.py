"""The ledger over the API: private to its owner, open to accountants and admins (B5, B7)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from auth_app.models import User
from billing_app import closing
from billing_app.models import Payout
from billing_app.reconciling import Why, reconcile
from messaging.business_day import today
from tests.billing_app.test_pages import charge, earn
from tests.calling import Caller, caller_for, problem

pytestmark = pytest.mark.django_db
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def books(accountant: User) -> Caller:
    return caller_for(accountant)


def usd(cents: int) -> dict[str, Any]:
    return {"cents": cents, "currency": "USD"}


def yesterday() -> str:
    return (today() - timedelta(days=1)).isoformat()


def test_it_tells_ones_balance(worker: User) -> None:
    fee = charge(worker).amount_cents
    assert caller_for(worker).get("/billing/balance").json() == {
        "balance": usd(fee),
        "day": today().isoformat(),
        "charged": usd(-fee),
        "earned": usd(0),
    }


def test_it_tells_what_moved_since_an_early_close(worker: User) -> None:
    earn(worker)
    closing.close(today(), by=None, early=True)
    fee = charge(worker).amount_cents
    found = caller_for(worker).get("/billing/balance").json()
    assert (found["balance"], found["charged"], found["earned"]) == (usd(fee), usd(-fee), usd(0))
    assert found["day"] == (today() + timedelta(days=1)).isoformat()


def test_it_tells_ones_statement_with_signs_as_the_worker_sees_them(worker: User) -> None:
    reward = earn(worker)
    found = caller_for(worker).get("/billing/statement").json()
    assert [entry["kind"] for entry in found["entries"]] == ["fee", "reward"]
    fee = found["entries"][0]["amount"]["cents"]
    assert fee < 0 < reward.amount_cents
    assert found["closing"] == usd(fee + reward.amount_cents)
    assert found["account"] == {"id": str(worker.public_id), "name": worker.name}


def test_an_entry_names_its_task(worker: User) -> None:
    entry = charge(worker, "Polish the perch")
    [line] = caller_for(worker).get("/billing/statement").json()["entries"]
    task = {"id": str(entry.task_id), "jira_id": None, "title": "Polish the perch"}
    assert (line["id"], line["number"]) == (str(entry.source_id), entry.pk)
    assert line["task"] == task
    assert line["occurred_at"].endswith("Z")


def test_it_hides_other_peoples_accounts(worker: User, stranger: User, manager: User) -> None:
    charge(worker)
    for person in (stranger, manager):
        answer = caller_for(person).get("/billing/statement", account=str(worker.public_id))
        assert problem(answer) == "not-found"


def test_accountants_and_admins_see_everyones(books: Caller, admin: User, worker: User) -> None:
    charge(worker)
    for who in (books, caller_for(admin)):
        found = who.get("/billing/statement", account=str(worker.public_id)).json()
        assert (found["account"]["name"], len(found["entries"])) == (worker.name, 1)
    assert problem(books.get("/billing/statement", account=NOBODY)) == "not-found"


@pytest.mark.parametrize("day", ["1999-12-31", "2101-01-01", "yesterday", "2026-02-30", "0"])
def test_a_senseless_day_is_refused(books: Caller, day: str) -> None:
    answer = books.get("/billing/statement", day=day)
    assert answer.json()["errors"][0]["parameter"] == "day"


def test_it_tells_the_companys_days_newest_first(books: Caller, worker: User) -> None:
    earn(worker, days=2)
    found = books.get("/billing/days").json()["items"]
    assert found[0]["day"] == today().isoformat()
    assert len(found) == 3
    oldest = found[-1]
    assert oldest["earned"]["cents"] == oldest["fees"]["cents"] - oldest["rewards"]["cents"]
    assert oldest["adjusted"]["cents"] == 0


def test_it_pages_through_the_days(books: Caller, worker: User) -> None:
    earn(worker, days=2)
    first = books.get("/billing/days", limit=2).json()
    rest = books.get(first["next"].partition("/api/v1")[2]).json()
    days = [day["day"] for day in first["items"] + rest["items"]]
    assert days == sorted(days, reverse=True)
    assert (len(days), rest["next"]) == (3, None)


def test_a_span_of_days_can_be_asked_for(books: Caller, worker: User) -> None:
    earn(worker, days=2)
    found = books.get("/billing/days", to=yesterday(), **{"from": yesterday()}).json()["items"]
    assert [day["day"] for day in found] == [yesterday()]
    backwards = books.get("/billing/days", to=yesterday(), **{"from": today().isoformat()})
    assert problem(backwards) == "invalid"


def test_it_closes_a_day_that_is_over(books: Caller, worker: User) -> None:
    earn(worker, days=1)
    answer = books.post(f"/billing/days/{yesterday()}/close", {})
    assert (answer.status_code, answer.json()["status"]) == (202, "closed")
    assert books.get(f"/billing/days/{yesterday()}").json() == answer.json()
    assert len(answer.json()["digest"]) == 64


def test_closing_again_pays_nothing_again(books: Caller, worker: User) -> None:
    earn(worker, days=1)
    path = f"/billing/days/{yesterday()}/close"
    first, again = (books.post(path, key="close") for _ in range(2))
    assert (again["Idempotency-Replayed"], again.content) == ("true", first.content)
    assert books.post(path).json() == first.json()
    assert Payout.objects.count() == 1


def test_a_day_that_is_not_over_stays_open(books: Caller, worker: User) -> None:
    earn(worker)
    answer = books.post(f"/billing/days/{today()}/close", {"early": True})
    assert (answer.status_code, problem(answer)) == (409, "day-not-over")
    assert not Payout.objects.exists()


@pytest.mark.parametrize("days", [0, 1, 2, 400])
def test_a_day_to_come_is_not_over_whether_the_ledger_knows_it_or_not(
    books: Caller, days: int
) -> None:
    day = today() + timedelta(days=days)
    assert problem(books.post(f"/billing/days/{day}/close", {})) == "day-not-over"


def test_a_day_before_the_calendar_is_none(books: Caller, worker: User) -> None:
    earn(worker)
    assert problem(books.post("/billing/days/2001-01-01/close", {})) == "not-found"


@pytest.mark.parametrize(
    "path",
    [
        "/billing/days?from=&to=",
        "/billing/statement?day=&account=",
        "/billing/payouts?day=&state=&cursor=&limit=",
    ],
)
def test_an_empty_parameter_is_none(path: str, books: Caller) -> None:
    assert books.get(path).status_code == 200


def test_a_demonstration_closes_early(books: Caller, worker: User, settings: Settings) -> None:
    settings.DEMO = True
    earn(worker)
    path = f"/billing/days/{today()}/close"
    assert problem(books.post(path, {})) == "day-not-over"
    assert books.post(path, {"early": True}).json()["status"] == "closed"


def test_earlier_days_come_first(books: Caller, worker: User) -> None:
    earn(worker, days=2)
    assert problem(books.post(f"/billing/days/{yesterday()}/close")) == "earlier-days-open"


def test_it_lists_payouts(books: Caller, worker: User) -> None:
    earn(worker, days=1)
    books.post(f"/billing/days/{yesterday()}/close")
    [payout] = books.get("/billing/payouts", day=yesterday(), state="pending").json()["items"]
    assert payout["account"] == {"id": str(worker.public_id), "name": worker.name}
    assert payout["amount"]["cents"] == Payout.objects.get().amount_cents
    assert (payout["attempts"], payout["sent_at"]) == (0, None)
    assert books.get("/billing/payouts", state="sent").json()["items"] == []


def test_it_tells_what_the_newest_proof_found(books: Caller, worker: User) -> None:
    earn(worker)
    reconcile(Why.SCHEDULE)
    found = books.get("/billing/reconciliation").json()
    assert found["ok"]
    assert {check["name"] for check in found["checks"]} >= {"payouts", "prices", "chain"}
    assert all(check == check | {"ok": True, "difference": 0} for check in found["checks"])


def test_a_new_accountant_waits_until_billing_knows(worker: User) -> None:
    worker.change(role="accountant")
    assert problem(caller_for(worker).get("/billing/days")) == "forbidden"


def test_looking_asks_few_questions(
    books: Caller, worker: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        earn(worker)
    with django_assert_max_num_queries(8, connection=connection):
        books.get("/billing/statement", account=str(worker.public_id))
