"""Attacks on the signature, the header and the form of an access token (RFC 8725)."""

import json
import logging
import socket
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from access import keys, tokens
from auth_app import signing
from tests.access import forge
from tests.access.forge import GONE


def refused(token: str) -> bool:
    with pytest.raises(tokens.InvalidToken):
        tokens.verify(token)
    return True


def test_it_believes_a_good_token() -> None:
    claims = tokens.verify(forge.token(role="manager", version=7))
    assert (str(claims.subject), claims.role, claims.version) == (forge.SUBJECT, "manager", 7)


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE", ""])
def test_it_refuses_a_token_without_an_algorithm(alg: str) -> None:
    unsigned = forge.token({"alg": alg}).rpartition(".")[0]
    assert refused(f"{unsigned}.")
    assert refused(f"{unsigned}.AA")
    assert refused(unsigned)


@pytest.mark.parametrize("form", ["PEM", "DER", "JWK"])
def test_it_refuses_a_mac_made_with_the_public_key(form: str) -> None:
    assert refused(forge.mac({"alg": "HS256"}, public_key(form)))
    assert refused(forge.mac({"alg": "ES256"}, public_key(form)))


@pytest.mark.parametrize("secret", [b"", b"secret", b"only-for-tests-" + b"x" * 50])
def test_it_refuses_a_mac_made_with_a_guessable_secret(secret: bytes) -> None:
    assert refused(forge.mac({"alg": "HS256"}, secret))


@pytest.mark.parametrize("alg", ["RS256", "RS384", "PS256", "ES384", "EdDSA", "es256"])
def test_it_refuses_another_algorithm_though_the_signature_fits(alg: str) -> None:
    assert refused(forge.token({"alg": alg}))


def test_it_refuses_a_token_that_was_really_signed_with_rsa() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    headers = {"typ": "at+jwt", "kid": signing.current().kid}
    assert refused(jwt.encode(forge.claims(), key, algorithm="RS256", headers=headers))


def test_it_refuses_a_signature_that_is_gone_cut_or_borrowed() -> None:
    text, _, signature = forge.token().rpartition(".")
    borrowed = forge.token(jti="another").rpartition(".")[2]
    for wrong in ("", signature[:-4], signature[4:], borrowed, forge.part(b"\0" * 64)):
        assert refused(f"{text}.{wrong}")


def test_it_refuses_a_token_with_any_byte_of_its_claims_changed() -> None:
    head, body, signature = forge.token().split(".")
    for place in range(0, len(body), 7):
        other = "A" if body[place] != "A" else "B"
        assert refused(f"{head}.{body[:place]}{other}{body[place + 1 :]}.{signature}")


def test_it_refuses_a_header_that_was_changed_after_signing() -> None:
    _, body, signature = forge.token().split(".")
    head = {"typ": "AT+JWT", "alg": "ES256", "kid": signing.current().kid}
    assert refused(f"{forge.part(json.dumps(head))}.{body}.{signature}")


def test_it_refuses_a_key_that_the_token_brings_along() -> None:
    mine = signing.new_key()
    assert refused(forge.token({"jwk": mine.as_jwk()}, key=mine.private_key))
    assert refused(forge.token({"jwk": mine.as_jwk(), "kid": mine.kid}, key=mine.private_key))


@pytest.mark.parametrize("member", ["jku", "x5u", "x5c", "x5t"])
def test_it_asks_no_address_that_the_token_names(
    member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda *a, **_: asked.append(a))
    assert refused(
        forge.token({member: "https://evil.example/keys"}, signing.new_key().private_key)
    )
    assert asked == []


@pytest.mark.parametrize(
    "kid",
    [
        "unknown",
        "../../../../dev/null",
        "x' OR '1'='1",
        "two\nlines",
        "",
        "k" * 65,
        7,
        None,
        ["a"],
        GONE,
    ],
)
def test_it_refuses_a_key_that_is_unknown_or_no_name_at_all(
    kid: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert refused(forge.token({"kid": kid}))
    assert caplog.text == ""


def test_it_refuses_a_token_of_a_key_of_somebody_else() -> None:
    assert refused(forge.token(key=signing.new_key().private_key))


def test_it_refuses_extensions_that_it_does_not_know() -> None:
    assert refused(forge.token({"crit": ["exp"], "exp": 1}))
    assert refused(forge.token({"crit": ["b64"], "b64": False}))
    assert refused(forge.token({"zip": "DEF"}))
    assert refused(forge.token({"cty": "JWT"}))


def test_it_refuses_other_shapes_of_tokens() -> None:
    good = forge.token()
    head, body, signature = good.split(".")
    flattened = json.dumps({"protected": head, "payload": body, "signature": signature})
    nested = forge.signed(json.dumps({"alg": "ES256", "typ": "at+jwt"}), good)
    for wrong in (f"{good}.x.y", f"{head}.{body}", flattened, nested, "", ".", "..", good * 2):
        assert refused(wrong)


@pytest.mark.parametrize("wrap", [" {}", "{} ", "\n{}", "{}=", "{}\0", '"{}"', "{}%20"])
def test_it_refuses_a_token_with_anything_around_it(wrap: str) -> None:
    assert refused(wrap.format(forge.token()))


def test_it_refuses_another_spelling_of_the_same_signature() -> None:
    """The last letter of 64 bytes has four bits that say nothing."""
    good = forge.token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert refused(good[:-1] + alphabet[alphabet.index(good[-1]) + 1])


def test_it_refuses_a_header_that_says_a_thing_twice() -> None:
    kid = signing.current().kid
    head = f'{{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"{kid}"}}'
    assert refused(forge.signed(head, json.dumps(forge.claims())))


def test_it_refuses_what_is_too_large_or_too_deep() -> None:
    assert refused(forge.token(jti="x" * 8192))
    assert refused(forge.signed("[" * 1400, json.dumps(forge.claims())))
    assert refused(forge.signed('{"alg":' * 200, json.dumps(forge.claims())))


@pytest.mark.parametrize("typ", ["JWT", "jwt", "id+jwt", "refresh", "", GONE, 1, ["at+jwt"]])
def test_it_refuses_a_token_of_another_type(typ: Any) -> None:
    assert refused(forge.token({"typ": typ}))


def test_it_refuses_a_key_on_another_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = ec.generate_private_key(ec.SECP256K1())
    row = jwt.algorithms.ECAlgorithm.to_jwk(weak.public_key(), as_dict=True)
    document = {"keys": [row | {"kid": "weak", "alg": "ES256K"}, *signing.published()["keys"]]}
    monkeypatch.setattr(signing, "published", lambda: document)
    assert keys.find("weak") is None


def test_a_signature_says_both_of_its_halves_in_full() -> None:
    """Not in DER, as other libraries write it."""
    text, _, signature = forge.token().rpartition(".")
    der = signing.current().private_key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    assert decode_dss_signature(der)
    assert refused(f"{text}.{forge.part(der)}")
    assert len(signature) == 86


def public_key(form: str) -> bytes:
    public = signing.current().private_key.public_key()
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    if form == "JWK":
        return json.dumps(signing.current().as_jwk()).encode()
    return public.public_bytes(getattr(serialization.Encoding, form), info)
