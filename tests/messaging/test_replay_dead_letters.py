"""`manage.py replay_dead_letters` applies parked events in its own process."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from tests.delivery import empty_queues, work_off
from tests.messaging.letters import UNKNOWN, malformed, parked, state

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_queues() -> Iterator[None]:
    empty_queues()
    yield
    empty_queues()


def test_it_replays_what_matches(capsys: pytest.CaptureFixture[str]) -> None:
    late, broken = parked(), malformed()
    call_command("replay_dead_letters", "--consumer=tasks", "--error=Impossible")
    assert [state(late), state(broken)] == ["replayed", "parked"]
    assert capsys.readouterr().out == "1 of 1 replayed.\n"


def test_it_tells_the_producer() -> None:
    parked()
    call_command("replay_dead_letters")
    assert work_off("auth.acks") == 1


def test_it_replays_one_by_its_id() -> None:
    larry, lucy = parked("Late Larry"), parked("Late Lucy")
    call_command("replay_dead_letters", f"--id={lucy.public_id}")
    assert [state(larry), state(lucy)] == ["parked", "replayed"]


def test_it_fails_when_some_still_cannot_be_applied() -> None:
    malformed()
    with pytest.raises(CommandError, match="1 still can't be applied"):
        call_command("replay_dead_letters")


@pytest.mark.parametrize("given", ["perch", str(UNKNOWN)])
def test_it_says_when_there_is_no_such_letter(given: str) -> None:
    with pytest.raises(CommandError, match=given):
        call_command("replay_dead_letters", f"--id={given}")
