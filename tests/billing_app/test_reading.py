"""Pages ask as many questions of one row as of many, and the lists are answered by indexes."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import DjangoAssertNumQueries

from auth_app.models import User
from billing_app.forms import EntriesForm
from billing_app.models import Account, Debt, Entry, Payout
from billing_app.reports import with_balance
from messaging.business_day import today
from tests.billing_app.test_accountants_pages import close_until_yesterday
from tests.billing_app.test_pages import charge, earn
from tests.conftest import ClientFor, Hire

pytestmark = pytest.mark.django_db

WHO = 4  # the session, the person behind it, their second factor, the number in the menu
PAGES = {
    "/billing/days/": 6,
    "/billing/days/board/": 6,
    f"/billing/days/{today()}/": 4,
    "/billing/accounts/": 2,
    "/billing/accounts/debts/": 3,  # the accounts of those that are shown, not of all in the red
    "/billing/payouts/": 4,
    "/billing/entries/": 3,
    "/billing/entries/late/": 3,
    "/billing/trial-balance/": 5,
}


def live_through(person: User) -> None:
    earn(person, days=1)
    charge(person, days=1)
    charge(person)


@pytest.fixture
def books(client_for: ClientFor, accountant: User) -> Client:
    return client_for(accountant)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_the_same_number_of_questions_however_many_rows(
    books: Client, hire: Hire, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    live_through(hire("Polly"))
    close_until_yesterday()
    with CaptureQueriesContext(connection) as few:
        assert books.get(path).status_code == 200
    for name in ("Rio", "Coco", "Kiki"):
        live_through(hire(name))
    with django_assert_num_queries(len(few)):
        books.get(path)
    assert len(few) <= PAGES[path] + WHO, [query["sql"] for query in few]


LISTS: dict[str, tuple[Callable[[], QuerySet], str]] = {  # type: ignore[type-arg]
    "entries": (lambda: Entry.objects.order_by("-day", "-id")[:51], "entry_newest"),
    "late entries": (lambda: Entry.objects.late().order_by("-day", "-id")[:51], "entry_late"),
    "payouts": (lambda: Payout.objects.order_by("-made_at", "-id")[:51], "payout_newest"),
    "accounts": (
        lambda: with_balance(Account.objects.all()).order_by("name", "id")[:51],
        "account_by_name",
    ),
}


# Autovacuum may have looked at what other tests had written, and the planner would believe it.
_FORGET_STATISTICS = """
SELECT pg_clear_attribute_stats(schemaname, tablename, attname, inherited),
       pg_clear_relation_stats(schemaname, tablename)
  FROM pg_stats WHERE tablename LIKE 'billing_app_%'
"""


def plan(rows: QuerySet) -> str:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_STATISTICS)
        cursor.execute("SET LOCAL enable_seqscan = off")  # the tables of a test are tiny
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    return str(rows.explain())


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_from_its_index(name: str, worker: User) -> None:
    live_through(worker)
    rows, index = LISTS[name]
    assert index in plan(rows())


def test_a_debt_is_read_by_its_account(worker: User) -> None:
    """By whichever index: with the few rows of a test both are as good."""
    live_through(worker)
    found = plan(Debt.objects.filter(account=1))
    assert "Seq Scan on billing_app_cycle" not in found
    assert len(re.findall(r"Index Cond: .*\baccount_id = (?:1\b|COALESCE\()", found)) == 4


@pytest.mark.parametrize(
    ("chosen", "index"), [("account", "entry_by_account"), ("task", "entry_by_task")]
)
def test_entries_of_one_thing_are_read_from_its_index(
    worker: User, chosen: str, index: str
) -> None:
    entry = charge(worker)
    value = entry.task_id if chosen == "task" else worker.public_id
    form = EntriesForm({chosen: str(value)})
    assert form.is_valid()
    assert index in plan(form.rows(Entry.objects.all()).order_by())
