"""Versions in use: what is told, what is read, and what is in the way of ending a version (E2)."""

import json
import re
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from auth_app.models import User
from messaging import contracts, inbox, retiring, tallies, versions_in_use
from messaging.arrays import columns
from messaging.retiring import obstacles
from messaging.versions_in_use import Counts, Version, versions_of
from tasks_app.models import Task
from tests.conftest import ClientFor
from tests.delivery import deliver, deliver_everything, on_the_wire

NAME = "tasks.task_created"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.django_db
FIGURE = re.compile(r'<td class="num"[^>]*>(\d+)</td>')  # hour, day, week, open, parked, waiting


@pytest.fixture(autouse=True)
def _after_all_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retiring, "today", lambda: date(2999, 1, 1))


@pytest.fixture
def both(settings: Any) -> None:
    settings.VERSIONS_TOLD = {NAME: [1, 2]}


def later(by: timedelta = timedelta(seconds=1)) -> datetime:
    return timezone.now() + by


def of(version: int, now: datetime | None = None) -> Version:
    [found] = [v for v in versions_of(NAME, now or later()) if v.version == version]
    return found


def why(version: int, now: datetime | None = None) -> str:
    family = versions_of(NAME, now or later())
    return " ".join(obstacles(family[version - 1], family))


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("event_versions", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("age", "counts"),
    [
        (timedelta(seconds=1), Counts(1, 1, 1)),
        (2 * HOUR, Counts(0, 1, 1)),
        (2 * DAY, Counts(0, 0, 1)),
        (8 * DAY, Counts()),
    ],
)
def test_it_counts_the_last_hour_day_and_week(
    age: timedelta, counts: Counts, worker: User, both: None
) -> None:
    Task.create(title="Feed the cat")
    deliver_everything()
    for version in versions_of(NAME, later(age)):
        assert version.told == counts
        assert {reader.consumer: reader.applied for reader in version.readers} == {
            "billing": counts,
            "analytics": counts,
        }


def test_it_counts_the_version_in_which_an_event_was_told(worker: User, settings: Any) -> None:
    settings.VERSIONS_TOLD = {NAME: [1]}
    Task.create(title="Feed the cat")
    deliver_everything()
    assert [reader.applied.week for reader in of(1).readers] == [1, 1]
    assert [reader.applied.week for reader in of(2).readers] == [0, 0]


