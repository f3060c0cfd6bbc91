"""Consuming: applied once, or parked, or waiting; never lost, never half (E3)."""

import json
import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError
from django.utils import timezone
from psycopg import errors as postgres
from uuid_utils.compat import uuid7

from auth_app.models import User
from messaging import inbox
from messaging.contracts import Violation, violations
from messaging.event import Event, Handler, Impossible
from messaging.failures import MAX_ATTEMPTS
from messaging.giving_up import discard
from messaging.inbox import deliver
from messaging.models import DeadLetter, InboxAttempt, InboxEvent, InboxFailure, InboxLease
from messaging.replay import replay
from tests.billing_app.facts import created, envelope

pytestmark = pytest.mark.django_db

NAME = "tasks.shuffle_completed"


class Subscribe(Protocol):
    def __call__(self, handler: Handler, name: str = NAME, version: int = 1) -> None: ...


def told(count: int = 1) -> dict[str, Any]:
    return envelope(NAME, {"shuffle_id": str(uuid7()), "count": count, "started_by": None})


@pytest.fixture
def subscribe(monkeypatch: pytest.MonkeyPatch) -> Subscribe:
    """Let a handler of the test consume `tasks.shuffle_completed`."""

    def put(handler: Handler, name: str = NAME, version: int = 1) -> None:
        monkeypatch.setattr(inbox, "subscriptions", lambda _: {(name, version): handler})

    return put


def people(events: Sequence[Event]) -> None:
    """A handler with an effect that can be counted; a count of 13 is too much for it."""
    for event in events:
        User(email=f"{event.event_id}@popug.example", name="P").save()
    if any(event.data["count"] == 13 for event in events):
        raise ValueError("thirteen")


def test_it_applies_an_event_once(subscribe: Subscribe) -> None:
    subscribe(people)
    event = told()
    deliver("analytics", [event, event])
    outcome = deliver("analytics", [event])
    assert User.objects.count() == 1
    assert [str(done.event_id) for done in outcome.applied] == [event["event_id"]]


def test_each_consumer_has_an_inbox_of_its_own(subscribe: Subscribe) -> None:
    seen: list[Event] = []
    subscribe(seen.extend)
    event = told()
    deliver("analytics", [event])
    deliver("billing", [event])
    assert len(seen) == InboxEvent.objects.count() == 2


def test_a_failing_event_leaves_no_effect_and_holds_nobody_up(subscribe: Subscribe) -> None:
    subscribe(people)
    batch = [told(), told(), told(13), told(), told()]
    outcome = deliver("analytics", batch)
    assert len(outcome.applied) == User.objects.count() == InboxEvent.objects.count() == 4
    assert InboxFailure.objects.get().last_error == "ValueError('thirteen')"


def test_it_is_parked_after_the_last_attempt(subscribe: Subscribe) -> None:
    subscribe(people)
    event = told(13)
    outcomes = [deliver("analytics", [event]) for _ in range(MAX_ATTEMPTS)]
    assert [len(outcome.parked) for outcome in outcomes] == [0] * (MAX_ATTEMPTS - 1) + [1]
    letter = DeadLetter.objects.get()
    assert (letter.envelope, letter.attempts) == (event, MAX_ATTEMPTS)
    assert "thirteen" in letter.traceback


def test_an_impossible_event_is_parked_at_once(subscribe: Subscribe) -> None:
    def refuse(_: Sequence[Event]) -> None:
        raise Impossible("booked already")

    subscribe(refuse)
    assert len(deliver("analytics", [told()]).parked) == 1
    assert DeadLetter.objects.get().error == "booked already"


def test_a_lost_database_settles_nothing_and_blames_nobody(subscribe: Subscribe) -> None:
    def cut(_: Sequence[Event]) -> None:
        raise OperationalError("server closed the connection")

    subscribe(cut)
    with pytest.raises(OperationalError):
        deliver("analytics", [told()])
    assert not InboxFailure.objects.exists()


