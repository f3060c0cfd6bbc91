"""What management looks at, over the API (A1, A2)."""

from datetime import timedelta

import pytest

from auth_app.models import User
from messaging.business_day import today
from tasks_app.models import Task
from tests.billing_app.test_pages import charge
from tests.calling import Caller, caller_for, problem
from tests.delivery import deliver_everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(admin: User) -> Caller:
    return caller_for(admin)


def test_it_tells_what_management_earned_and_who_is_in_the_red(boss: Caller, worker: User) -> None:
    fee = charge(worker).amount_cents
    deliver_everything()
    assert boss.get("/analytics/summary").json() == {
        "day": today().isoformat(),
        "earned": {"cents": -fee, "currency": "USD"},
        "in_the_red": 1,
    }


def test_another_day_can_be_asked_for(boss: Caller) -> None:
    day = (today() - timedelta(days=3)).isoformat()
    assert boss.get("/analytics/summary", day=day).json()["day"] == day


def test_it_tells_the_most_expensive_task(boss: Caller, worker: User) -> None:
    task = Task.create(title="Polish the perch", jira_id="UBERPOP-7")
    task.complete(worker.public_id)
    deliver_everything()
    found = boss.get("/analytics/most-expensive").json()
    shown = {"id": str(task.public_id), "jira_id": "UBERPOP-7", "title": "Polish the perch"}
    assert (found["top"]["task"], found["top"]["tied"]) == (shown, 1)
    assert 2000 <= found["top"]["reward"]["cents"] <= 4000
    assert [day["task"] for day in found["days"]] == [shown]


def test_when_nothing_was_completed_there_is_none(boss: Caller) -> None:
    found = boss.get("/analytics/most-expensive", to="2026-01-31", **{"from": "2026-01-01"})
    assert found.json() == {"from": "2026-01-01", "to": "2026-01-31", "top": None, "days": []}


def test_a_span_does_not_end_before_it_begins(boss: Caller) -> None:
    answer = boss.get("/analytics/most-expensive", to="2026-01-01", **{"from": "2026-01-31"})
    assert answer.json()["errors"][0]["parameter"] == "from"


def test_an_admin_of_whom_analytics_has_not_heard_waits(hire: object) -> None:
    new = User.objects.register("new@popug.example", "New", None, role="admin")
    assert problem(caller_for(new).get("/analytics/summary")) == "forbidden"
