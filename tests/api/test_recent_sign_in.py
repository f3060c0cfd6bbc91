"""What is dangerous asks how long ago somebody signed in; to renew a token is not to sign in."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from auth_app import second_factor, tokens
from auth_app.models import User
from config.api_views import document
from tests.calling import Caller, problem
from tests.conftest import Hire
from tests.delivery import deliver_everything

NOBODYS = "00000000-0000-7000-8000-000000000000"
DANGEROUS = [
    ("POST", "/people"),
    ("PATCH", "/people/{person_id}"),
    ("POST", "/events/dead-letters/{letter_id}/replay"),
    ("POST", "/events/dead-letters/{letter_id}/discard"),
]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def renewed(person: User, clock: time_machine.Traveller, minutes: int) -> Caller:
    """Signed in so long ago, with an access token of this moment."""
    pair = tokens.sign_in(person, second_factor.enrolled(person))
    clock.shift(timedelta(minutes=minutes))
    pair = tokens.refreshed(pair.refresh) if pair else None
    assert pair
    return Caller(pair.access)


def test_these_calls_are_dangerous() -> None:
    assert [
        (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if operation.get("x-max-age") == 600
    ] == DANGEROUS


@pytest.mark.parametrize(("method", "path"), DANGEROUS)
def test_they_are_refused_after_ten_minutes(
    method: str, path: str, admin: User, clock: time_machine.Traveller
) -> None:
    caller = renewed(admin, clock, minutes=11)
    answer = caller.send(method, path.format(person_id=NOBODYS, letter_id=NOBODYS), {})
    assert (answer.status_code, problem(answer)) == (401, "sign-in-too-old")
    assert answer.json()["max_age"] == 600
    assert answer["WWW-Authenticate"] == (
        'Bearer realm="ates", error="insufficient_user_authentication", max_age="600"'
    )


@pytest.mark.parametrize(("method", "path"), DANGEROUS)
def test_a_token_that_was_renewed_within_them_is_good(
    method: str, path: str, admin: User, clock: time_machine.Traveller
) -> None:
    caller = renewed(admin, clock, minutes=9)
    answer = caller.send(method, path.format(person_id=NOBODYS, letter_id=NOBODYS), {})
    assert answer.status_code in {404, 422}


def test_nothing_is_changed_by_what_is_refused(
    admin: User, worker: User, clock: time_machine.Traveller
) -> None:
    caller = renewed(admin, clock, minutes=11)
    assert caller.patch(f"/people/{worker.public_id}", {"role": "admin"}).status_code == 401
    worker.refresh_from_db()
    assert worker.role == "worker"


def test_whoever_signs_in_again_goes_on(
    admin: User, worker: User, clock: time_machine.Traveller
) -> None:
    renewed(admin, clock, minutes=11)
    again = tokens.sign_in(admin, showed_factor=True)
    assert again
    answer = Caller(again.access).patch(f"/people/{worker.public_id}", {"name": "Wanda W."})
    assert answer.status_code == 200


def test_what_is_not_dangerous_does_not_ask(admin: User, clock: time_machine.Traveller) -> None:
    caller = renewed(admin, clock, minutes=11)
    assert caller.get("/people").status_code == 200
    assert caller.post("/tasks", {"title": "Preen"}).status_code == 422  # nobody to assign


def test_whoever_may_not_is_told_so_and_not_to_sign_in(
    hire: Hire, clock: time_machine.Traveller
) -> None:
    caller = renewed(hire("Mona", "manager"), clock, minutes=11)
    deliver_everything()
    assert problem(caller.post("/people", {})) == "forbidden"
