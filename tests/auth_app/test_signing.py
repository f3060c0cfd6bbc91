"""Signing keys: published, changed without an outage, never given away."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from access import tokens as accepted
from auth_app import signing
from auth_app.models import User
from tests.calling import caller_for


def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/.well-known/jwks.json").json()
    return found


def test_it_publishes_public_members_only(client: Client, db: None) -> None:
    [key] = document(client)["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (key["alg"], key["use"], key["kid"]) == ("ES256", "sig", signing.current().kid)


def test_the_document_may_be_kept_for_minutes(client: Client, db: None) -> None:
    response = client.get("/.well-known/jwks.json")
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Content-Type"] == "application/jwk-set+json"


@time_machine.travel("2026-11-23 09:00:00Z", tick=False)
def test_the_document_is_not_kept_beyond_the_end_of_a_key(settings: Settings) -> None:
    end = timezone.now() + timedelta(seconds=30)
    ending = signing.SigningKey(signing.new_key().private_key, None, end)
    settings.JWT_PRIVATE_KEYS = signing.write([ending])
    assert signing.seconds_to_keep() == 30


def test_keys_change_without_an_outage(settings: Settings, worker: User) -> None:
    """The runbook, step by step, with a token of every moment tried at every moment."""
    with time_machine.travel("2026-11-23 09:00:00Z", tick=False) as clock:
        settings.JWT_PRIVATE_KEYS = signing.write([signing.new_key()])
        old = signing.current().kid
        rotate(settings)
        assert len(signing.published()["keys"]) == 2
        assert signing.current().kid == old
        clock.shift(599)
        last_of_old = caller_for(worker).token
        clock.shift(1)
        new = signing.current().kid
        assert new != old
        accepted.verify(last_of_old)
        accepted.verify(caller_for(worker).token)
        clock.shift(299)
        accepted.verify(last_of_old)
        clock.shift(601)
        assert [key["kid"] for key in signing.published()["keys"]] == [new]
        accepted.verify(caller_for(worker).token)
        rotate(settings)
        assert len(json.loads(settings.JWT_PRIVATE_KEYS)) == 2  # what has expired is gone


def test_a_retired_key_signs_nothing_that_is_believed(settings: Settings, worker: User) -> None:
    retired, other = signing.new_key(), signing.new_key()
    settings.JWT_PRIVATE_KEYS = signing.write([retired])
    token = caller_for(worker).token
    settings.JWT_PRIVATE_KEYS = signing.write([other])
    with pytest.raises(accepted.InvalidToken):
        accepted.verify(token)


def test_a_key_in_an_emergency_is_simply_left_out(settings: Settings) -> None:
    key = signing.new_key()
    settings.JWT_PRIVATE_KEYS = key.as_pem()
    assert [row["kid"] for row in signing.published()["keys"]] == [key.kid]


def test_it_reads_plain_pems_and_escaped_ones() -> None:
    keys = [signing.new_key(), signing.new_key()]
    text = "".join(key.as_pem() for key in keys)
    escaped = text.replace("\n", "\\n")
    for written in (text, escaped):
        assert [key.kid for key in signing.read(written)] == [key.kid for key in keys]


@pytest.mark.parametrize("text", ["[{}]", "[7]", "[", '[{"private_key": "x"}]', "[]", "junk"])
def test_it_says_when_keys_cannot_be_read(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="JWT_PRIVATE_KEYS"):
        signing.read(text)


def test_a_key_that_is_cut_off_is_no_key_left_out() -> None:
    whole = signing.new_key().as_pem()
    with pytest.raises(ImproperlyConfigured, match="JWT_PRIVATE_KEYS"):
        signing.read(whole + signing.new_key().as_pem()[:100])


@pytest.mark.parametrize("kind", ["rsa", "p384"])
def test_it_refuses_keys_of_another_kind(kind: str) -> None:
    key: Any = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if kind == "rsa"
        else ec.generate_private_key(ec.SECP384R1())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    with pytest.raises(ImproperlyConfigured, match="P-256"):
        signing.read(pem)


def test_it_signs_nothing_before_a_keys_time(settings: Settings) -> None:
    early = signing.new_key(timezone.now() + timedelta(minutes=1))
    settings.JWT_PRIVATE_KEYS = signing.write([early])
    with pytest.raises(ImproperlyConfigured):
        signing.current()


@pytest.mark.parametrize(
    ("keys", "words"),
    [("", "JWT_PRIVATE_KEYS is not set"), ("[{}]", "JWT_PRIVATE_KEYS cannot be read")],
)
def test_production_does_not_start_without_a_key(keys: str, words: str) -> None:
    local = {"ATES_LOCAL", "DEBUG"}
    environment = {name: value for name, value in os.environ.items() if name not in local}
    environment |= {"SECRET_KEY": "s" * 50, "JWT_PRIVATE_KEYS": keys}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert words in done.stderr


def rotate(settings: Settings) -> None:
    """What the operator does: run the command, set what it prints."""
    printed = StringIO()
    call_command("new_signing_key", stdout=printed)
    settings.JWT_PRIVATE_KEYS = printed.getvalue()
