"""One's own profile: name, language, theme."""

import pytest
from django.test import Client

from auth_app.models import User
from tests.conftest import ClientFor
from tests.delivery import published

FORM = {"name": "Wilma", "language": "ru", "theme": "dark"}


def test_it_changes_name_language_and_theme(client_for: ClientFor, worker: User) -> None:
    assert client_for(worker).post("/people/me/", FORM).status_code == 302
    worker.refresh_from_db()
    assert (worker.name, worker.language, worker.theme) == ("Wilma", "ru", "dark")
    assert published("auth.account_updated")[-1]["language"] == "ru"


def test_it_never_changes_role_or_standing(client_for: ClientFor, worker: User) -> None:
    client_for(worker).post("/people/me/", FORM | {"role": "admin", "is_active": ""})
    worker.refresh_from_db()
    assert (worker.role, worker.is_active) == ("worker", True)


def test_it_names_what_is_wrong(client_for: ClientFor, worker: User) -> None:
    response = client_for(worker).post("/people/me/", FORM | {"language": "xx"})
    assert response.status_code == 422
    assert response.context["form"].errors["language"]


def test_pages_speak_the_language_of_the_profile(client_for: ClientFor, worker: User) -> None:
    worker.change(language="ru")
    assert '<html lang="ru"' in client_for(worker).get("/people/me/").content.decode()


def test_pages_wear_the_theme_of_the_profile(client_for: ClientFor, worker: User) -> None:
    worker.set_theme("dark")
    assert 'data-theme="dark"' in client_for(worker).get("/people/me/").content.decode()


def test_the_language_switch_changes_the_profile(client_for: ClientFor, worker: User) -> None:
    client_for(worker).post("/language/", {"language": "ru"})
    worker.refresh_from_db()
    assert worker.language == "ru"


def test_the_language_switch_works_before_sign_in(client: Client, db: None) -> None:
    client.post("/language/", {"language": "ru"})
    assert '<html lang="ru"' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    "name", ["Polly\nBcc: all@popug.example", "Polly\x1b[31m", "yll\u202eoP", "Pol\u2028ly"]
)
def test_a_name_stays_in_its_line(client_for: ClientFor, worker: User, name: str) -> None:
    assert client_for(worker).post("/people/me/", FORM | {"name": name}).status_code == 422
