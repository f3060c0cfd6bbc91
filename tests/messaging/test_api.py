"""Dead letters and the delay of events, over the API (E3)."""

import pytest

from auth_app.models import User
from tests.calling import Caller, caller_for, problem
from tests.delivery import empty_queues, work_off
from tests.messaging.letters import committing, malformed, parked, state


@pytest.fixture
def operator(admin: User) -> Caller:
    return caller_for(admin)


def test_it_lists_what_could_not_be_applied(operator: Caller) -> None:
    letter = malformed()
    [found] = operator.get("/events/dead-letters", state="parked").json()["items"]
    assert (found["id"], found["consumer"]) == (str(letter.public_id), "billing")
    assert operator.get("/events/dead-letters", state="discarded").json()["items"] == []


def test_it_replays_one(operator: Caller) -> None:
    empty_queues()
    letter = parked()
    path = f"/events/dead-letters/{letter.public_id}/replay"
    answer = committing(operator.post)(path, key="one")
    assert (answer.status_code, answer.json()["state"]) == (202, "parked")
    work_off("tasks.events")
    assert state(letter) == "replayed"


def test_it_discards_one_for_a_reason(operator: Caller) -> None:
    letter = malformed()
    path = f"/events/dead-letters/{letter.public_id}/discard"
    assert problem(operator.post(path, {"reason": "  "})) == "invalid"
    assert state(letter) == "parked"
    answer = operator.post(path, {"reason": "a test of the wire"})
    assert (answer.status_code, answer.json()["state"]) == (200, "discarded")
    assert answer.json()["reason"] == "a test of the wire"


def test_what_is_settled_is_settled(operator: Caller) -> None:
    path = f"/events/dead-letters/{malformed().public_id}"
    operator.post(f"{path}/discard", {"reason": "nonsense"})
    assert problem(operator.post(f"{path}/discard", {"reason": "again"})) == "settled"
    assert problem(operator.post(f"{path}/replay")) == "settled"


def test_it_tells_how_far_behind_consumers_are(operator: Caller, worker: User) -> None:
    worker.change(name="Wilma")
    malformed()
    lag = operator.get("/events/lag").json()
    assert (lag["unacknowledged"], lag["dead_letters"]) == (3, 1)
    behind = {row["consumer"]: row["unacknowledged"] for row in lag["by_consumer"]}
    assert behind == {"tasks": 1, "billing": 1, "analytics": 1}
