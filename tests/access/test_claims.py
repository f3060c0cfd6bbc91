"""Attacks on what an access token says: times, issuer, audience, subject, rights."""

import time
from typing import Any

import pytest
from django.conf import settings

from access import tokens
from tests.access import forge
from tests.access.forge import GONE

NUMBERS = ["exp", "iat", "nbf", "auth_time", "version"]


def refused(**changes: Any) -> bool:
    token = forge.token(**changes)
    with pytest.raises(tokens.InvalidToken):
        tokens.verify(token)
    return True


def ago(seconds: int) -> dict[str, Any]:
    """The times of a token that was issued so long ago."""
    issued = int(time.time()) - seconds
    return {"iat": issued, "nbf": issued, "exp": issued + 300}


def test_it_refuses_a_token_that_has_expired() -> None:
    assert refused(**ago(300 + tokens.LEEWAY_SECONDS + 1))


def test_it_forgives_clocks_that_differ_by_seconds() -> None:
    tokens.verify(forge.token(**ago(300 + tokens.LEEWAY_SECONDS - 3)))
    tokens.verify(forge.token(**ago(3 - tokens.LEEWAY_SECONDS)))


def test_it_refuses_a_token_of_the_future() -> None:
    assert refused(**ago(-tokens.LEEWAY_SECONDS - 5))
    assert refused(nbf=int(time.time()) + 60)


@pytest.mark.parametrize("moment", [0, -1, 10**18])
def test_it_refuses_a_sign_in_that_cannot_have_been(moment: int) -> None:
    assert refused(auth_time=moment)


def test_it_refuses_a_sign_in_that_is_still_to_come() -> None:
    assert refused(auth_time=int(time.time()) + 3600)


@pytest.mark.parametrize("name", tokens.CLAIMS)
def test_it_refuses_a_token_that_leaves_something_out(name: str) -> None:
    assert refused(**{name: GONE})
    assert refused(**{name: None})


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("change", [str, float, lambda number: [number], lambda number: True])
def test_it_refuses_numbers_that_are_no_integers(name: str, change: Any) -> None:
    assert refused(**{name: change(forge.claims()[name])})


@pytest.mark.parametrize("exp", [10**18, 10**400, -1, 0])
def test_it_refuses_senseless_ends(exp: int) -> None:
    assert refused(exp=exp)


def test_it_refuses_a_life_that_is_longer_than_we_give() -> None:
    now = int(time.time())
    assert refused(exp=now + 301)
    assert refused(exp=now + 900)


@pytest.mark.parametrize("issuer", ["https://evil.example", "", "{0}/", "{0}x", ["{0}"]])
def test_it_refuses_other_issuers(issuer: Any) -> None:
    assert refused(iss=_filled(issuer, settings.BASE_URL))


def test_it_refuses_an_issuer_in_other_case() -> None:
    assert refused(iss=settings.BASE_URL.upper())


@pytest.mark.parametrize("aud", ["https://evil.example", "", "{0}/", "{0}x", ["{0}"], ["{0}", "b"]])
def test_it_refuses_other_audiences(aud: Any) -> None:
    assert refused(aud=_filled(aud, tokens.audience()))


def test_it_refuses_a_part_of_the_audience() -> None:
    assert refused(aud=tokens.audience()[:-1])
    assert refused(aud=settings.BASE_URL)


@pytest.mark.parametrize("subject", [7, "", "ada", ["x"], forge.SUBJECT.upper(), "{%s}"])
def test_it_refuses_a_subject_that_is_nobodys_id(subject: Any) -> None:
    wrapped = subject % forge.SUBJECT if subject == "{%s}" else subject
    assert refused(sub=wrapped)
    assert refused(sid=wrapped)


@pytest.mark.parametrize("role", ["root", "ADMIN", "", ["admin"], {"admin": 1}, "admin "])
def test_it_refuses_roles_that_do_not_exist(role: Any) -> None:
    assert refused(role=role)


@pytest.mark.parametrize("version", [0, -1])
def test_it_refuses_versions_that_nobody_has_had(version: int) -> None:
    assert refused(version=version)


@pytest.mark.parametrize("jti", ["", 7, ["x"]])
def test_it_refuses_a_token_without_an_id(jti: Any) -> None:
    assert refused(jti=jti)


def _filled(value: Any, word: str) -> Any:
    return [item.format(word) for item in value] if isinstance(value, list) else value.format(word)
