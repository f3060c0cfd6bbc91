"""The frame of every page: menu by role, colours, forms, errors."""

import pytest
from django import forms
from django.test import Client, RequestFactory
from django.views.defaults import server_error
from pytest_django.fixtures import Settings

from access.actor import ROLES
from auth_app.models import User
from pages.navigation import MENU, menu
from tests.conftest import ClientFor


class TitleForm(forms.Form):
    title = forms.CharField(help_text="No brackets.")
    jira_id = forms.CharField(required=False)


def routes(role: str) -> set[str]:
    return {entry.route for group in MENU for entry in group.entries if role in entry.roles}


def test_it_shows_each_role_what_it_may_open() -> None:
    assert routes("worker") == {"tasks:mine", "tasks:list", "billing:account"}
    assert "billing:days" in routes("accountant") - routes("manager")
    assert {"people:list", "events:log"} <= routes("admin") - routes("accountant")


@pytest.mark.parametrize("role", ROLES)
def test_it_lights_up_at_most_one_entry(role: str) -> None:
    links = [link for group in menu(role, "/tasks/mine/") for link in group["links"]]
    assert sum(link.current for link in links) <= 1


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/tasks/01a2/", "tasks:list"),
        ("/tasks/imports/7/", "tasks:import"),
        ("/events/audit/", "events:health"),
        ("/events/replays/01a2/", "events:dead_letters"),
        ("/elsewhere/", ""),
    ],
)
def test_it_lights_up_where_one_is(path: str, entry: str) -> None:
    links = [link for group in menu("admin", path) for link in group["links"]]
    assert next((link.route for link in links if link.current), "") == entry


def test_the_address_of_a_button_is_a_page_that_says_so(
    client_for: ClientFor, worker: User
) -> None:
    answer = client_for(worker).get("/theme/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Nothing was done" in answer.content.decode()
    assert client_for(worker, htmx=True).get("/theme/").content == b""


def test_it_ties_errors_and_help_to_their_field() -> None:
    html = TitleForm({"title": ""}).as_div()
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<ul class="errorlist" id="id_title_error">' in html


def test_it_says_which_fields_are_optional() -> None:
    assert TitleForm().as_div().count('class="optional"') == 1


def test_it_announces_errors_of_the_whole_form() -> None:
    form = TitleForm({"title": "x"})
    form.add_error(None, "Nobody can be drawn.")
    assert 'role="alert"' in form.as_div()


def test_it_remembers_the_chosen_colours(client_for: ClientFor, worker: User) -> None:
    client = client_for(worker)
    answer = client.post(
        "/theme/", {"theme": "dark"}, headers={"Referer": "http://testserver/tasks/"}
    )
    worker.refresh_from_db()
    assert (answer["Location"], worker.theme) == ("http://testserver/tasks/", "dark")


def test_it_refuses_colours_it_does_not_know(client_for: ClientFor, worker: User) -> None:
    assert client_for(worker).post("/theme/", {"theme": "pink"}).status_code == 422


def test_it_goes_back_to_no_other_site(client_for: ClientFor, worker: User) -> None:
    away = {"Referer": "https://evil.example/"}
    answer = client_for(worker).post("/theme/", {"theme": "light"}, headers=away)
    assert answer["Location"] == "/"


def test_it_offers_the_demo_people_only_in_a_demo(db: None, settings: Settings) -> None:
    settings.DEMO = False
    assert b"worker1@popug.example" not in Client().get("/accounts/login/").content
    settings.DEMO = True
    assert b"worker1@popug.example" in Client().get("/accounts/login/").content


def test_it_has_its_own_page_for_what_is_not_there(client_for: ClientFor, worker: User) -> None:
    answer = client_for(worker).get("/nowhere/")
    assert answer.status_code == 404
    assert b'class="entry"' in answer.content


def test_it_can_say_that_it_broke_without_any_context() -> None:
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b'class="entry"' in answer.content


@pytest.mark.parametrize("page", ["login", "signup", "password/reset"])
def test_it_dresses_every_page_of_signing_in(db: None, page: str) -> None:
    content = Client().get(f"/accounts/{page}/").content
    assert b'class="entry"' in content
    assert b"style=" not in content
