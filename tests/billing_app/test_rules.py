"""The database refuses, whoever asks, what would lose or double money."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from uuid_utils.compat import uuid7

from billing_app import closing
from billing_app.models import BusinessDay, Entry
from messaging.business_day import today
from messaging.inbox import deliver
from tests.billing_app.facts import assigned, completed, days_ago

pytestmark = pytest.mark.django_db

YESTERDAY = "(now() AT TIME ZONE 'UTC')::date - 1"
TODAY = "(now() AT TIME ZONE 'UTC')::date"
INSERT_ENTRY = """
INSERT INTO billing_app_entry (account_id, amount_cents, day, kind, source_id, occurred_at)
SELECT account_id, {amount}, {day}, {kind}, gen_random_uuid(), now() FROM billing_app_entry LIMIT 1
"""


@pytest.fixture
def books() -> None:
    """Yesterday is closed, with a payout; today is open, with a charge."""
    task, worker = uuid7(), uuid7()
    deliver("billing", [assigned(task, worker, days_ago(1)), completed(task, worker, days_ago(1))])
    closing.close(today() - timedelta(days=1), by=None)
    deliver("billing", [assigned(uuid7(), worker)])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_app_entry SET amount_cents = amount_cents + 1",
        "DELETE FROM billing_app_entry",
        "UPDATE billing_app_price SET reward_cents = 4000",
        "DELETE FROM billing_app_price",
        "UPDATE billing_app_payout SET amount_cents = amount_cents + 1",
        "DELETE FROM billing_app_payout",
        "UPDATE billing_app_cycle SET earned_cents = earned_cents + 100",
        "DELETE FROM billing_app_cycle",
        f"""INSERT INTO billing_app_cycle (day, account_id, earned_cents)
            SELECT {TODAY} + 1, account_id, 5 FROM billing_app_cycle LIMIT 1""",
        "DELETE FROM billing_app_businessday",
        f"UPDATE billing_app_businessday SET fees_cents = 0 WHERE day = {YESTERDAY}",
        f"UPDATE billing_app_businessday SET status = 'open' WHERE day = {YESTERDAY}",
        f"UPDATE billing_app_businessday SET status = 'closing' WHERE day = {TODAY} + 1",
        f"SELECT billing_seal({TODAY}, NULL)",
        INSERT_ENTRY.format(amount=-1500, day=YESTERDAY, kind=1),
        INSERT_ENTRY.format(amount=-1500, day=f"{TODAY} + 400", kind=1),
        INSERT_ENTRY.format(amount=-900, day=TODAY, kind=1),
        INSERT_ENTRY.format(amount=-2100, day=TODAY, kind=1),
        INSERT_ENTRY.format(amount=1500, day=TODAY, kind=1),
        INSERT_ENTRY.format(amount=1900, day=TODAY, kind=2),
        INSERT_ENTRY.format(amount=4100, day=TODAY, kind=2),
        INSERT_ENTRY.format(amount=-100, day=TODAY, kind=3),
        INSERT_ENTRY.format(amount=0, day=TODAY, kind=4),
        INSERT_ENTRY.format(amount=100, day=TODAY, kind=5),
        """INSERT INTO billing_app_price (task_id, fee_cents, reward_cents)
           VALUES (gen_random_uuid(), 1050, 2000)""",
        """INSERT INTO billing_app_price (task_id, fee_cents, reward_cents)
           VALUES (gen_random_uuid(), 900, 2000)""",
        """INSERT INTO billing_app_payout (id, account_id, day, amount_cents)
           SELECT gen_random_uuid(), account_id, day, 100 FROM billing_app_payout""",
    ],
)
@pytest.mark.usefixtures("books")
def test_it_refuses(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.usefixtures("books")
def test_it_refuses_to_book_a_source_twice() -> None:
    booked = Entry.objects.filter(kind=1).latest("id")
    twice = Entry(account=booked.account, amount_cents=-1500, day=booked.day, kind=1)
    twice.source_id, twice.occurred_at = booked.source_id, booked.occurred_at
    with pytest.raises(DatabaseError), transaction.atomic():
        twice.save()


@pytest.mark.usefixtures("books")
def test_it_refuses_to_seal_an_unpaid_balance() -> None:
    task, worker = uuid7(), uuid7()
    deliver("billing", [completed(task, worker)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT billing_begin_close(%s)", [today()])
        with pytest.raises(DatabaseError, match="unpaid"), transaction.atomic():
            cursor.execute("SELECT billing_seal(%s, NULL)", [today()])
    assert BusinessDay.objects.get(pk=today()).status == "closing"