@pytest.mark.parametrize(
    "broken",
    [
        "not even an object",
        {},
        {"event_id": "1"},
        envelope(NAME, {"count": 1}),
        envelope("tasks.task_eaten", {}),
        envelope(NAME, {"shuffle_id": str(uuid7()), "count": 1, "started_by": None}, version=7),
        told() | {"event_time": "yesterday"},
        told() | {"event_id": "x"},
        told() | {"extra": 1},
        told(-1),
        None,
        [1, 2],
        {"rubbish": "a\0b"},
        told() | {"actor": "a\ud800b"},
        told() | {"event_time": "2016-12-31T23:59:60Z"},
        told() | {"event_time": "0000-12-31T23:59:00Z"},
        told() | {"event_name": "tasks." + "x" * 200},
        told() | {"event_name": {"a": 1}},
        told() | {"event_version": 99_999},
        told() | {"event_version": "two"},
        told() | {"event_version": 10**30},
        told() | {"producer": {"a": 1}},
        told() | {"producer": "billing"},
        told() | {"correlation_id": float("nan")},
    ],
)
def test_a_malformed_event_lands_in_the_dead_letters_and_nothing_else_changes(
    broken: Any, subscribe: Subscribe
) -> None:
    subscribe(people)
    deliver("analytics", [broken, told()])
    deliver("analytics", [broken])
    letter = DeadLetter.objects.get()
    assert letter.envelope in (broken, {"unreadable": json.dumps(broken)})
    assert User.objects.count() == InboxEvent.objects.count() == 1


def test_it_refuses_what_it_has_not_subscribed_to() -> None:
    outcome = deliver("tasks", [told()])
    assert len(outcome.parked) == 1
    assert DeadLetter.objects.get().error_kind == "UnknownEvent"


def test_an_unknown_version_is_parked_and_its_neighbour_applied(subscribe: Subscribe) -> None:
    seen: list[Event] = []
    subscribe(seen.extend, "tasks.task_created", 2)
    unknown, known = created(uuid7()) | {"event_version": 99}, created(uuid7())
    deliver("analytics", [unknown, known])
    assert [str(event.event_id) for event in seen] == [known["event_id"]]
    letter = DeadLetter.objects.get()
    assert (letter.event_version, letter.envelope) == (99, unknown)
    assert letter.error == "tasks.task_created version 99 is not registered"
    assert violations(letter.envelope) == [Violation("/event_version", "is not registered")]


def test_a_parked_event_that_comes_again_stays_parked(subscribe: Subscribe) -> None:
    def refuse(_: Sequence[Event]) -> None:
        raise Impossible("no")

    subscribe(refuse)
    event = told()
    deliver("analytics", [event])
    subscribe(people)
    assert len(deliver("analytics", [event]).parked) == 1
    assert not User.objects.exists()


@pytest.mark.parametrize("discarded", [False, True])
def test_a_copy_damaged_on_its_way_says_nothing_of_a_whole_one(
    subscribe: Subscribe, discarded: bool
) -> None:
    subscribe(people)
    whole = told()
    damaged = whole | {"data": {"count": "what?"}}
    assert len(deliver("analytics", [damaged]).parked) == 1
    if discarded:
        discard(DeadLetter.objects.all(), "damaged on its way")
    assert [event.event_id for event in deliver("analytics", [whole]).applied] == [
        UUID(whole["event_id"])
    ]
    assert deliver("analytics", [whole, damaged]).applied
    assert User.objects.count() == 1
    assert DeadLetter.objects.count() == 1


def test_a_discarded_event_that_comes_again_is_not_parked_again() -> None:
    deliver("analytics", [{}])
    discard(DeadLetter.objects.all(), "not ours")
    deliver("analytics", [{}])
    assert DeadLetter.objects.get().state == "discarded"


def test_a_whole_number_is_a_version_however_it_is_written(subscribe: Subscribe) -> None:
    subscribe(people)
    assert len(deliver("analytics", [told() | {"event_version": 1.0}]).applied) == 1


