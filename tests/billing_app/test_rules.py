"""The database refuses, whoever asks, what would lose or double money.

As the owner of the tables, whom the triggers and constraints stop, and as the application's role,
which often has not even the privilege. TRUNCATE and DDL are the owner's own: of those tell the
proofs and the digests.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from uuid_utils.compat import uuid7

from access import duties
from billing_app import closing
from billing_app.models import BusinessDay, Cycle, Entry
from billing_app.proofs import prove
from messaging.business_day import today
from messaging.inbox import deliver
from supervisor.postgres import APPLICATION, OWNER
from tests.billing_app.facts import assigned, completed, days_ago

pytestmark = pytest.mark.django_db

TODAY = "(now() AT TIME ZONE 'UTC')::date"
YESTERDAY = f"{TODAY} - 1"
REFUSED_TO_ROLE = "permission denied"


def entry(
    amount: int,
    day: str = TODAY,
    kind: int = 1,
    reverses: str = "NULL",
    account: str = "account_id",
) -> str:
    return f"""
        INSERT INTO billing_app_entry
               (account_id, amount_cents, day, kind, source_id, reverses_id, occurred_at)
        SELECT {account}, {amount}, {day}, {kind}, gen_random_uuid(), {reverses}, now()
          FROM billing_app_entry ORDER BY id LIMIT 1;
        SET CONSTRAINTS ALL IMMEDIATE"""


def payout_of(amount: str, day: str = TODAY) -> str:
    """What the close does, for a sum of one's own."""
    return f"""
        WITH made AS (
          INSERT INTO billing_app_payout (id, account_id, day, amount_cents)
          SELECT uuidv7(), account_id, {day}, {amount} FROM billing_app_cycle
           WHERE day = {day} AND closing_cents > 0 LIMIT 1 RETURNING *)
        INSERT INTO billing_app_entry (account_id, amount_cents, day, kind, source_id, occurred_at)
        SELECT account_id, -amount_cents, day, 3, id, now() FROM made"""


