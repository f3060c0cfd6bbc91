"""Refresh tokens: each good once, families that end, and what ends them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection, transaction

from access import tokens as accepted
from auth_app import refresh, second_factor, tokens
from auth_app.models import User
from auth_app.refresh import RefreshToken, TokenFamily
from tests.billing_app.races import meanwhile, wait_for, waiting
from tests.conftest import APP_SECRET, PASSWORD, Hire


@pytest.fixture
def ada(hire: Hire) -> User:
    return hire("Ada", "admin", PASSWORD)


@pytest.fixture
def first(ada: User) -> str:
    """The refresh token of a sign-in."""
    return signed_in(ada)


def signed_in(person: User) -> str:
    pair = tokens.sign_in(User.objects.get(pk=person.pk), second_factor.enrolled(person))
    assert pair
    return pair.refresh


def follows(secret: str) -> str:
    pair = tokens.refreshed(secret)
    assert pair
    return pair.refresh


def is_refused(secret: str) -> bool:
    return tokens.refreshed(secret) is None


def why() -> list[str]:
    return list(TokenFamily.objects.values_list("ended_why", flat=True).order_by("born_at"))


def test_it_gives_a_new_one_for_each(first: str) -> None:
    second = follows(first)
    assert second != first
    assert follows(second)


def test_it_keeps_no_token_that_could_be_stolen(first: str) -> None:
    kept = RefreshToken.objects.get()
    assert first not in kept.digest
    assert kept.digest == refresh.digest_of(first)


def test_a_second_use_ends_the_whole_family(first: str) -> None:
    newest = follows(follows(first))
    assert is_refused(first)
    assert is_refused(newest)
    assert why() == ["reused"]


def test_a_second_use_ends_no_other_family(first: str, ada: User) -> None:
    other = signed_in(ada)
    follows(first)
    assert is_refused(first)
    assert follows(other)


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "é" * 43, "\0"])
def test_an_unknown_token_is_refused(secret: str, ada: User) -> None:
    assert is_refused(secret)


def test_it_ends_after_half_a_day_without_use(first: str) -> None:
    with time_machine.travel(timedelta(hours=12, seconds=1)):
        assert is_refused(first)


def test_it_ends_after_thirty_days_however_busy(ada: User) -> None:
    with time_machine.travel("2026-11-01 00:00:00Z", tick=False) as clock:
        secret = signed_in(ada)
        for _ in range(59):
            clock.shift(timedelta(hours=12) - timedelta(seconds=1))
            secret = follows(secret)
        clock.shift(timedelta(hours=12))
        assert is_refused(secret)


def test_revoking_ends_the_family(first: str) -> None:
    second = follows(first)
    refresh.revoke(first)
    assert is_refused(second)
    assert why() == ["revoked"]


def test_revoking_what_is_unknown_says_nothing(ada: User) -> None:
    refresh.revoke("x" * 43)


@pytest.mark.parametrize("change", [{"role": "worker"}, {"is_active": False}])
def test_another_standing_ends_them(change: dict[str, Any], hire: Hire, first: str) -> None:
    hire("Another Admin", "admin")
    User.objects.get(email="ada@popug.example").change(**change)
    assert is_refused(first)
    assert why() == ["standing"]


def test_a_change_that_fails_ends_nothing(first: str, ada: User) -> None:
    with transaction.atomic():
        assert refresh.end_refresh_families(ada, TokenFamily.Why.SIGNED_OUT) == 1
        transaction.set_rollback(True)
    assert follows(first)


def test_another_name_ends_nothing(first: str, ada: User) -> None:
    ada.change(name="Ada L.")
    assert follows(first)


def test_another_password_ends_them(first: str, ada: User) -> None:
    ada.change_password("another-long-password")
    assert is_refused(first)
    assert why() == ["password"]


def test_another_second_factor_ends_them(first: str, ada: User) -> None:
    assert second_factor.reset(ada, "lost the phone")
    assert is_refused(first)


def test_whoever_comes_back_signs_in_anew(hire: Hire, first: str, ada: User) -> None:
    hire("Another Admin", "admin")
    ada.deactivate()
    ada.reactivate()
    assert is_refused(first)


def test_nobody_signs_in_with_a_password_that_changed_meanwhile(ada: User) -> None:
    checked = tokens.person_with("ada@popug.example", PASSWORD)
    ada.change_password("another-long-password")
    assert checked
    assert tokens.sign_in(checked, showed_factor=True) is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda person: person.change(role="admin"), id="promoted"),
        pytest.param(lambda person: person.deactivate(), id="dismissed"),
        pytest.param(lambda person: person.end_sessions(), id="signed out everywhere"),
        pytest.param(lambda person: TOTP.activate(person, APP_SECRET), id="another factor"),
    ],
)
def test_nor_does_whoever_has_changed_since_it_was_checked(
    change: Callable[[User], Any], hire: Hire
) -> None:
    """Else a worker who is made an admin meanwhile would be one without a second factor."""
    hire("Wanda", "worker", PASSWORD)
    checked = tokens.person_with("wanda@popug.example", PASSWORD)
    assert checked
    change(User.objects.get(pk=checked.pk))
    assert tokens.sign_in(checked, showed_factor=False) is None
    assert not TokenFamily.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_whoever_signs_in_while_a_factor_is_added_is_asked_for_it(hire: Hire) -> None:
    hire("Wanda", "worker", PASSWORD)
    checked = tokens.person_with("wanda@popug.example", PASSWORD)
    assert checked
    with meanwhile() as then:
        with transaction.atomic():
            TOTP.activate(User.objects.get(pk=checked.pk), APP_SECRET)
            signing_in = then(tokens.sign_in, checked, False)
            wait_for(lambda: waiting() == 1, "who signs in waits for who adds it")
        assert signing_in.result() is None


def test_the_new_access_token_knows_the_new_state(first: str, ada: User) -> None:
    ada.change(name="Ada L.")
    pair = tokens.refreshed(first)
    assert pair
    assert accepted.verify(pair.access).version == 2


def test_what_is_past_its_end_is_forgotten(first: str) -> None:
    assert refresh.prune() == 0
    with time_machine.travel(timedelta(days=30, seconds=1)):
        assert refresh.prune() == 2
    assert is_refused(first)


@pytest.mark.django_db(transaction=True)
def test_of_parallel_exchanges_exactly_one_wins(hire: Hire) -> None:
    """All of them come while somebody holds the token, so none can be done before another reads."""
    secret = signed_in(hire("Ada", "admin", PASSWORD))

    def attempt(_: int) -> bool:
        try:
            return not is_refused(secret)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        with transaction.atomic():
            RefreshToken.objects.select_for_update().get()
            attempts = [pool.submit(attempt, one) for one in range(4)]
            wait_for(lambda: waiting() == 4, "all wait for the token")
        assert sum(one.result() for one in attempts) == 1
    assert why() == ["reused"]
