"""One sign-in for everything (I1)."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from auth_app.models import User
from tests.conftest import LETTERS, PASSWORD, ClientFor, Hire

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_rate_limit_from_before() -> None:
    cache.clear()


@pytest.fixture
def person(hire: Hire) -> User:
    return hire("Polly", password=PASSWORD)


def sign_in(client: Client, person: User, password: str = PASSWORD) -> int:
    form = {"login": person.email, "password": password}
    return client.post("/accounts/login/", form).status_code


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session and client.get("/people/me/").status_code == 200


def test_it_lets_a_person_in(client: Client, person: User) -> None:
    assert sign_in(client, person) == 302
    assert is_in(client)


def test_it_asks_the_anonymous_to_sign_in_and_brings_them_back(client: Client) -> None:
    assert client.get("/people/me/").headers["Location"] == "/accounts/login/?next=/people/me/"


def test_it_keeps_out_who_has_the_wrong_password(client: Client, person: User) -> None:
    assert sign_in(client, person, "wrong") == 422
    assert not is_in(client)


def test_it_keeps_out_the_dismissed(client: Client, person: User) -> None:
    person.deactivate()
    sign_in(client, person)
    assert not is_in(client)


def test_dismissal_ends_what_is_open(client_for: ClientFor, person: User) -> None:
    client = client_for(person)
    person.deactivate()
    assert client.get("/people/me/").status_code == 302


def test_a_new_role_counts_from_the_next_click(client_for: ClientFor, admin: User) -> None:
    client = client_for(admin)
    User.objects.filter(pk=admin.pk).update(role="worker")
    assert client.get("/people/").status_code == 403


def test_it_stops_who_guesses_passwords(client: Client, person: User) -> None:
    for _ in range(5):
        sign_in(client, person, "wrong")
    assert sign_in(client, person) == 422
    assert not is_in(client)


def test_it_keeps_a_changed_password_and_nothing_else(client: Client, person: User) -> None:
    sign_in(client, person)
    new = "another-perch-77"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", form)
    person.refresh_from_db()
    assert person.check_password(new)
    assert person.version == 1


@LETTERS
@pytest.mark.parametrize("address", ["/accounts/password/reset/", "/accounts/login/code/"])
def test_letters_speak_the_language_of_their_reader(
    address: str, client: Client, person: User
) -> None:
    person.change(language="ru")
    client.post(address, {"email": person.email}, headers={"Accept-Language": "en"})
    [letter] = mail.outbox
    assert "Здравствуйте!" in letter.body
    assert "забудьте об этом письме" in letter.body


@LETTERS
@pytest.mark.parametrize("address", ["/accounts/password/reset/", "/accounts/login/code/"])
def test_strangers_are_answered_in_the_language_of_their_browser(address: str) -> None:
    for language, words in (("ru", "Учётной записи"), ("en", "There is no account")):
        email = f"stranger.{language}@popug.example"
        Client().post(address, {"email": email}, headers={"Accept-Language": language})
        assert words in mail.outbox[-1].body


@LETTERS
@pytest.mark.parametrize("role", ["worker", "admin"])
def test_a_code_by_mail_is_no_second_factor(client: Client, hire: Hire, role: str) -> None:
    """Whoever has one is asked for it, and whoever must have one has it."""
    person = hire("Letty", role)
    client.post("/accounts/login/code/", {"email": person.email})
    [code] = re.findall(r"^[A-Z0-9]{3,}-?[A-Z0-9]{3,}$", str(mail.outbox[-1].body), re.MULTILINE)
    answer = client.post("/accounts/login/code/confirm/", {"code": code})
    assert is_in(client) == (role == "worker")
    assert (answer.headers["Location"] == "/accounts/2fa/authenticate/") == (role == "admin")


@LETTERS
def test_a_letter_about_a_change_tells_when_on_the_readers_clock_and_in_which_browser(
    client: Client, person: User
) -> None:
    person.change(language="ru", time_zone="Asia/Tokyo")
    sign_in(client, person)
    new = "another-perch-77"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    client.post("/accounts/password/change/", form, headers={"User-Agent": agent})
    letter = mail.outbox[-1]
    text = str(letter.body)
    assert letter.subject == "Ваш пароль изменён"
    assert re.search(r"\nКогда: \d+ \S+ \d{4}\sг\., \d\d:\d\d \(Asia/Tokyo\)\n", text)
    assert "\nБраузер: Firefox, Linux\n" in text
    assert "потрясающая система обмена задачами" in text


@pytest.mark.parametrize(("language", "lasts"), [("en", "3 minutes"), ("ru", "3 минуты")])
def test_the_page_says_how_long_a_code_is_good(
    language: str, lasts: str, client: Client, person: User
) -> None:
    page = client.post(
        "/accounts/login/code/",
        {"email": person.email},
        headers={"Accept-Language": language},
        follow=True,
    )
    assert lasts in page.content.decode()


@pytest.mark.parametrize("page", ["login/", "signup/", "password/reset/", "login/code/"])
def test_an_address_has_one_name_on_all_pages(page: str, client: Client) -> None:
    answer = client.get(f"/accounts/{page}").content.decode()
    assert ">E-mail</label>" in answer
    assert "Email" not in answer
    assert "placeholder" not in answer