RULES: dict[str, list[tuple[str, str]]] = {
    "what is booked or drawn is never edited": [
        ("UPDATE billing_app_entry SET amount_cents = amount_cents + 1", "append-only"),
        ("UPDATE billing_app_entry SET occurred_at = now()", "append-only"),
        ("DELETE FROM billing_app_entry", "append-only"),
        (
            """INSERT INTO billing_app_entry SELECT * FROM billing_app_entry LIMIT 1
               ON CONFLICT (id) DO UPDATE SET amount_cents = 4000""",
            "append-only",
        ),
        (
            """MERGE INTO billing_app_entry e USING (SELECT 1) AS one ON true
               WHEN MATCHED THEN DELETE""",
            "append-only",
        ),
        ("UPDATE billing_app_price SET reward_cents = 4000", "append-only"),
        ("DELETE FROM billing_app_price", "append-only"),
    ],
    "a fact is booked once": [
        (
            """INSERT INTO billing_app_entry
                      (account_id, amount_cents, day, kind, source_id, occurred_at)
               SELECT account_id, amount_cents, day, kind, source_id, now()
                 FROM billing_app_entry ORDER BY id DESC LIMIT 1""",
            "booked_once",
        ),
        (
            """SELECT billing_post(ARRAY[account_id], ARRAY[kind],
                                   ARRAY[CASE amount_cents WHEN -1500 THEN -1600 ELSE -1500 END],
                                   ARRAY[source_id], ARRAY[task_id], ARRAY[event_id],
                                   ARRAY[actor], ARRAY[occurred_at], 'UTC')
                 FROM billing_app_entry WHERE kind = 1""",
            "with other contents",
        ),
    ],
    "sums keep their bounds": [
        (entry(-999), "sign_and_size"),
        (entry(-2001), "sign_and_size"),
        (entry(1500), "sign_and_size"),
        (entry(1999, kind=2), "sign_and_size"),
        (entry(4001, kind=2), "sign_and_size"),
        (entry(100, kind=3), "sign_and_size"),
        (entry(0, kind=4), "sign_and_size"),
        (entry(100, kind=5), "sign_and_size"),
        (
            "INSERT INTO billing_app_price VALUES (gen_random_uuid(), 1050, 2000)",
            "prices_in_whole_dollars",
        ),
        ("INSERT INTO billing_app_price VALUES (gen_random_uuid(), 900, 2000)", "prices_in_range"),
        ("INSERT INTO billing_app_price VALUES (gen_random_uuid(), 1000, 4100)", "prices_in_range"),
    ],
    "closed days never change": [
        (entry(-1500, YESTERDAY), "not open for this entry"),
        (entry(-1500, YESTERDAY, kind=3), "not open for this entry"),
        (f"UPDATE billing_app_businessday SET fees_cents = 0 WHERE day = {YESTERDAY}", "is closed"),
        (f"UPDATE billing_app_businessday SET digest = 'x' WHERE day = {YESTERDAY}", "is closed"),
        (
            f"UPDATE billing_app_businessday SET status = 'open' WHERE day = {YESTERDAY}",
            "is closed",
        ),
        (f"UPDATE billing_app_businessday SET day = day - 9 WHERE day = {YESTERDAY}", "is closed"),
        (f"DELETE FROM billing_app_businessday WHERE day = {YESTERDAY}", "deleted"),
    ],
    "the calendar grows at its end, a day at a time, and every day is born open": [
        (entry(-1500, f"{TODAY} + 400"), "unknown"),
        (f"INSERT INTO billing_app_businessday (day) SELECT {TODAY} + 400", "hole"),
        (f"INSERT INTO billing_app_businessday (day) SELECT {YESTERDAY} - 1", "cannot be born"),
        (
            """INSERT INTO billing_app_businessday (day, status, entries, digest)
                SELECT max(day) + 1, 'closed', 0, 'x' FROM billing_app_businessday""",
            "cannot be born",
        ),
        (
            """INSERT INTO billing_app_businessday (day, status)
               SELECT max(day) + 1, 'closing' FROM billing_app_businessday""",
            "cannot be born",
        ),
        (f"DELETE FROM billing_app_businessday WHERE day > {TODAY}", "deleted"),
        (f"UPDATE billing_app_businessday SET day = day + 9 WHERE day > {TODAY}", "cannot become"),
    ],
    "days close in order, through closing, with what the ledger says": [
        (
            f"UPDATE billing_app_businessday SET status = 'closing' WHERE day = {TODAY} + 1",
            "before the days before it",
        ),
        (
            f"""UPDATE billing_app_businessday SET status = 'closed', entries = 0, digest = 'x'
                 WHERE day = {TODAY}""",
            "cannot become closed",
        ),
        (f"SELECT billing_seal({TODAY}, NULL)", "not closing"),
        (
            f"UPDATE billing_app_businessday SET fees_cents = 5 WHERE day = {TODAY}",
            "no totals before it is closed",
        ),
        (
            f"UPDATE billing_app_businessday SET previous_digest = 'x' WHERE day = {TODAY}",
            "no totals before it is closed",
        ),
    ],
    "balances follow the journal": [
        ("UPDATE billing_app_cycle SET earned_cents = earned_cents + 100", "follow the journal"),
        ("DELETE FROM billing_app_cycle", "follow the journal"),
        (
            f"""INSERT INTO billing_app_cycle (day, account_id, earned_cents)
                SELECT {TODAY} + 1, account_id, 5 FROM billing_app_cycle LIMIT 1""",
            "follow the journal",
        ),
        (
            """SET LOCAL billing.sealing = 'on';
               UPDATE billing_app_cycle SET opening_cents = 100000""",
            "follow the journal",
        ),
    ],
    "a payout is a positive balance, whole, in the close": [
        (entry(-100, kind=3), "not open for this entry"),
        (payout_of("closing_cents"), "not open for this entry"),
        (
            f"""INSERT INTO billing_app_payout (id, account_id, day, amount_cents)
                SELECT uuidv7(), account_id, {TODAY}, 100 FROM billing_app_payout""",
            "without its entry",
        ),
        ("UPDATE billing_app_payout SET amount_cents = amount_cents + 1", "keeps its account"),
        ("UPDATE billing_app_payout SET account_id = account_id + 1", "keeps its account"),
        ("UPDATE billing_app_payout SET day = day + 1", "keeps its account"),
        ("UPDATE billing_app_payout SET id = uuidv7()", "keeps its account"),
        ("DELETE FROM billing_app_payout", "keeps its account"),
        (
            """UPDATE billing_app_payout SET state = 'sent', sent_at = now();
               UPDATE billing_app_payout SET state = 'pending', sent_at = NULL""",
            "stays sent",
        ),
        ("UPDATE billing_app_payout SET state = 'sent'", "sent_when_sent"),
    ],
    "a reversal mirrors one entry, approved": [
        (entry(1500, reverses="id"), "approved correction"),
        (entry(99_999_900, kind=2, reverses="id"), "approved correction"),
    ],
    "an account stays its person's": [
        ("UPDATE billing_app_account SET public_id = gen_random_uuid()", "keeps its person"),
        ("DELETE FROM billing_app_account; SET CONSTRAINTS ALL IMMEDIATE", "foreign key"),
        (entry(-1500, account="-1"), "foreign key"),
    ],
}

