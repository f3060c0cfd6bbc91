"""How often somebody may ask."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from access.limits import LIMITS, Limit, take, waiting
from access.models import Tally
from auth_app.models import User
from tasks_app.models import Task
from tests.architecture.routes import routes
from tests.conftest import PASSWORD, ClientFor

TWICE = Limit(amount=2, seconds=60)


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    start = timezone.now().replace(second=10, microsecond=0)
    with time_machine.travel(start, tick=False) as clock:
        yield clock


def test_it_says_how_long_to_wait() -> None:
    assert [take("peck", "polly", TWICE) for _ in range(3)] == [0, 0, 51]


def test_looking_counts_nothing() -> None:
    take("peck", "polly", TWICE)
    assert [waiting("peck", "polly", TWICE) for _ in range(3)] == [0, 0, 0]
    take("peck", "polly", TWICE)
    assert waiting("peck", "polly", TWICE) == 51


def test_it_counts_people_and_deeds_apart() -> None:
    for deed, who in [("peck", "polly"), ("peck", "coco"), ("fly", "polly")]:
        assert take(deed, who, Limit(1, 60)) == 0


def test_it_begins_anew_and_forgets(clock: time_machine.Traveller) -> None:
    take("peck", "polly", TWICE)
    clock.shift(timedelta(minutes=1))
    assert take("peck", "polly", TWICE) == 0
    assert Tally.objects.get().count == 1


@pytest.mark.django_db(transaction=True)
def test_it_counts_each_of_many_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: _take(), range(16)))
    assert waits.count(0) == 2


def _take() -> int:
    try:
        return take("peck", "polly", TWICE)
    finally:
        connection.close()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_whoever_asks_too_often_is_told_when_to_come_back(
    client_for: ClientFor, worker: User, headers: dict[str, str]
) -> None:
    client = client_for(worker)
    _use_up("create", worker)
    answer = client.post("/tasks/new/", {"title": "One more"}, headers=headers)
    assert (answer.status_code, answer["Retry-After"]) == (429, "51")
    assert "Wait 51 seconds" in answer.content.decode()
    assert not Task.objects.exists()


def test_a_shuffle_a_second_is_never_too_often(
    clock: time_machine.Traveller, client_for: ClientFor, manager: User, worker: User
) -> None:
    presses = client_for(manager)
    for _ in range(90):
        assert presses.post("/tasks/shuffle/").status_code == 302
        clock.shift(timedelta(seconds=1))


def test_looking_at_a_form_is_not_limited(client_for: ClientFor, worker: User) -> None:
    _use_up("create", worker)
    assert client_for(worker).get("/tasks/new/").status_code == 200


def test_nobody_elses_limit_is_reached(
    client_for: ClientFor, worker: User, colleague: User
) -> None:
    _use_up("export", worker)
    assert client_for(worker).get("/tasks/export.csv").status_code == 429
    assert client_for(colleague).get("/tasks/export.csv").status_code == 200


def test_every_export_is_limited() -> None:
    found = {name: view_limit(name) for name in routes() if "export" in name}
    assert set(found.values()) == {"export"}


def view_limit(name: str) -> str:
    return str(getattr(resolve(routes()[name].address).func, "limit", ""))


@pytest.mark.parametrize(
    ("name", "deed"),
    [
        ("tasks:create", "create"),
        ("tasks:import", "import"),
        ("tasks:shuffle", "shuffle"),
        ("events:replay", "replay"),
        ("events:replay_many", "replay"),
        ("billing:retry_all", "replay"),
        ("people:create", "invite"),
    ],
)
def test_what_costs_is_limited(name: str, deed: str) -> None:
    assert view_limit(name) == deed


def test_sign_in_is_limited_and_says_so(client: Client) -> None:
    form = {"login": "polly@popug.example", "password": PASSWORD}
    answers = [client.post("/accounts/login/", form) for _ in range(31)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "300"


def _use_up(deed: str, person: User) -> None:
    for _ in range(LIMITS[deed].amount):
        take(deed, str(person.public_id), LIMITS[deed])
