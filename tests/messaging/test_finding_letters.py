"""Dead letters are found among many: by what they say, when they came, whom they are about."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags
from uuid_utils.compat import uuid7

from auth_app.models import User
from billing_app.reports import balance_cents
from messaging import contracts, dead_letters, inbox
from messaging.event import Impossible
from messaging.models import DeadLetter, InboxAttempt, InboxWaiting, LetterWords
from pages import formats
from tests.billing_app.facts import assigned, completed, created
from tests.conftest import ClientFor
from tests.messaging.letters import address, malformed, parked

LIST = "/events/dead-letters/"


@pytest.fixture
def office(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def shown(client: Client, **query: Any) -> list[DeadLetter]:
    return list(client.get(f"{LIST}?{urlencode(query)}").context["page"].items)


def impossible(envelope: dict[str, Any]) -> DeadLetter:
    return dead_letters.park("billing", envelope, Impossible("the perch is broken"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("perch", True),
        ("PERCH broken", True),
        ("per", True),
        ("parrot", True),
        ("feed per", True),
        ("perch penguin", False),
        ("'; DROP", False),
        ("\\", False),
        ("& | ! ( :*", False),
        ("x" * 200, False),
    ],
)
def test_by_words_of_the_error_or_the_envelope(office: Client, text: str, found: bool) -> None:
    letter = impossible(created(uuid7(), title="Feed the parrot"))
    assert (letter in shown(office, text=text)) is found


@pytest.mark.parametrize("field", ["event_id", "correlation_id"])
def test_by_an_id_of_the_envelope(office: Client, field: str) -> None:
    letter, _other = impossible(created(uuid7())), impossible(created(uuid7()))
    assert shown(office, text=letter.envelope[field]) == [letter]


def test_by_task_and_person(office: Client) -> None:
    task, person = uuid7(), uuid7()
    letter, _other = impossible(assigned(task, person)), impossible(created(uuid7()))
    assert shown(office, text=task) == [letter]
    assert shown(office, text=person) == [letter]
    assert shown(office, text=letter.public_id) == [letter]


def test_by_version_group_chain_and_time(office: Client) -> None:
    letter, _other = impossible(created(uuid7())), malformed()
    assert shown(office, version=2) == [letter]
    assert shown(office, group=letter.error_group) == [letter]
    assert shown(office, correlation=letter.correlation_id) == [letter]
    soon = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert shown(office, **{"from": soon}) == []
    assert letter in shown(office, to=soon)


@pytest.mark.parametrize(
    "query",
    ["consumer=nobody", "version=two", "from=never", "correlation=1", "to=9999-12-31T23:59"],
)
def test_a_senseless_filter_says_so(office: Client, query: str) -> None:
    malformed()
    answer = office.get(f"{LIST}?{query}")
    assert (answer.status_code, list(answer.context["page"].items)) == (422, [])
    assert office.get(f"{LIST}export/?{query}").status_code == 422
    assert (
        office.post(f"{LIST}discard/?{query}", {"reason": "x", "scope": "all"}).status_code == 422
    )
    assert DeadLetter.objects.parked().exists()


def test_a_group_is_one_click_away(office: Client) -> None:
    letter = impossible(created(uuid7()))
    malformed()
    page = office.get(LIST)
    assert urlencode({"group": letter.error_group}) in page.content.decode()
    first = {(group["error_group"], group["count"]) for group in page.context["groups"]}
    assert first == {(letter.error_group, 1), ("InvalidEvent at /", 1)}


def test_it_exports_what_it_shows(office: Client) -> None:
    letter = impossible(created(uuid7()))
    malformed()
    answer = office.get(f"{LIST}export/?error=Impossible")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert str(letter.public_id) in lines[1]


def test_every_break_of_the_contract_is_shown_at_its_place(office: Client) -> None:
    envelope = created(uuid7()) | {"producer": "billing"}
    envelope["data"] |= {"title": "[x]", "version": 1.0, "jira_id": 5}
    inbox.deliver("billing", [envelope])
    page = office.get(address(DeadLetter.objects.get()))
    places = {violation.pointer for violation in page.context["violations"]}
    assert {"/producer", "/data/title", "/data/version", "/data/jira_id"} <= places


@pytest.mark.parametrize("envelope", [None, [], 7, {}, {"event_name": ["x"], "event_version": {}}])
def test_anything_can_be_looked_at(envelope: Any) -> None:
    assert contracts.violations(envelope)


def test_a_whole_envelope_breaks_nothing() -> None:
    assert contracts.violations(created(uuid7())) == []


def test_the_envelope_is_shown_whole(office: Client) -> None:
    data = {"words": "x" * 50_000}
    page = office.get(address(malformed(**data))).context["envelope"]
    assert json.loads(page) == data


def test_attempts_are_shown_with_their_tracebacks(office: Client) -> None:
    letter = impossible(created(uuid7()))
    assert letter.event_id
    InboxAttempt.objects.create(
        consumer="billing",
        event_id=letter.event_id,
        number=1,
        started_at=timezone.now(),
        worker="billing@nest, process 7",
        error_kind="KeyError",
        error="'perch'",
        traceback="Traceback: here and there",
    )
    page = office.get(address(letter)).content.decode()
    assert "billing@nest, process 7" in page
    assert "Traceback: here and there" in page


def test_it_shows_what_the_ledger_holds_about_the_subject(office: Client, worker: User) -> None:
    task = uuid7()
    inbox.deliver("billing", [assigned(task, worker.public_id)])
    letter = impossible(completed(task, worker.public_id))
    page = office.get(address(letter)).content.decode()
    assert "Balance of Wanda Worker" in page
    assert "Fee and reward of the task" in page
    assert "/billing/entries/" in page


def test_the_balance_beside_a_letter_is_of_all_days_that_are_not_closed(
    office: Client, worker: User
) -> None:
    task, yesterday = uuid7(), timezone.now() - timedelta(days=1)
    deed = [assigned(task, worker.public_id, yesterday), completed(task, worker.public_id)]
    inbox.deliver("billing", deed)
    letter = impossible(assigned(uuid7(), worker.public_id))
    held = formats.signed_money(balance_cents(worker.public_id))
    assert held in strip_tags(office.get(address(letter)).content.decode())


def test_it_shows_what_the_tracker_holds(office: Client) -> None:
    letter = parked("Late Larry")
    assert letter.account_id
    inbox.deliver("tasks", [letter.envelope | {"event_id": str(uuid7())}])
    assert "worker, version 1" in office.get(address(letter)).content.decode()


def test_it_shows_later_events_about_the_same(office: Client) -> None:
    task, person = uuid7(), uuid7()
    letter, later = impossible(assigned(task, person)), impossible(completed(task, person))
    impossible(completed(uuid7(), person))
    early = uuid7()
    InboxWaiting.objects.create(consumer="billing", event_id=early, envelope={}, key=f"task:{task}")
    page = office.get(address(letter))
    assert list(page.context["later"]) == [later]
    assert str(early) in page.content.decode()


def explain(rows: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE dead_letter")
        cursor.execute("SET LOCAL enable_seqscan = off")
    return str(rows.explain())


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: LetterWords.objects.filter(words=SearchQuery("perch")), "dead_letter_by_words"),
        (lambda: DeadLetter.objects.about(UUID(int=1)), "dead_letter_by_task"),
        (lambda: DeadLetter.objects.about(UUID(int=1)), "dead_letter_by_person"),
    ],
)
def test_an_index_answers(db: None, rows: Any, index: str) -> None:
    assert index in explain(rows())