IN_THE_CLOSE = [
    (entry(-1500), "not open for this entry"),
    (entry(2500, kind=2), "not open for this entry"),
    (entry(-100, kind=3), "whole balance"),
    (payout_of("1"), "whole balance"),
    (payout_of("closing_cents + 1"), "whole balance"),
    (f"SELECT billing_seal({TODAY}, NULL)", "unpaid positive balance"),
    (
        f"""UPDATE billing_app_businessday SET status = 'closed', entries = 0, digest = 'x'
             WHERE day = {TODAY}""",
        "unpaid positive balance",
    ),
    (
        f"UPDATE billing_app_businessday SET status = 'open' WHERE day = {TODAY}",
        "cannot become open",
    ),
    (
        f"UPDATE billing_app_businessday SET status = 'closing' WHERE day = {TODAY} + 1",
        "before the days before it|one_closing_day",
    ),
]


@pytest.fixture
def books() -> None:
    """Yesterday is closed, with a payout; today is open, with a charge and a reward."""
    task, worker = uuid7(), uuid7()
    deliver("billing", [assigned(task, worker, days_ago(1)), completed(task, worker, days_ago(1))])
    closing.close(today() - timedelta(days=1), by=None)
    deliver("billing", [assigned(uuid7(), worker), completed(uuid7(), uuid7())])


@pytest.fixture(params=[OWNER, APPLICATION])
def as_role(request: Any, books: None) -> Iterator[str]:
    """Who asks: the role's name. Another role is one more parameter."""
    if request.param != OWNER:
        duties.grant(request.param)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {request.param}")
    yield request.param
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def refuse(statement: str, words: str, role: str) -> None:
    expected = words if role == OWNER else f"{words}|{REFUSED_TO_ROLE}"
    with (
        pytest.raises(DatabaseError, match=expected),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        pytest.param(*case, id=f"{rule}-{number}")
        for rule, cases in RULES.items()
        for number, case in enumerate(cases)
    ],
)
def test_it_refuses(statement: str, words: str, as_role: str) -> None:
    refuse(statement, words, as_role)


@pytest.mark.parametrize(("statement", "words"), IN_THE_CLOSE)
def test_it_refuses_in_the_close(statement: str, words: str, as_role: str) -> None:
    closing._begin(today())
    refuse(statement, words, as_role)


@pytest.mark.usefixtures("books")
def test_a_seal_by_hand_is_a_seal() -> None:
    """Whatever the statement says, the day is frozen with what the ledger says."""
    closing._begin(today())
    closing.pay_out(today())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE billing_app_businessday
                   SET status = 'closed', entries = 99, fees_cents = 1, digest = 'forged',
                       previous_digest = 'forged' WHERE day = {TODAY}"""
        )
    assert BusinessDay.objects.get(pk=today()).entries == Entry.objects.filter(day=today()).count()
    assert Cycle.objects.filter(day_id=today() + timedelta(days=1), opening_cents__lt=0).exists()
    assert [check.name for check in prove() if not check.ok] == []


def triggers() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT tgrelid::regclass::text, tgname FROM pg_trigger
                WHERE NOT tgisinternal AND tgenabled = 'O'
                  AND tgrelid::regclass::text LIKE 'billing_app%'"""
        )
        return set(cursor.fetchall())


def test_every_rule_is_in_force() -> None:
    """A later migration that replaces a table must bring its triggers along."""
    expected = {
        "billing_app_account": "keeps_its_person",
        "billing_app_businessday": "born_open carry_over in_order without_holes",
        "billing_app_cycle": "follows_journal",
        "billing_app_entry": "append_only wait_for_close keep_balances then_check",
        "billing_app_payout": "payout_stays with_its_entry",
        "billing_app_price": "append_only",
    }
    wanted = {(table, name) for table, names in expected.items() for name in re.split(" ", names)}
    assert wanted <= triggers()
