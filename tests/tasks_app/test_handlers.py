"""What the tracker hears of people and prices, in any order."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from auth_app.models import User
from messaging.event import Event
from tasks_app.handlers import on_account_changed
from tasks_app.models import Account
from tests.delivery import deliver_everything

PERSON = uuid4()


def told(version: int, **changed: Any) -> Event:
    data = {"account_id": str(PERSON), "name": "Polly", "role": "worker", "is_active": True}
    now = datetime.now(UTC)
    fields = data | changed | {"version": version}
    return Event(uuid4(), "auth.account_updated", 1, now, "auth", fields, uuid4(), None, None)


@pytest.mark.django_db
@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (3, 3, 1)])
def test_the_newest_state_of_a_person_stays(order: tuple[int, ...]) -> None:
    names = {1: "Egg", 2: "Chick", 3: "Parrot"}
    for version in order:
        on_account_changed([told(version, name=names[version])])
    assert Account.objects.get(pk=PERSON).name == "Parrot"


@pytest.mark.django_db
def test_several_states_may_come_in_one_batch() -> None:
    on_account_changed([told(2, role="manager"), told(1), told(3, is_active=False)])
    account = Account.objects.get(pk=PERSON)
    assert (account.version, account.is_active, account.is_eligible) == (3, False, False)


def test_who_leaves_gets_no_more_tasks(worker: User, colleague: User) -> None:
    colleague.change(is_active=False)
    deliver_everything()
    assert set(Account.objects.draw(20)) == {UUID(str(worker.public_id))}