def test_a_job_that_ran_out_of_time_counts_like_one_that_died(subscribe: Subscribe) -> None:
    def slow(_: Sequence[Event]) -> None:
        raise SoftTimeLimitExceeded

    subscribe(slow)
    with pytest.raises(SoftTimeLimitExceeded):
        deliver("analytics", [told(), told()])
    assert list(InboxFailure.objects.values_list("attempts", "crashes")) == [(0, 1), (0, 1)]
    assert not InboxLease.objects.exists()


@pytest.mark.parametrize("cause", [postgres.ProgramLimitExceeded, postgres.QueryCanceled])
def test_what_the_database_will_always_refuse_holds_nobody_up(
    cause: type[Exception], subscribe: Subscribe
) -> None:
    def index(events: Sequence[Event]) -> None:
        if any(event.data["count"] == 13 for event in events):
            raise OperationalError from cause("index row size 8000 exceeds maximum 2704")

    subscribe(index)
    outcome = deliver("analytics", [told(), told(13), told()])
    assert (len(outcome.applied), InboxFailure.objects.get().attempts) == (2, 1)


def test_every_attempt_is_kept(subscribe: Subscribe) -> None:
    subscribe(people)
    event = told(13)
    for _ in range(MAX_ATTEMPTS):
        deliver("analytics", [event, told()])
    attempts = InboxAttempt.objects.filter(event_id=event["event_id"]).order_by("number")
    assert [attempt.number for attempt in attempts] == list(range(1, MAX_ATTEMPTS + 1))
    assert all("thirteen" in attempt.traceback for attempt in attempts)
    assert all(attempt.started_at <= attempt.ended_at for attempt in attempts)
    assert f"process {os.getpid()}" in attempts[0].worker


def test_what_succeeds_after_all_is_no_failure(subscribe: Subscribe) -> None:
    subscribe(people)
    event = told(13)
    deliver("analytics", [event])
    subscribe(lambda _: None)
    assert len(deliver("analytics", [event]).applied) == 1
    assert not InboxFailure.objects.exists()


def test_the_dead_letter_keeps_what_was_received(subscribe: Subscribe) -> None:
    def refuse(_: Sequence[Event]) -> None:
        raise Impossible("no")

    name = "tasks.task_created"
    subscribe(refuse, name, 2)
    event = envelope(name, {"task_id": str(uuid7()), "title": "[UP-1] — Nest", "created_by": None})
    deliver("analytics", [event])
    assert DeadLetter.objects.get().envelope == event


def test_a_discarded_event_is_told_apart_from_a_parked_one(subscribe: Subscribe) -> None:
    def refuse(_: Sequence[Event]) -> None:
        raise Impossible("no")

    subscribe(refuse)
    given_up, kept = told(), told()
    deliver("analytics", [given_up])
    discard(DeadLetter.objects.all(), "not ours")
    outcome = deliver("analytics", [given_up, kept])
    assert [str(event.event_id) for event in outcome.discarded] == [given_up["event_id"]]
    assert [str(event.event_id) for event in outcome.parked] == [kept["event_id"]]


def test_an_event_older_than_the_memory_is_parked(subscribe: Subscribe) -> None:
    subscribe(people)
    long_ago = (timezone.now() - timedelta(days=401)).isoformat()
    assert len(deliver("analytics", [told() | {"event_time": long_ago}]).parked) == 1
    assert DeadLetter.objects.get().error_kind == "TooOld"


def test_a_replay_applies_it_once(subscribe: Subscribe) -> None:
    def refuse(_: Sequence[Event]) -> None:
        raise Impossible("no")

    subscribe(refuse)
    deliver("analytics", [told()])
    letter = DeadLetter.objects.get()
    assert replay(letter.pk) is None
    subscribe(people)
    assert replay(letter.pk)
    assert replay(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, User.objects.count()) == ("replayed", 1)


def test_an_old_version_is_raised_at_the_border(subscribe: Subscribe) -> None:
    task, name = str(uuid7()), "tasks.task_created"
    data = {"task_id": task, "title": "[UBERPOP-42] — Change the green", "created_by": None}
    event = inbox.read("billing", envelope(name, data))
    assert (event.version, event.data["jira_id"]) == (2, "UBERPOP-42")
    assert event.data["title"] == "Change the green"
