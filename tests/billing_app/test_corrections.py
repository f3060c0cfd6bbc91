"""A booked mistake is reversed: one person asks, another decides, nobody for their own account."""

from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation
from uuid_utils.compat import uuid7

from billing_app import closing, correcting
from billing_app.models import AuditRecord, Correction, Cycle, Entry, Kind
from billing_app.proofs import prove
from billing_app.reports import balance_cents
from messaging.business_day import today
from messaging.inbox import deliver
from tests.billing_app.facts import assigned, completed, days_ago
from tests.delivery import published

pytestmark = pytest.mark.django_db

ASKS, DECIDES = uuid7(), uuid7()


def fee(worker: UUID | None = None, days: float = 0) -> Entry:
    deliver("billing", [assigned(uuid7(), worker or uuid7(), days_ago(days))])
    return Entry.objects.latest("id")


def reward(worker: UUID | None = None) -> Entry:
    deliver("billing", [completed(uuid7(), worker or uuid7())])
    return Entry.objects.latest("id")


def ask(entry: Entry) -> Correction:
    return correcting.request(entry, "Charged twice by mistake", ASKS)


def correct(entry: Entry) -> Entry:
    return correcting.approve(ask(entry), DECIDES)


def refuted() -> list[str]:
    return [check.key for check in prove() if not check.ok]


def refused(statement: str, *values: Any) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_an_approved_correction_books_the_opposite() -> None:
    wrong = fee()
    reversal = correct(wrong)
    assert (reversal.amount_cents, reversal.kind) == (-wrong.amount_cents, wrong.kind)
    assert (reversal.reverses_id, reversal.account_id) == (wrong.pk, wrong.account_id)
    assert reversal.task_id == wrong.task_id
    assert balance_cents(wrong.account.public_id) == 0
    assert refuted() == []


def test_the_balance_follows_by_kind() -> None:
    wrong = reward()
    correct(wrong)
    cycle = Cycle.objects.get(account=wrong.account)
    assert (cycle.earned_cents, cycle.adjusted_cents, cycle.closing_cents) == (0, 0, 0)


def test_it_tells_of_the_reversal_with_its_sign() -> None:
    wrong = fee()
    reversal = correct(wrong)
    told = published("billing.entry_posted")[-1]
    assert (told["entry_id"], told["kind"]) == (reversal.pk, "fee")
    assert told["amount_cents"] == -wrong.amount_cents


def test_a_closed_day_stays_closed_and_the_reversal_goes_to_the_oldest_open_one() -> None:
    wrong = fee(days=1)
    closing.close_finished_days()
    debt = balance_cents(wrong.account.public_id)
    assert correct(wrong).day == today()
    assert balance_cents(wrong.account.public_id) == debt - wrong.amount_cents == 0
    assert refuted() == []


def test_a_reversed_fee_is_paid_out_at_the_close() -> None:
    worker = uuid7()
    paid = reward(worker)
    wrong = fee(worker)
    correct(wrong)
    closing.close(today(), by=None, early=True)
    assert published("billing.payout_made")[0]["amount_cents"] == paid.amount_cents
    assert refuted() == []


def test_a_rejected_correction_changes_nothing_and_may_be_asked_for_again() -> None:
    wrong = fee()
    correcting.reject(ask(wrong), DECIDES)
    assert Entry.objects.count() == 1
    assert correct(wrong).reverses_id == wrong.pk


def test_a_withdrawn_correction_changes_nothing_and_may_be_asked_for_again() -> None:
    wrong = fee()
    correcting.withdraw(ask(wrong), ASKS)
    assert Entry.objects.count() == 1
    assert [record.action for record in AuditRecord.objects.order_by("id")] == [
        "correction_requested",
        "correction_withdrawn",
    ]
    assert correct(wrong).reverses_id == wrong.pk
    assert refuted() == []


def test_only_who_asked_withdraws() -> None:
    asked = ask(fee())
    with pytest.raises(DatabaseError, match="four_eyes"), transaction.atomic():
        correcting.withdraw(asked, DECIDES)


def test_what_is_withdrawn_is_not_approved() -> None:
    asked = ask(fee())
    correcting.withdraw(asked, ASKS)
    with pytest.raises(correcting.AlreadyDecided):
        correcting.approve(asked, DECIDES)
    refused("SELECT billing_reverse(%s, %s, 'UTC')", asked.pk, DECIDES)
    assert Entry.objects.count() == 1


def test_what_is_decided_is_not_withdrawn() -> None:
    asked = ask(fee())
    correcting.approve(asked, DECIDES)
    with pytest.raises(correcting.AlreadyDecided):
        correcting.withdraw(asked, ASKS)
    refused("UPDATE billing_app_correction SET state = 'withdrawn', decided_by = requested_by")


