"""One's own profile: name, language, and how pages look and behave."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from auth_app.models import User
from tasks_app.models import Task
from tests.conftest import ClientFor
from tests.delivery import published

FORM = {"name": "Wilma", "language": "ru", "time_zone": "", "theme": "dark"}


def test_it_changes_name_language_and_theme(client_for: ClientFor, worker: User) -> None:
    assert client_for(worker).post("/people/me/", FORM).status_code == 302
    worker.refresh_from_db()
    assert (worker.name, worker.language, worker.theme) == ("Wilma", "ru", "dark")
    assert published("auth.account_updated")[-1]["language"] == "ru"


def test_it_says_so_in_the_language_that_was_chosen(client_for: ClientFor, worker: User) -> None:
    page = client_for(worker).post("/people/me/", FORM, follow=True).content.decode()
    assert "Сохранено." in page


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


def test_the_zones_that_are_kept_written_show_each_person_their_own(
    client_for: ClientFor, worker: User, manager: User
) -> None:
    worker.prefer(time_zone="Asia/Tokyo")
    manager.prefer(time_zone="Africa/Accra")
    for person, zone in [(worker, "Asia/Tokyo"), (manager, "Africa/Accra"), (worker, "Asia/Tokyo")]:
        page = client_for(person).get("/people/me/").content.decode()
        assert f'<option value="{zone}" selected>' in page
        assert page.count("selected>") == 3  # language, zone, theme
    worker.prefer(time_zone="")
    worker.change(language="ru")
    assert "компании: UTC" in client_for(worker).get("/people/me/").content.decode()


def test_pages_wear_the_theme_of_the_profile(client_for: ClientFor, worker: User) -> None:
    worker.prefer(theme="dark")
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


def test_it_remembers_zone_and_keys(client_for: ClientFor, worker: User) -> None:
    told = len(published("auth.account_updated"))
    wishes = {"time_zone": "Asia/Vladivostok", "name": worker.name, "language": "en"}
    assert client_for(worker).post("/people/me/", FORM | wishes).status_code == 302
    worker.refresh_from_db()
    assert (worker.time_zone, worker.keys) == ("Asia/Vladivostok", False)
    assert len(published("auth.account_updated")) == told  # nobody else's business


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe/../UTC", "utc"])
def test_it_knows_only_zones_of_this_world(client_for: ClientFor, worker: User, zone: str) -> None:
    assert client_for(worker).post("/people/me/", FORM | {"time_zone": zone}).status_code == 422


def test_times_are_told_in_ones_own_zone_and_money_in_the_companys(
    client_for: ClientFor, worker: User
) -> None:
    worker.prefer(time_zone="Asia/Vladivostok")
    task = Task.create(title="Preen", at=datetime(2026, 3, 1, 20, 30, tzinfo=UTC))
    page = client_for(worker).get(f"/tasks/{task.public_id}/").content.decode()
    assert 'title="Asia/Vladivostok">Mar 2, 2026, 06:30</time>' in page
    assert "Asia/Vladivostok" not in client_for(worker).get("/billing/balance/").content.decode()


@pytest.mark.parametrize("on", [True, False])
def test_keys_are_off_for_whoever_wants_them_off(
    client_for: ClientFor, worker: User, on: bool
) -> None:
    worker.prefer(keys=on)
    page = client_for(worker).get("/people/me/").content.decode()
    assert ("data-keys-off" in page) is not on
