"""Reconciliation is kept: when it is due, what it found, and that nobody can edit it."""

from contextlib import closing as closing_of
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from uuid_utils.compat import uuid7

from billing_app import closing, reconciling
from billing_app.claims import CLAIMS
from billing_app.locks import POSTING_TURN, RECONCILING
from billing_app.models import AuditRecord, Entry, Reconciliation
from messaging.business_day import today
from messaging.inbox import deliver
from tests.billing_app import races
from tests.billing_app.facts import assigned, completed, days_ago

pytestmark = pytest.mark.django_db
Why = Reconciliation.Why


def work(days: float = 0) -> None:
    task, worker, at = uuid7(), uuid7(), days_ago(days)
    deliver("billing", [assigned(task, worker, at), completed(task, worker, at)])


def tamper(statement: str) -> None:
    """As a superuser who switches the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_run_is_kept_with_every_verdict() -> None:
    work()
    run = reconciling.reconcile(Why.SCHEDULE)
    assert (run.ok, run.count, run.day) == (True, 0, None)
    assert set(run.verdicts) == set(CLAIMS)
    assert run.seconds > 0


def test_a_tampered_row_is_named() -> None:
    work()
    tamper("UPDATE billing_app_entry SET amount_cents = -1100 WHERE kind = 1")
    tamper("UPDATE billing_app_cycle SET charged_cents = 1000")
    run = reconciling.reconcile(Why.SCHEDULE)
    entry = Entry.objects.get(kind=1)
    differences = run.differences.filter(claim="balances", account=entry.account)
    assert not run.ok
    assert f"{entry.account}, {today()}: entries say $" in differences.get().what


def test_a_deleted_entry_is_found() -> None:
    work(days=1)
    closing.close_finished_days()
    tamper("DELETE FROM billing_app_entry WHERE kind = 1")
    run = reconciling.reconcile(Why.SCHEDULE)
    refuted = {key for key, count in run.verdicts.items() if count}
    assert refuted >= {"balances", "holdings", "totals", "chain"}


def test_a_lost_leg_is_found() -> None:
    work()
    tamper("SET CONSTRAINTS ALL IMMEDIATE")
    tamper("ALTER TABLE billing_app_entry DROP CONSTRAINT sign_and_size_by_kind")
    tamper("UPDATE billing_app_entry SET kind = 7 WHERE kind = 1")
    assert {"legs"} <= {c.claim for c in reconciling.reconcile(Why.PERSON).differences.all()}


def test_the_first_hundred_are_kept_and_all_are_counted() -> None:
    deliver("billing", [assigned(uuid7(), uuid7()) for _ in range(103)])
    tamper("UPDATE billing_app_cycle SET charged_cents = charged_cents + 1")
    run = reconciling.reconcile(Why.SCHEDULE)
    assert run.verdicts["balances"] == 103
    assert run.differences.filter(claim="balances").count() == 100


def test_one_day_can_be_proved_alone() -> None:
    work(days=1)
    work()
    tamper(f"UPDATE billing_app_cycle SET earned_cents = 1 WHERE day = '{today()}'")
    yesterday = reconciling.reconcile(Why.PERSON, day=today() - timedelta(days=1))
    assert yesterday.ok
    assert "holdings" not in yesterday.verdicts
    assert not reconciling.reconcile(Why.PERSON, day=today()).ok


def test_it_is_due_every_hour() -> None:
    assert (first := reconciling.reconcile_when_due())
    assert first.why == Why.SCHEDULE
    assert reconciling.reconcile_when_due() is None
    tamper("UPDATE billing_app_reconciliation SET checked_at = checked_at - interval '61 minutes'")
    assert reconciling.reconcile_when_due()


def test_it_is_due_after_each_close() -> None:
    work(days=1)
    reconciling.reconcile_when_due()
    closing.close_finished_days()
    assert (run := reconciling.reconcile_when_due())
    assert (run.why, run.closed_through) == (Why.CLOSE, today() - timedelta(days=1))
    assert reconciling.reconcile_when_due() is None


def test_it_is_due_when_somebody_asks() -> None:
    reconciling.reconcile_when_due()
    person = uuid7()
    reconciling.ask(person)
    assert AuditRecord.objects.get().action == "reconciliation_requested"
    tamper("UPDATE billing_app_checkrequest SET requested_at = clock_timestamp()")
    assert (run := reconciling.reconcile_when_due())
    assert (run.why, run.asked_by) == (Why.PERSON, person)


def test_a_day_proved_alone_is_no_whole_reconciliation() -> None:
    reconciling.reconcile(Why.PERSON, day=today())
    assert Reconciliation.objects.newest() is None
    assert reconciling.reconcile_when_due()


def test_two_do_not_reconcile_at_once() -> None:
    other = connection.copy()
    with closing_of(other), other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [RECONCILING])
        assert reconciling.reconcile_when_due() is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_app_reconciliation SET ok = true",
        "DELETE FROM billing_app_reconciliation",
        "UPDATE billing_app_difference SET here = there",
        "DELETE FROM billing_app_difference",
        "UPDATE billing_app_audit SET actor = gen_random_uuid()",
        "DELETE FROM billing_app_audit",
        "DELETE FROM billing_app_checkrequest",
        "UPDATE billing_app_closerequest SET requested_by = gen_random_uuid()",
        "DELETE FROM billing_app_closerequest",
        "UPDATE billing_app_sealrefusal SET reason = ''",
        "DELETE FROM billing_app_sealrefusal",
    ],
)
def test_what_is_on_record_stays(statement: str) -> None:
    work()
    reconciling.ask(uuid7())
    reconciling.reconcile(Why.SCHEDULE)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_command_has_a_line_for_each_claim_and_fails_on_a_difference() -> None:
    work()
    said = StringIO()
    call_command("reconcile", stdout=said)
    assert len(said.getvalue().splitlines()) == len(CLAIMS)
    tamper("UPDATE billing_app_cycle SET earned_cents = 1")
    with pytest.raises(CommandError, match="contradicts itself"):
        call_command("reconcile", f"--day={today()}", stdout=said, verbosity=2)
    assert "the balance says" in said.getvalue()
    assert Reconciliation.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_posting_goes_on_while_the_ledger_is_proved() -> None:
    with races.holding(f"SELECT pg_advisory_xact_lock({RECONCILING})"):
        outcome = deliver("billing", [assigned(uuid7(), uuid7())])
    assert len(outcome.applied) == 1


@pytest.mark.django_db(transaction=True)
def test_the_ledger_is_proved_while_a_batch_is_posted() -> None:
    with races.holding(f"SELECT pg_advisory_xact_lock({POSTING_TURN})"):
        assert reconciling.reconcile_when_due()