def test_it_is_decided_once() -> None:
    asked = ask(fee())
    correcting.approve(asked, DECIDES)
    with pytest.raises(correcting.AlreadyDecided):
        correcting.approve(asked, DECIDES)
    with pytest.raises(correcting.AlreadyDecided):
        correcting.reject(asked, DECIDES)
    assert Entry.objects.count() == 2


def test_an_entry_is_corrected_once() -> None:
    wrong = fee()
    ask(wrong)
    with pytest.raises(correcting.AlreadyCorrected):
        ask(wrong)


def test_every_step_is_in_the_audit_log() -> None:
    wrong = fee()
    reversal = correct(wrong)
    asked, approved = AuditRecord.objects.order_by("id")
    assert (asked.action, asked.actor) == ("correction_requested", ASKS)
    assert (approved.action, approved.actor) == ("correction_approved", DECIDES)
    assert approved.object == f"entry/{wrong.pk}"
    assert asked.after
    assert approved.before == asked.after
    assert approved.after == asked.after | {"state": "approved", "reversal": reversal.pk}
    assert approved.reason == asked.reason == "Charged twice by mistake"


def test_nobody_decides_alone() -> None:
    asked = ask(fee())
    with pytest.raises(DatabaseError, match="four_eyes"), transaction.atomic():
        correcting.approve(asked, ASKS)
    with pytest.raises(DatabaseError, match="four_eyes"), transaction.atomic():
        correcting.reject(asked, ASKS)


def test_nobody_corrects_their_own_account() -> None:
    entry = fee(ASKS)
    with pytest.raises(DatabaseError, match="own account"), transaction.atomic():
        ask(entry)
    asked = ask(fee(DECIDES))
    with pytest.raises(DatabaseError, match="own account"), transaction.atomic():
        correcting.approve(asked, DECIDES)


def test_neither_payouts_nor_reversals_are_reversed() -> None:
    entry = fee()
    reversal = correct(entry)
    reward()
    closing.close(today(), by=None, early=True)
    for stays in (reversal, Entry.objects.get(kind=3)):
        with pytest.raises(DatabaseError, match="it stays"), transaction.atomic():
            ask(stays)


def test_a_reason_is_needed() -> None:
    with pytest.raises(DatabaseError, match="reason"), transaction.atomic():
        correcting.request(fee(), "  ", ASKS)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_app_correction SET reason = 'another'",
        "UPDATE billing_app_correction SET requested_by = gen_random_uuid()",
        "UPDATE billing_app_correction SET state = 'approved'",
        "DELETE FROM billing_app_correction",
        """INSERT INTO billing_app_correction
                  (id, entry_id, reason, requested_by, state, decided_by, decided_at)
           SELECT gen_random_uuid(), id, 'because', gen_random_uuid(), 'approved',
                  gen_random_uuid(), now() FROM billing_app_entry""",
    ],
)
def test_the_database_refuses(statement: str) -> None:
    ask(fee())
    refused(statement)


def test_a_decision_stays() -> None:
    correcting.reject(ask(fee()), DECIDES)
    refused("UPDATE billing_app_correction SET state = 'requested', decided_by = NULL")
    refused("UPDATE billing_app_correction SET state = 'approved'")


REVERSAL = """
INSERT INTO billing_app_entry (account_id, amount_cents, day, kind, source_id, reverses_id,
                               occurred_at)
SELECT account_id, {amount}, day, kind, {source}, id, now() FROM billing_app_entry
"""


@pytest.mark.parametrize("decided", [True, False])
def test_no_reversal_without_an_approved_correction(decided: bool) -> None:
    asked = ask(fee())
    if decided:
        correcting.reject(asked, DECIDES)
    refused(REVERSAL.format(amount="-amount_cents", source="gen_random_uuid()"))
    refused(REVERSAL.format(amount="-amount_cents", source=f"'{asked.pk}'"))


def test_a_reversal_is_the_exact_opposite() -> None:
    asked = ask(fee())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_app_correction SET state = 'approved', decided_by = %s,"
            " decided_at = now()",
            [DECIDES],
        )
    refused(REVERSAL.format(amount="-amount_cents + 1", source=f"'{asked.pk}'"))
    assert refuted() == ["corrections"]


def test_in_russian_its_states_agree_with_it_and_no_adjustment_is_called_like_it() -> None:
    with translation.override("ru"):
        states = [str(state.label) for state in Correction.State]
        assert states == ["ждёт решения", "одобрена", "отклонена", "отозвана"]
        assert str(Kind.ADJUSTMENT.label) == "поправка"
