"""The application's own database role cannot touch what has been booked, told or applied."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from uuid_utils.compat import uuid7

from access import duties
from billing_app import closing, correcting, reconciling
from billing_app.models import Entry, Payout, Reconciliation
from billing_app.proofs import prove
from messaging.business_day import today
from messaging.inbox import deliver
from supervisor.postgres import APPLICATION
from tests.billing_app.facts import assigned, completed

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_application() -> Iterator[None]:
    """What follows is done as the application's role."""
    duties.grant(APPLICATION)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APPLICATION}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_app_entry SET amount_cents = -1100",
        "DELETE FROM billing_app_entry",
        "TRUNCATE billing_app_entry",
        "ALTER TABLE billing_app_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER append_only ON billing_app_entry",
        "SET session_replication_role = replica",
        "UPDATE billing_app_price SET fee_cents = 1000",
        "INSERT INTO billing_app_cycle (day, account_id, earned_cents) VALUES (now(), 1, 100)",
        """SELECT set_config('billing.sealing', 'on', true);
           UPDATE billing_app_cycle SET earned_cents = 100000""",
        "UPDATE billing_app_businessday SET status = 'closing'",
        "DELETE FROM billing_app_businessday",
        """INSERT INTO billing_app_payout (id, account_id, day, amount_cents)
           VALUES (gen_random_uuid(), 1, now(), 5)""",
        "UPDATE billing_app_audit SET reason = 'another'",
        "DELETE FROM billing_app_audit",
        "TRUNCATE billing_app_audit",
        "UPDATE auth_app_audit SET reason = 'another'",
        "DELETE FROM auth_app_audit",
        "TRUNCATE auth_app_audit",
        "UPDATE operator_deed SET reason = 'another'",
        "DELETE FROM operator_deed",
        "TRUNCATE operator_deed",
        "DELETE FROM billing_app_reconciliation",
        "DELETE FROM billing_app_difference",
        "DELETE FROM billing_app_correction",
        "UPDATE outbox_event SET data = '{}'",
        "DELETE FROM outbox_event",
        "DELETE FROM inbox_event",
        "DELETE FROM outbox_delivery",
        "TRUNCATE outbox_delivery",
        "DELETE FROM dead_letter",
        "TRUNCATE dead_letter",
        "UPDATE tasks_app_assignment SET account_id = gen_random_uuid()",
        "DELETE FROM tasks_app_assignment",
        "TRUNCATE tasks_app_assignment",
        "CREATE TABLE mine (id int)",
    ],
)
@pytest.mark.usefixtures("as_application")
def test_the_application_is_refused(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.usefixtures("as_application")
def test_the_application_lives_through_a_business_day() -> None:
    task, worker = uuid7(), uuid7()
    deliver("billing", [assigned(task, worker), completed(task, worker)])
    closing.close(today(), by=None, early=True)
    assert Payout.objects.update(state="failed") == 1
    assert Entry.objects.count() == 3
    assert all(check.ok for check in prove())


@pytest.mark.usefixtures("as_application")
def test_the_application_corrects_and_reconciles() -> None:
    deliver("billing", [assigned(uuid7(), uuid7())])
    wrong = Entry.objects.get()
    correcting.approve(correcting.request(wrong, "Charged twice", uuid7()), uuid7())
    assert Entry.objects.filter(reverses=wrong).exists()
    reconciling.ask(uuid7())
    assert reconciling.reconcile(Reconciliation.Why.PERSON).ok


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(duties.UnknownRole):
        duties.grant("nobody_of_that_name")
