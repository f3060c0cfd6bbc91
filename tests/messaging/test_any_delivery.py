"""However events come, and whatever befalls their handlers: each is applied once or parked once."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from auth_app.models import User
from messaging import inbox
from messaging.event import Event, Impossible, NotYet
from messaging.models import DeadLetter, InboxLease, InboxWaiting
from tests.messaging.deliveries import Died, address, applied, consume, effect, told

GOOD, FAILS, IMPOSSIBLE, KILLS, HESITATES, WAITS = range(1, 7)
SETTLES = {GOOD, HESITATES, WAITS}
ROUNDS = 60
tries: Counter[UUID] = Counter()


def handle(events: Sequence[Event]) -> None:
    """What it has done before it fails must be undone with it."""
    effect(events)
    for event in events:
        befall(event, event.data["count"])


def befall(event: Event, what: int) -> None:
    if what == FAILS:
        raise ValueError("always")
    if what == IMPOSSIBLE:
        raise Impossible("never")
    if what == KILLS:
        raise Died
    tries[event.event_id] += 1
    if what == HESITATES and tries[event.event_id] < 3:
        raise ConnectionError("not this time")
    if what == WAITS and not the_other_was_applied(event):
        raise NotYet(f"shuffle:{event.data['shuffle_id']}")


def the_other_was_applied(event: Event) -> bool:
    """The one with the same shuffle that this one waits for."""
    others = User.objects.exclude(email=address(event.event_id))
    return others.filter(name=event.data["shuffle_id"]).exists()


def delivered(batch: list[Any]) -> None:
    """By a worker that may not live through it; then another one comes, with another session."""
    with suppress(Died):
        inbox.deliver("analytics", batch)
        return
    connection.close()


def settled(event: dict[str, Any]) -> bool:
    return applied(event) or DeadLetter.objects.filter(event_id=event["event_id"]).exists()


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_each_event_is_applied_once_or_parked_once(
    data: st.DataObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    consume(monkeypatch, handle)
    fates = data.draw(st.lists(st.sampled_from(range(1, 6)), min_size=1, max_size=12))
    pairs = [uuid7() for _ in range(data.draw(st.integers(0, 2)))]
    events = [told(fate) for fate in fates]
    events += [told(fate, shuffle) for shuffle in pairs for fate in (GOOD, WAITS)]
    for _ in range(ROUNDS):
        due = [event for event in events if not settled(event)]
        again = data.draw(st.lists(st.sampled_from(events), max_size=4))
        if not due:
            break
        delivered(data.draw(st.permutations(due + again)))
    for event in events:
        assert applied(event) == (event["data"]["count"] in SETTLES)
        letters = DeadLetter.objects.filter(event_id=event["event_id"])
        assert letters.count() == (event["data"]["count"] not in SETTLES)
    ids = [event["event_id"] for event in events]
    assert not InboxLease.objects.filter(event_ids__overlap=ids).exists()
    assert not InboxWaiting.objects.filter(event_id__in=ids).exists()
