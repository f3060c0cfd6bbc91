"""Who gets a task: anyone eligible, each as likely as the next (T3, T4)."""

from collections import Counter
from uuid import uuid4

import pytest

from auth_app.models import User
from tasks_app.models import Account, NobodyToAssign

PEOPLE, DRAWS = 10, 20_000
ONE_IN_A_MILLION = 46.0  # of chi-square with nine degrees of freedom


@pytest.mark.django_db
def test_it_draws_everybody_equally_often() -> None:
    Account.objects.bulk_create(
        Account(public_id=uuid4(), name=f"P{number}", role="worker", is_active=True, version=1)
        for number in range(PEOPLE)
    )
    drawn = Counter(Account.objects.draw(DRAWS))
    expected = DRAWS / PEOPLE
    assert len(drawn) == PEOPLE
    assert sum((seen - expected) ** 2 / expected for seen in drawn.values()) < ONE_IN_A_MILLION


@pytest.mark.django_db
def test_it_draws_independently_of_the_draw_before() -> None:
    """Pairs of neighbours are as even as the draws themselves: one in a million for 99 pairs."""
    Account.objects.bulk_create(
        Account(public_id=uuid4(), name=f"P{number}", role="worker", is_active=True, version=1)
        for number in range(PEOPLE)
    )
    drawn = Account.objects.draw(DRAWS)
    pairs = Counter(zip(drawn[::2], drawn[1::2], strict=True))
    expected = DRAWS / 2 / PEOPLE**2
    assert sum((seen - expected) ** 2 / expected for seen in pairs.values()) < 180


def test_it_draws_accountants_too(accountant: User) -> None:
    assert Account.objects.draw(2) == [accountant.public_id] * 2


def test_it_never_draws_managers_and_admins(worker: User, manager: User, admin: User) -> None:
    assert set(Account.objects.draw(50)) == {worker.public_id}


def test_it_never_draws_who_has_left(worker: User, colleague: User) -> None:
    Account.objects.filter(pk=colleague.public_id).update(is_active=False)
    assert set(Account.objects.draw(50)) == {worker.public_id}


def test_it_says_when_there_is_nobody(manager: User) -> None:
    with pytest.raises(NobodyToAssign):
        Account.objects.draw(1)
