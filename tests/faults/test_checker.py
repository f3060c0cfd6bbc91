"""The checker believes nobody: what was accepted must be there once, what was refused must not."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from auth_app.models import User
from tasks_app.models import Task
from tests.delivery import deliver_everything
from tests.faults.checker import Checker
from tests.faults.history import FAIL, OK, UNKNOWN, Command, History

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker() -> User:
    person = User.objects.register("worker1@popug.example", "Polly", None)
    deliver_everything()
    return person


@pytest.fixture
def judged(worker: User) -> Iterator[Callable[..., list[str]]]:
    """What the checker says of commands with these outcomes and keys."""
    with psycopg.connect(**address()) as database:

        def judge(*commands: Command) -> list[str]:
            history = History()
            for command in commands:
                history.note(command)
            database.rollback()  # see what has been committed since
            checker = Checker(database, history)
            checker.settle()
            return checker.violations(since=0.0)

        yield judge


def address() -> dict[str, Any]:
    names = ("dbname", "host", "port", "user", "password")
    return {name: connection.get_connection_params()[name] for name in names}


class Polly:
    """Signed in, always."""

    who = "worker1"
    is_signed_in = True

    def sign_in(self) -> bool:
        return True


def asked(outcome: str, key: str, repeated: str = OK) -> Command:
    return Command("create", Polly(), key, lambda: (repeated, ""), outcomes=[outcome])


def create(worker: User, key: str) -> None:
    Task.create(title="Count the perches", key=f"{worker.public_id}:{key}")


def test_an_accepted_command_with_its_effect_is_right(
    worker: User, judged: Callable[..., list[str]]
) -> None:
    create(worker, key := str(uuid4()))
    assert judged(asked(OK, key)) == []


def test_an_accepted_command_without_effect_is_lost(judged: Callable[..., list[str]]) -> None:
    assert "has 0 effects" in judged(asked(OK, "lost"))[0]


def test_a_refused_command_with_an_effect_is_a_lie(
    worker: User, judged: Callable[..., list[str]]
) -> None:
    create(worker, "refused")
    assert "has 1 effects" in judged(asked(FAIL, "refused"))[0]


def test_what_nobody_asked_for_is_found(worker: User, judged: Callable[..., list[str]]) -> None:
    create(worker, "nobody's")
    assert "a task that nobody created" in judged()[0]


def test_an_unknown_outcome_is_settled_by_asking_again(
    worker: User, judged: Callable[..., list[str]]
) -> None:
    create(worker, "unknown")
    assert judged(asked(UNKNOWN, "unknown")) == []
    assert judged(asked(UNKNOWN, "unknown"), asked(UNKNOWN, "never done", repeated=FAIL)) == []


def test_one_key_has_one_answer(worker: User, judged: Callable[..., list[str]]) -> None:
    create(worker, "twice")
    command = asked(OK, "twice")
    command.results = ["/tasks/one/", "/tasks/another/"]
    assert "was answered with" in judged(command)[0]
