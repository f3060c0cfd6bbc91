"""What a token and a service's own row of the person allow together."""

from uuid import UUID

import pytest

from access.actor import ACCOUNTANT, ADMIN, MANAGER, ROLES, WORKER
from access.rights import Standing, actor_with, weaker
from access.tokens import Claims

SOMEBODY = UUID("0190c0de-0000-7000-8000-000000000001")


def claims(role: str) -> Claims:
    return Claims(SOMEBODY, role, 3, SOMEBODY, 0, "one", 0)


def role_with(claim: str, row: Standing | None) -> str | None:
    actor = actor_with(claims(claim), row)
    return actor.role if actor else None


def test_a_role_that_was_taken_away_is_gone_from_older_tokens_too() -> None:
    assert role_with(ADMIN, Standing(WORKER, True, "", 1)) == WORKER


def test_a_promotion_needs_a_new_token() -> None:
    assert role_with(WORKER, Standing(ADMIN, True, "", 1)) == WORKER


def test_a_promotion_waits_for_the_services_own_row() -> None:
    assert role_with(MANAGER, Standing(WORKER, True, "", 1)) == WORKER


def test_between_manager_and_accountant_somebody_is_neither() -> None:
    assert role_with(MANAGER, Standing(ACCOUNTANT, True, "", 1)) == WORKER


@pytest.mark.parametrize("role", ROLES)
def test_dismissed_people_are_nobody(role: str) -> None:
    assert role_with(role, Standing(role, False, "", 3)) is None
    assert role_with(role, Standing(role, False, "", 4)) is None


@pytest.mark.parametrize("role", ROLES)
def test_somebody_whose_return_is_on_its_way_may_do_the_least(role: str) -> None:
    assert role_with(role, Standing(role, False, "", 2)) == WORKER


def test_somebody_whose_row_is_on_its_way_may_do_the_least() -> None:
    assert role_with(ADMIN, None) == WORKER


@pytest.mark.parametrize("one", ROLES)
@pytest.mark.parametrize("other", ROLES)
def test_neither_side_ever_gains(one: str, other: str) -> None:
    assert weaker(one, other) == weaker(other, one)
    assert weaker(one, one) == one
    assert weaker(ADMIN, other) == other