def test_it_counts_what_is_open_and_parked(
    worker: User, both: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Task.create_all([Task(title="Feed the cat"), Task(title="Feed the dog")])
    assert [reader.open for reader in of(1).readers] == [2, 2]
    with monkeypatch.context() as ignorant:
        ignorant.setattr(inbox, "subscriptions", lambda _: {})
        deliver("billing", on_the_wire("billing"))
    [billing, analytics] = of(1).readers
    assert (billing.open, billing.parked, analytics.open, analytics.parked) == (0, 2, 2, 0)


def test_every_consumer_reads_every_version() -> None:
    for version in versions_in_use.all_versions():
        assert [reader.can_read for reader in version.readers] == [True] * len(version.readers)


def test_it_says_who_cannot_read_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    only_old = {"billing": {(NAME, 1): list}, "analytics": {(NAME, 2): list}}
    monkeypatch.setattr(versions_in_use, "subscriptions", only_old.__getitem__)
    monkeypatch.setattr(versions_in_use, "UPCASTS", {})
    assert [reader.can_read for reader in of(1).readers] == [True, False]
    assert "billing can't read version 2." in why(1)


def test_of_services_that_are_not_installed_it_says_nothing(settings: Any) -> None:
    settings.SERVICES = ["auth", "tasks"]
    assert [reader.can_read for reader in of(1).readers] == [None, None]


def test_a_version_goes_when_nobody_told_or_read_it_for_a_week(worker: User, settings: Any) -> None:
    settings.VERSIONS_TOLD = {NAME: [1]}
    Task.create(title="Feed the cat")
    assert "Its producer is set to tell it." in why(1)
    settings.VERSIONS_TOLD = {NAME: [2]}
    assert "It was told 1 time in the last week." in why(1)
    assert "1 are on their way to billing." in why(1, later(8 * DAY))
    deliver_everything()
    assert "billing applied 1 of it in the last week." in why(1)
    assert why(1, later(8 * DAY)) == ""


def test_a_version_stays_as_long_as_it_was_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    until = of(1).promised_until
    assert until
    monkeypatch.setattr(retiring, "today", lambda: until)
    assert why(1) == f"It is promised until {until}."
    monkeypatch.setattr(retiring, "today", lambda: until + DAY)
    assert why(1) == ""


def test_who_gave_a_version_up_cannot_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = contracts.registry()[NAME]
    takers = entry["consumers"] | {"billing": {"versions": [2], "replay": "once"}}
    monkeypatch.setitem(entry, "consumers", takers)
    assert [reader.can_read for reader in of(1).readers] == [False, True]


def test_the_newest_version_never_goes() -> None:
    assert why(2) == "It is the newest version."


def test_the_command_shows_every_version() -> None:
    lines = [line.split() for line in run().splitlines()]
    assert [NAME, "1", "0", "0", "0"] in lines
    assert ["billing", "0", "0", "0", "0", "0", "0"] in lines
    assert ["can", "go"] in lines


def test_its_questions_are_answered_by_indexes() -> None:
    """However long the log is: what is older than a week or settled is not looked at."""
    since, till = columns([(timezone.now() - DAY, timezone.now())])
    given = {"names": [NAME], "versions": [1], "since": since, "till": till}
    questions: list[tuple[str, Any]] = [
        (tallies._TOLD, given),
        (tallies._APPLIED, given),
        (versions_in_use._LAST_TOLD, [[NAME], [1]]),
        (versions_in_use._UNSETTLED, []),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for question, given in questions:
            cursor.execute(f"EXPLAIN {question}", given)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Index" in plan
            assert "Seq Scan" not in plan


def test_the_command_speaks_json_of_one_event() -> None:
    found = json.loads(run("--event", NAME, "--json"))
    assert [(version["name"], version["version"]) for version in found] == [(NAME, 1), (NAME, 2)]


def test_the_command_lets_a_version_go_that_nobody_uses() -> None:
    assert run("--can-retire", NAME, "1") == f"{NAME} version 1 can go: nobody tells or reads it.\n"


def test_the_command_answers_scripts_by_its_exit_status(worker: User, both: None) -> None:
    Task.create(title="Feed the cat")
    with pytest.raises(CommandError, match="Its producer is set to tell it") as refusal:
        run("--can-retire", NAME, "1")
    assert refusal.value.returncode == 1


@pytest.mark.parametrize(("name", "version"), [(NAME, "3"), (NAME, "x"), ("tasks.lost", "1")])
def test_a_question_about_nothing_has_an_exit_status_of_its_own(name: str, version: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run("--can-retire", name, version)
    assert refusal.value.returncode == 2


def test_the_page_shows_what_is_in_the_way(
    worker: User, admin: User, both: None, client_for: ClientFor
) -> None:
    Task.create(title="Feed the cat")
    page = client_for(admin).get("/events/versions/").content.decode()
    assert "can't go yet" in page
    assert "Its producer is set to tell it." in page
    assert page.count("tasks.task_created") >= 2


def test_the_page_counts_what_was_told_and_applied(
    worker: User, admin: User, both: None, client_for: ClientFor
) -> None:
    Task.create_all([Task(title=f"Feed cat {number}") for number in range(7)])
    deliver("billing", on_the_wire("billing"))
    page = client_for(admin).get("/events/versions/").content.decode()
    versions = page.split(f">{NAME}</a>")[1:]
    assert len(versions) == 2
    for version in versions:
        told, billing, analytics, *_rest = version.split("</tr>")
        assert "↳ billing" in billing
        assert "↳ analytics" in analytics
        assert FIGURE.findall(told) == ["7", "7", "7"]
        assert FIGURE.findall(billing) == ["7", "7", "7", "0", "0", "0"]
        assert FIGURE.findall(analytics) == ["0", "0", "0", "7", "0", "0"]


def test_the_page_says_when_it_can_go(admin: User, client_for: ClientFor) -> None:
    page = client_for(admin).get("/events/versions/").content.decode()
    assert "can go</span>" in page
