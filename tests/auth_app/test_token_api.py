"""Signing in over the API, staying so, and signing out."""

import logging
import time
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
import time_machine
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import signing
from django.test import Client
from pytest_django.fixtures import Settings

from access import tokens as accepted
from auth_app import invitations
from auth_app.models import User
from auth_app.refresh import RefreshToken, TokenFamily
from tests.auth_app.test_second_factor import code
from tests.calling import Caller, caller_for, problem
from tests.conftest import APP_SECRET, PASSWORD, ClientFor, Hire


@pytest.fixture(autouse=True)
def _no_window_ends_meanwhile() -> Iterator[None]:
    with time_machine.travel(time.time(), tick=False):
        yield


@pytest.fixture
def wanda(hire: Hire) -> User:
    return hire("Wanda", "worker", PASSWORD)


@pytest.fixture
def anyone(db: None) -> Caller:
    return Caller()


def ask(caller: Caller, email: str = "wanda@popug.example", **body: Any) -> Any:
    return caller.post("/token", {"password": PASSWORD} | {"email": email} | body)


def refresh(caller: Caller, token: str) -> Any:
    return caller.post("/token/refresh", {"refresh": token})


def test_it_gives_a_pair_for_email_and_password(anyone: Caller, wanda: User) -> None:
    answer = ask(anyone)
    pair = answer.json()
    assert (answer.status_code, set(pair)) == (
        200,
        {"access", "refresh", "token_type", "expires_in"},
    )
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 300)
    assert accepted.verify(pair["access"]).subject == wanda.public_id


def test_what_it_gives_opens_the_api(anyone: Caller, wanda: User) -> None:
    access = ask(anyone).json()["access"]
    assert Caller(access).get("/me").json() == {
        "id": str(wanda.public_id),
        "email": "wanda@popug.example",
        "name": "Wanda",
        "role": "worker",
        "is_active": True,
    }


def test_the_case_of_the_address_does_not_matter(anyone: Caller, wanda: User) -> None:
    assert ask(anyone, " Wanda@Popug.example ").status_code == 200


def test_whether_somebody_is_known_is_not_told(anyone: Caller, wanda: User) -> None:
    unknown = ask(anyone, "nobody@popug.example")
    wrong = ask(anyone, password="not-the-password")
    assert problem(unknown) == problem(wrong) == "invalid-credentials"
    assert (unknown.status_code, unknown["WWW-Authenticate"]) == (401, 'Bearer realm="ates"')
    same = ("type", "title", "status")
    assert [unknown.json()[name] for name in same] == [wrong.json()[name] for name in same]


class CountingHasher(MD5PasswordHasher):
    runs: ClassVar[int] = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).runs += 1
        return super().encode(password, salt)


