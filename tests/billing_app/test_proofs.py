"""Whoever tampers with the ledger behind its triggers is found out."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from uuid_utils.compat import uuid7

from billing_app import closing
from billing_app.proofs import prove
from messaging.inbox import deliver
from tests.billing_app.facts import assigned, completed, days_ago

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _books() -> None:
    for days in (2, 1, 0):
        for _ in range(3):
            task, worker, at = uuid7(), uuid7(), days_ago(days)
            facts = [assigned(task, worker, at), completed(task, worker, at)]
            deliver("billing", [*facts, assigned(uuid7(), uuid7(), at)])
    closing.close_finished_days()


def tamper(statement: str) -> None:
    """As a superuser who switches the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_honest_ledger_is_proved() -> None:
    assert [check.name for check in prove() if not check.ok] == []
    call_command("reconcile", verbosity=0)


@pytest.mark.parametrize(
    ("statement", "claim"),
    [
        ("UPDATE billing_app_entry SET amount_cents = 4000 WHERE kind = 2", "sums"),
        ("UPDATE billing_app_entry SET occurred_at = now() - interval '9 days'", "chain"),
        (
            "DELETE FROM billing_app_entry WHERE id = (SELECT min(id) FROM billing_app_entry)",
            "chain",
        ),
        ("UPDATE billing_app_cycle SET opening_cents = opening_cents + 1", "opens with"),
        ("UPDATE billing_app_payout SET amount_cents = amount_cents + 1", "one to one"),
        ("UPDATE billing_app_price SET fee_cents = 1000, reward_cents = 2000", "prices"),
        ("UPDATE billing_app_businessday SET fees_cents = 0 WHERE status = 'closed'", "totals"),
        ("UPDATE billing_app_cycle SET charged_cents = charged_cents - 9000", "unpaid"),
        (
            "UPDATE billing_app_businessday SET day = day + 3 WHERE day > current_date",
            "without holes",
        ),
    ],
)
def test_it_finds(statement: str, claim: str) -> None:
    tamper(statement)
    assert claim in " ".join(check.name for check in prove() if not check.ok)
    with pytest.raises(CommandError):
        call_command("reconcile", verbosity=0)
