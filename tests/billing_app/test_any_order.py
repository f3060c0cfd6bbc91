"""Whatever order, however often: the ledger ends in the same state (E3, property-based)."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from billing_app.models import Entry, Price
from billing_app.proofs import prove
from billing_app.reports import balance_cents
from messaging.inbox import deliver
from tests.billing_app.facts import assigned, completed, created

pytestmark = pytest.mark.django_db


class Undo(Exception):
    """Ends an example's transaction."""


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """What the tracker tells of a few tasks and people, shuffled, with repetitions."""
    people = [uuid7() for _ in range(draw(st.integers(1, 3)))]
    facts: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 4))):
        task, holders = uuid7(), draw(st.lists(st.sampled_from(people), min_size=1, max_size=4))
        facts += [created(task), *(assigned(task, holder) for holder in holders)]
        facts += [completed(task, holders[-1])] if draw(st.booleans()) else []
    repeated = draw(st.lists(st.sampled_from(facts), max_size=5))
    return draw(st.permutations([*facts, *repeated]))


def expected(facts: list[dict[str, Any]]) -> Counter[UUID]:
    """The reference: each distinct fact moves its task's price once."""
    balances: Counter[UUID] = Counter()
    for fact in {fact["event_id"]: fact for fact in facts}.values():
        data, kind = fact["data"], fact["event_name"]
        price = Price.objects.get(pk=data["task_id"])
        if kind == "tasks.task_assigned":
            balances[UUID(data["account_id"])] -= price.fee_cents
        if kind == "tasks.task_completed":
            balances[UUID(data["account_id"])] += price.reward_cents
    return balances


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories(), cuts=st.lists(st.integers(1, 7), max_size=12))
def test_balances_follow_from_the_facts_alone(
    history: list[dict[str, Any]], cuts: list[int]
) -> None:
    try:
        with transaction.atomic():
            rest = history
            for cut in [*cuts, len(history)]:
                deliver("billing", rest[:cut])
                rest = rest[cut:]
            for account, cents in expected(history).items():
                assert balance_cents(account) == cents
            moves = ("tasks.task_assigned", "tasks.task_completed")
            moved = {f["event_id"] for f in history if f["event_name"] in moves}
            assert Entry.objects.count() == len(moved)
            assert all(check.ok for check in prove())
            raise Undo
    except Undo:
        pass