def test_it_takes_equally_long_whether_somebody_is_known(
    hire: Hire, anyone: Caller, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    hire("Wanda", "worker", PASSWORD)
    hire("Invited", "worker", None)
    runs = []
    for email in ("wanda", "invited", "nobody"):
        before = CountingHasher.runs
        ask(anyone, f"{email}@popug.example", password="not-the-password")
        runs.append(CountingHasher.runs - before)
    assert runs == [1, 1, 1]


def test_dismissed_people_get_nothing(anyone: Caller, wanda: User) -> None:
    wanda.deactivate()
    assert problem(ask(anyone)) == "invalid-credentials"


def test_people_without_a_password_get_nothing(anyone: Caller, hire: Hire) -> None:
    hire("Invited", "worker", None)
    assert problem(ask(anyone, "invited@popug.example", password="")) == "invalid-credentials"


def test_an_address_must_be_confirmed_first(
    anyone: Caller, wanda: User, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    EmailAddress.objects.filter(user=wanda).delete()
    assert problem(ask(anyone)) == "unverified-email"
    wanda.vouch_for_email()
    assert ask(anyone).status_code == 200


def test_who_must_have_a_second_factor_sets_it_up_first(anyone: Caller, hire: Hire) -> None:
    Authenticator.objects.filter(user=hire("Ada", "admin", PASSWORD)).delete()
    answer = ask(anyone, "ada@popug.example")
    assert (answer.status_code, problem(answer)) == (403, "no-second-factor")


def test_who_has_a_second_factor_gives_its_code(anyone: Caller, hire: Hire) -> None:
    hire("Ada", "admin", PASSWORD)
    without, wrong = (ask(anyone, "ada@popug.example", **given) for given in ({}, {"otp": "1"}))
    assert problem(without) == problem(wrong) == "second-factor-needed"
    assert ask(anyone, "ada@popug.example", otp=code(APP_SECRET)).status_code == 200


def test_a_code_is_good_once(anyone: Caller, hire: Hire) -> None:
    hire("Ada", "admin", PASSWORD)
    now = code(APP_SECRET)
    assert ask(anyone, "ada@popug.example", otp=now).status_code == 200
    assert ask(anyone, "ada@popug.example", otp=now).status_code == 401


def test_whoever_guesses_waits(anyone: Caller, wanda: User) -> None:
    for _ in range(10):
        assert ask(anyone, password="a-wrong-guess").status_code == 401
    answer = ask(anyone)
    assert (answer.status_code, problem(answer)) == (429, "too-many-requests")
    assert 0 < int(answer["Retry-After"]) <= 301


def test_guessing_codes_is_guessing_too(anyone: Caller, hire: Hire) -> None:
    hire("Ada", "admin", PASSWORD)
    answers = [ask(anyone, "ada@popug.example", otp=f"{n:06}").status_code for n in range(12)]
    assert answers[-1] == 429


def test_an_address_asks_so_often_and_no_more(anyone: Caller, wanda: User) -> None:
    answers = [ask(anyone, f"{n}@popug.example").status_code for n in range(61)]
    assert answers == [401] * 60 + [429]


def test_it_refreshes(anyone: Caller, wanda: User) -> None:
    first = ask(anyone).json()
    answer = refresh(anyone, first["refresh"])
    assert (answer.status_code, set(answer.json())) == (200, set(first))
    assert Caller(answer.json()["access"]).get("/me").status_code == 200


def test_a_refresh_token_used_twice_ends_its_family(anyone: Caller, wanda: User) -> None:
    first = ask(anyone).json()["refresh"]
    second = refresh(anyone, first).json()["refresh"]
    assert problem(refresh(anyone, first)) == "invalid-refresh-token"
    assert refresh(anyone, second).status_code == 401
    assert TokenFamily.objects.get().ended_why == "reused"


def test_revoking_ends_it(anyone: Caller, wanda: User) -> None:
    token = ask(anyone).json()["refresh"]
    answer = anyone.post("/token/revoke", {"refresh": token})
    assert (answer.status_code, answer.content) == (204, b"")
    assert refresh(anyone, token).status_code == 401


def test_revoking_nonsense_is_answered_alike(anyone: Caller) -> None:
    assert anyone.post("/token/revoke", {"refresh": "x"}).status_code == 204


def test_signing_out_everywhere_ends_tokens_and_sessions(
    anyone: Caller, wanda: User, client_for: ClientFor
) -> None:
    browser, pairs = client_for(wanda), [ask(anyone).json() for _ in range(2)]
    assert Caller(pairs[0]["access"]).post("/token/revoke-all").status_code == 204
    assert [refresh(anyone, pair["refresh"]).status_code for pair in pairs] == [401, 401]
    assert browser.get("/tasks/mine/").status_code == 302


def test_ended_sign_ins_are_over_at_once_where_people_are_kept(anyone: Caller, wanda: User) -> None:
    pair = ask(anyone).json()
    anyone.post("/token/revoke", {"refresh": pair["refresh"]})
    assert Caller(pair["access"]).get("/me").status_code == 401


def test_a_refresh_token_opens_nothing(anyone: Caller, wanda: User) -> None:
    assert problem(Caller(ask(anyone).json()["refresh"]).get("/me")) == "unauthorized"


def test_an_access_token_refreshes_nothing(anyone: Caller, wanda: User) -> None:
    assert refresh(anyone, ask(anyone).json()["access"]).status_code == 401


def test_links_and_sessions_are_no_access_tokens(client: Client, wanda: User) -> None:
    client.force_login(wanda)
    reset = f"{user_pk_to_url_str(wanda)}-{default_token_generator.make_token(wanda)}"
    signed = signing.dumps({"user": wanda.pk}, salt="auth_app")
    for token in (client.cookies["sessionid"].value, reset, invitations.token_for(wanda), signed):
        assert problem(Caller(token).get("/me")) == "unauthorized"


def test_a_token_in_the_address_is_none(wanda: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = caller_for(wanda).token
    for name in ("access_token", "token", "jwt"):
        assert problem(Caller().get("/me", **{name: token})) == "unauthorized"
    assert token not in caplog.text


def test_neither_password_nor_token_is_logged(
    anyone: Caller, wanda: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pair = ask(anyone).json()
    ask(anyone, password="a-wrong-password")
    refresh(anyone, pair["refresh"])
    Caller(pair["access"] + "x").get("/me")
    for secret in (PASSWORD, "a-wrong-password", pair["access"], pair["refresh"], "wanda@"):
        assert secret not in caplog.text


def test_it_keeps_only_digests(anyone: Caller, wanda: User) -> None:
    secret = ask(anyone).json()["refresh"]
    assert secret not in str(RefreshToken.objects.values())
