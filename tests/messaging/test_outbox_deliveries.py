"""Deliveries are claimed by state and settled by acknowledgement, whoever crashes in between."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from messaging import outbox_deliveries
from messaging.arrays import array
from messaging.models import OutboxDelivery, OutboxEvent
from messaging.outbox import publish
from tests.messaging.test_publish import fact

pytestmark = pytest.mark.django_db


def tell(count: int = 1) -> None:
    with transaction.atomic():
        publish([fact() for _ in range(count)])


def claimed(limit: int = 100) -> int:
    return len(outbox_deliveries.claim("analytics", limit))


def test_a_claimed_delivery_is_not_claimed_again_before_its_time() -> None:
    tell(3)
    assert (claimed(), claimed()) == (3, 0)
    waits = OutboxDelivery.objects.values_list("next_attempt_at", flat=True)
    assert all(at > timezone.now() + timedelta(seconds=20) for at in waits)


def test_what_is_not_acknowledged_in_time_is_sent_again() -> None:
    tell()
    claimed()
    OutboxDelivery.objects.update(next_attempt_at=timezone.now())
    assert claimed() == 1
    assert OutboxDelivery.objects.get().attempts == 2


def test_what_is_acknowledged_is_never_sent_again() -> None:
    tell()
    (event,) = outbox_deliveries.claim("analytics", 10)
    outbox_deliveries.settle("analytics", [event.opened().event_id], [])
    OutboxDelivery.objects.update(next_attempt_at=timezone.now())
    assert claimed() == 0
    assert OutboxDelivery.objects.get().state == "acked"


def test_a_late_word_of_parking_does_not_undo_an_acknowledgement() -> None:
    tell()
    (event,) = outbox_deliveries.claim("analytics", 10)
    outbox_deliveries.settle("analytics", [event.opened().event_id], [])
    outbox_deliveries.settle("analytics", [], [event.opened().event_id])
    assert OutboxDelivery.objects.get().state == "acked"


def test_settling_looks_at_what_is_acknowledged_alone() -> None:
    """Though the statistics are from when the log was young, and say that nothing is open."""
    tell(3)
    OutboxDelivery.objects.update(state="acked")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_event, outbox_delivery")
        for _ in range(20):
            tell(500)
        newest = OutboxEvent.objects.order_by("-position")
        ids = list(newest.values_list("event_id", flat=True)[:100])
        given: list[Any] = [array(ids), array(["acked"] * len(ids)), "analytics", 60]
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {outbox_deliveries._SETTLE}", given)
        (plan,) = cursor.fetchone()[0]
    assert most_rows(plan["Plan"]) == len(ids)


def most_rows(node: dict[str, Any]) -> float:
    """That any step of a plan went through, thrown away or not."""
    seen = node["Actual Rows"] + sum(v for k, v in node.items() if k.startswith("Rows Removed"))
    rows = [seen * node["Actual Loops"]] + [most_rows(inner) for inner in node.get("Plans", [])]
    return float(max(rows))


def test_the_unacknowledged_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_deliveries, "WINDOW", 5)
    tell(9)
    assert (claimed(), claimed()) == (5, 0)


def test_events_go_out_in_the_order_of_writing() -> None:
    tell(20)
    events = outbox_deliveries.claim("analytics", 100)
    positions = OutboxDelivery.objects.order_by("event_id").values_list(
        "event__event_id", flat=True
    )
    assert [event.opened().event_id for event in events] == list(positions)


def test_when_nothing_is_due_the_event_log_is_not_read(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """PostgreSQL reads a whole partial index to find the events of an empty list."""
    with django_assert_num_queries(2) as asked:  # the window and the claim
        assert outbox_deliveries.claim("analytics", 100) == []
    assert not any("FROM outbox_event" in query["sql"] for query in asked.captured_queries)


def test_the_lag_names_what_is_open() -> None:
    tell(2)
    (lag,) = outbox_deliveries.lag()
    assert (lag.consumer, lag.open) == ("analytics", 2)


@pytest.fixture
def finished() -> None:
    tell(2000)
    OutboxDelivery.objects.update(state="acked")


CLAIM = (outbox_deliveries._CLAIM, ["analytics", 500, 600, 30])
CLAIM_KEPT = (outbox_deliveries._CLAIM_KEPT, ["analytics", 100, 3600])
WINDOW = (outbox_deliveries._OPEN_WINDOW, ["analytics", 20_000])


@pytest.mark.usefixtures("finished")
@pytest.mark.parametrize(
    ("question", "index"),
    [(CLAIM, "outbox_delivery_open"), (CLAIM_KEPT, "_kept"), (WINDOW, "outbox_delivery_open")],
)
def test_finished_deliveries_cost_the_relay_nothing(
    question: tuple[str, list[str | int]], index: str
) -> None:
    tell(1)
    statement, values = question
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_delivery")
        cursor.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert index in plan
    assert "Seq Scan" not in plan
