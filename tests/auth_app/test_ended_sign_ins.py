"""A sign-in that has ended is over in every service, although tokens can't be called back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from auth_app import refresh, second_factor, tokens
from auth_app.models import User
from auth_app.tokens import Pair
from tests.calling import Caller
from tests.conftest import PASSWORD, Hire, sign_in
from tests.delivery import deliver_everything, published

ELSEWHERE = ("/tasks", "/billing/balance", "/analytics/summary", "/events/lag")
TOLD = "auth.sign_in_ended"


@pytest.fixture
def ada(hire: Hire) -> User:
    return hire("Ada", "admin", PASSWORD)


def signed_in(person: User) -> Pair:
    pair = tokens.sign_in(User.objects.get(pk=person.pk), second_factor.enrolled(person))
    assert pair
    return pair


def answers(pair: Pair) -> set[int]:
    deliver_everything()
    return {Caller(pair.access).get(path).status_code for path in ELSEWHERE}


def revoke(person: User, pair: Pair) -> None:
    Caller().post("/token/revoke", {"refresh": pair.refresh})


def sign_out_everywhere(person: User, pair: Pair) -> None:
    Caller(pair.access).post("/token/revoke-all")


def end_other_sessions(person: User, pair: Pair) -> None:
    browser = Client()
    sign_in(browser, person)
    browser.get("/")
    browser.post("/accounts/sessions/")


def use_a_refresh_token_twice(person: User, pair: Pair) -> None:
    tokens.refreshed(pair.refresh)
    tokens.refreshed(pair.refresh)


def choose_another_password(person: User, pair: Pair) -> None:
    person.change_password("another-long-password")


def reset_second_factor(person: User, pair: Pair) -> None:
    second_factor.reset(person, "lost the phone")


@pytest.mark.parametrize(
    "end",
    [
        revoke,
        sign_out_everywhere,
        end_other_sessions,
        use_a_refresh_token_twice,
        choose_another_password,
        reset_second_factor,
    ],
)
def test_its_access_tokens_open_nothing_anywhere(
    end: Callable[[User, Pair], None], ada: User
) -> None:
    pair = signed_in(ada)
    assert answers(pair) == {200}
    end(ada, pair)
    assert answers(pair) == {401}


def test_of_two_sign_ins_the_other_stays(ada: User) -> None:
    one, other = signed_in(ada), signed_in(ada)
    revoke(ada, one)
    assert (answers(one), answers(other)) == ({401}, {200})


def test_whoever_signs_in_again_is_let_in(ada: User) -> None:
    sign_out_everywhere(ada, signed_in(ada))
    assert answers(signed_in(ada)) == {200}


def test_a_token_that_was_renewed_is_over_too(ada: User) -> None:
    pair = signed_in(ada)
    renewed = tokens.refreshed(pair.refresh)
    assert renewed
    refresh.revoke(renewed.refresh)
    assert answers(pair) == answers(renewed) == {401}


def test_it_is_remembered_for_longer_than_its_last_token_is_good(ada: User) -> None:
    revoke(ada, signed_in(ada))
    [told] = published(TOLD)
    end = datetime.fromisoformat(told["tokens_end_at"])
    assert end - timezone.now() > timedelta(minutes=5, seconds=30)


def test_what_has_no_token_left_is_not_told(ada: User) -> None:
    pair = signed_in(ada)
    with time_machine.travel(timezone.now() + timedelta(minutes=6, seconds=5)):
        refresh.revoke(pair.refresh)
    assert tokens.refreshed(pair.refresh) is None
    assert published(TOLD) == []
