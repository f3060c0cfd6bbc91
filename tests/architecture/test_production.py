"""What only production sets, asked of a process that runs with production's environment."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

LOCAL = {"ATES_LOCAL", "DEBUG", "DEMO", "DJANGO_SETTINGS_MODULE"}
ASK = """
import json
from config import settings
names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "TYPIST_COOKIE_NAME",
         "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT",
         "SECURE_HSTS_SECONDS", "PASSWORD_HASHERS", "DEBUG", "DEMO")
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


@pytest.fixture(scope="module")
def production() -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if name not in LOCAL}
    environment |= {"SECRET_KEY": "s" * 50, "BASE_URL": "https://ates.popug.example"}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    settings: dict[str, Any] = json.loads(done.stdout)
    return settings


def test_cookies_are_bound_to_this_host(production: dict[str, Any]) -> None:
    """No subdomain can set them (RFC 6265bis, 4.1.3.2)."""
    for kind in ("SESSION", "CSRF", "TYPIST"):
        assert production[f"{kind}_COOKIE_NAME"].startswith("__Host-")
    for kind in ("SESSION", "CSRF"):  # the third is sent as the session is
        assert production[f"{kind}_COOKIE_SECURE"] is True


def test_everything_is_encrypted_for_a_year_at_least(production: dict[str, Any]) -> None:
    assert production["SECURE_SSL_REDIRECT"] is True
    assert production["SECURE_HSTS_SECONDS"] >= 365 * 24 * 60 * 60


def test_passwords_are_hashed_by_argon2(production: dict[str, Any]) -> None:
    assert "Argon2" in production["PASSWORD_HASHERS"][0]


def test_it_is_no_demo_and_tells_no_secrets(production: dict[str, Any]) -> None:
    assert (production["DEBUG"], production["DEMO"]) == (False, False)
