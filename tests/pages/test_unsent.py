"""Whoever sends a form after their session ended loses nothing that they typed."""

import time
from urllib.parse import unquote

import pytest
from django.test import Client

from auth_app import guards
from auth_app.models import User
from pages import unsent
from tasks_app.models import Task
from tests.conftest import ClientFor, Hire, sign_in

TYPED = {"title": "Paint <b>the</b> perch", "jira_id": "UBERPOP-7", "description": "Green.\nTwice."}
FROM = {"Referer": "http://testserver/tasks/new/"}


def grow_old(client: Client) -> None:
    session = client.session
    session["seen_at"] = int(time.time()) - guards.IDLE - 1
    session.save()


@pytest.fixture
def tired(worker: User, client_for: ClientFor) -> Client:
    """Somebody whose session ended while they typed."""
    client = client_for(worker)
    client.get("/tasks/new/")
    grow_old(client)
    return client


@pytest.mark.parametrize("htmx", [False, True])
def test_it_is_kept_and_offered_after_signing_in(tired: Client, worker: User, htmx: bool) -> None:
    there = {"HX-Request": "true", "HX-Current-URL": FROM["Referer"]} if htmx else FROM
    answer = tired.post("/tasks/new/", TYPED, headers=there)
    to = answer["HX-Redirect" if htmx else "Location"]
    assert unquote(to) == "/accounts/login/?next=/unsent/"
    assert not Task.objects.exists()
    assert "What you typed is kept" in tired.get("/accounts/login/").content.decode()

    sign_in(tired, worker)
    page = tired.get("/unsent/").content.decode()
    assert 'action="/tasks/new/"' in page
    assert 'value="Paint &lt;b&gt;the&lt;/b&gt; perch"' in page
    assert 'href="/tasks/new/"' in page
    assert '<dd class="mono">/tasks/new/</dd>' in page  # what is sent where, before it is sent
    found = tired.get("/unsent/").context["unsent"]
    assert dict(found.fields) == TYPED
    assert tired.post(found.path, dict(found.fields)).status_code == 302
    assert Task.objects.get().description == "Green.\nTwice."


def test_it_is_not_offered_to_somebody_else(tired: Client, hire: Hire) -> None:
    tired.post("/tasks/new/", TYPED, headers=FROM)
    sign_in(tired, hire("Olga"))
    assert tired.get("/unsent/")["Location"] == "/"


@pytest.mark.parametrize("comes_back", [True, False])
@pytest.mark.parametrize("changed", ["role", "password", "signed out in another tab"])
def test_of_a_session_that_is_gone_the_browser_knows_whose_it_was(
    changed: str, comes_back: bool, worker: User, colleague: User, client_for: ClientFor
) -> None:
    client = client_for(worker)
    client.get("/tasks/new/")
    if changed == "role":
        worker.change(role="manager")
    elif changed == "password":
        User.objects.get(pk=worker.pk).change_password("another-horse-battery")
    else:
        client.post("/accounts/logout/")
    client.post("/tasks/new/", TYPED, headers=FROM)
    sign_in(client, User.objects.get(pk=worker.pk) if comes_back else colleague)
    answer = client.get("/unsent/")
    assert answer.status_code == (200 if comes_back else 302)
    if comes_back:
        assert dict(answer.context["unsent"].fields) == TYPED


def test_the_cookie_tells_nobody_who_it_is(client_for: ClientFor, worker: User) -> None:
    client = client_for(worker)
    cookie = client.get("/tasks/new/").cookies["typist"]
    assert str(worker.public_id) not in cookie.value
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert "typist" not in client.get("/tasks/new/").cookies  # once is enough


def test_it_is_not_kept_for_long(
    tired: Client, worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tired.post("/tasks/new/", TYPED, headers=FROM)
    sign_in(tired, worker)
    monkeypatch.setattr(unsent, "KEPT", -1)
    assert tired.get("/unsent/").status_code == 302


def test_what_somebody_wanted_done_is_offered_too(tired: Client, worker: User) -> None:
    task = Task.create(title="Preen")
    tired.post(f"/tasks/{task.public_id}/complete/", headers={"Referer": "http://testserver/x"})
    sign_in(tired, worker)
    found = tired.get("/unsent/").context["unsent"]
    assert (found.path, found.page) == (f"/tasks/{task.public_id}/complete/", "/x")
    assert Task.objects.get().is_open


def test_secrets_are_not_kept(tired: Client, worker: User) -> None:
    secrets = {"oldpassword": "a", "password1": "b", "code": "123456", "title": "Preen"}
    tired.post("/tasks/new/", secrets, headers=FROM)
    sign_in(tired, worker)
    assert tired.get("/unsent/").context["unsent"].fields == [("title", "Preen")]


@pytest.mark.parametrize("typed", [{"title": "x" * (unsent.LONGEST + 1)}], ids=["endless"])
def test_what_can_not_be_kept_leads_back_to_the_page(
    tired: Client, worker: User, typed: dict[str, str]
) -> None:
    answer = tired.post("/tasks/new/", typed, headers=FROM)
    assert unquote(answer["Location"]) == "/accounts/login/?next=/tasks/new/"
    sign_in(tired, worker)
    assert tired.get("/unsent/").status_code == 302


def test_nobody_fills_the_table_of_sessions(db: None) -> None:
    def stranger(**cookies: str) -> bool:
        client = Client()
        client.cookies.load(cookies)
        return "unsent" in client.post("/tasks/new/", TYPED)["Location"]

    assert not stranger()
    kept = [stranger(typist="anybody") for _ in range(31)]
    assert (kept[0], kept[-1]) == (True, False)


@pytest.mark.parametrize(
    ("origin", "kept"),
    [("http://testserver", True), ("https://evil.example", False), ("null", False), ("", False)],
)
def test_a_form_older_than_the_session_is_kept_if_it_is_ours(
    worker: User, origin: str, kept: bool
) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Origin": origin} if origin else {})
    sign_in(client, worker)
    answer = client.post("/tasks/new/", TYPED, headers=FROM)
    assert answer.status_code == (302 if kept else 403)
    assert client.get("/unsent/").status_code == (200 if kept else 302)
    assert not Task.objects.exists()


def test_whoever_lost_all_cookies_is_told_what_to_do_and_keeps_the_page(db: None) -> None:
    headers = {"HX-Request": "true", "Origin": "http://testserver"}
    answer = Client(enforce_csrf_checks=True, headers=headers).post("/tasks/new/", TYPED)
    assert answer.status_code == 403
    assert "Sign in in another tab" in answer["HX-Trigger"]
