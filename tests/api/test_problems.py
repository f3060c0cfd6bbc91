"""Refusals of every kind are problem documents, with the id of the request in the logs."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from access.limits import LIMITS, Limit
from auth_app.models import User
from tasks_app.models import Task
from tests.calling import Caller, caller_for, problem
from tests.conftest import ClientFor

GREEN = {"title": "Change the green"}


@pytest.fixture
def caller(worker: User) -> Caller:
    return caller_for(worker)


def errors(response: Any) -> list[dict[str, str]]:
    found: list[dict[str, str]] = response.json()["errors"]
    return found


@pytest.mark.parametrize("path", ["/", "/nothing", "/tasks/", "/tasks/7", "/tasks/x/complete"])
def test_an_unknown_address_is_404(caller: Caller, path: str) -> None:
    assert problem(caller.get(path)) == "not-found"


def test_another_method_is_405_and_says_which(caller: Caller) -> None:
    answer = caller.send("DELETE", "/tasks")
    assert problem(answer) == "method-not-allowed"
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


def test_without_a_token_it_says_what_is_asked_for(db: None) -> None:
    answer = Caller().get("/me")
    assert (problem(answer), answer["WWW-Authenticate"]) == ("unauthorized", 'Bearer realm="ates"')


@pytest.mark.parametrize("scheme", ["Basic {}", "{}", "Bearer", "Bearer  {}", "Bearer {} x"])
def test_another_scheme_is_no_token(caller: Caller, scheme: str) -> None:
    headers = {"Authorization": scheme.format(caller.token)}
    assert problem(Client().get("/api/v1/me", headers=headers)) == "unauthorized"


def test_the_scheme_is_known_in_any_case(caller: Caller) -> None:
    headers = {"Authorization": f"bearer {caller.token}"}
    assert Client().get("/api/v1/me", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "body",
    ["{", "", '{"title": NaN}', '{"title": "a", "title": "b"}', "[" * 10_000, "\x00", "{'a': 1}"],
)
def test_what_is_no_json_is_refused(caller: Caller, body: str) -> None:
    answer = caller.post("/tasks", body)
    assert problem(answer) == ("malformed" if body else "invalid")


def test_another_type_of_body_is_415(caller: Caller) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = caller.client.generic(
            "POST",
            "/api/v1/tasks",
            "title=x",
            content_type=kind,
            headers={"Authorization": f"Bearer {caller.token}"},
        )
        assert problem(answer) == "unsupported-media-type"


def test_unknown_members_are_refused_at_their_place(caller: Caller) -> None:
    answer = caller.post("/tasks", GREEN | {"assignee": "x", "a/b~c": 1})
    assert {error["pointer"] for error in errors(answer)} == {"#/assignee", "#/a~1b~0c"}
    assert not Task.objects.exists()


def test_unknown_parameters_are_refused(caller: Caller) -> None:
    assert errors(caller.get("/tasks", statuss="open"))[0]["parameter"] == "statuss"


@pytest.mark.parametrize("title", [7, None, True, ["x"], {"a": 1}])
def test_values_of_another_type_are_refused(caller: Caller, title: Any) -> None:
    assert errors(caller.post("/tasks", {"title": title}))[0]["pointer"] == "#/title"


@pytest.mark.parametrize("text", ["a\x00b", '{"title": "a\\ud800b"}', '{"title": "a\\u0000b"}'])
def test_what_the_database_cannot_keep_is_refused(caller: Caller, text: str) -> None:
    body: Any = text if text.startswith("{") else {"title": text}
    assert problem(caller.post("/tasks", body)) in ("invalid", "malformed")


def test_what_the_database_cannot_look_for_is_refused(caller: Caller) -> None:
    assert problem(caller.get("/tasks", q="a\x00b")) == "invalid"
    assert problem(caller.get("/tasks", cursor="a\x00b")) == "invalid"


def test_a_body_where_none_is_taken_is_refused(caller: Caller) -> None:
    task = caller.post("/tasks", GREEN).json()["id"]
    assert problem(caller.post(f"/tasks/{task}/complete", {"by": "me"})) == "invalid"
    assert caller.post(f"/tasks/{task}/complete", {}).status_code == 200


def test_a_body_too_large_is_413(caller: Caller) -> None:
    assert problem(caller.post("/tasks", {"title": "x" * 3_000_000})) == "too-large"


def test_failures_tell_nothing_but_the_request(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Task, "create", lambda **_: 1 / 0)
    caller.client.raise_request_exception = False
    answer = caller.post("/tasks", GREEN)
    assert (answer.status_code, problem(answer)) == (500, "internal")
    assert "ZeroDivision" not in answer.content.decode()


def test_failures_tell_nothing_in_development_either(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.DEBUG = True
    test_failures_tell_nothing_but_the_request(caller, monkeypatch)


def test_a_lock_that_is_not_to_be_had_is_worth_another_try(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(**_: Any) -> None:
        raise OperationalError("lock timeout")

    monkeypatch.setattr(Task, "create", locked)
    answer = caller.post("/tasks", GREEN)
    assert (answer.status_code, problem(answer), answer["Retry-After"]) == (503, "unavailable", "1")


def test_too_often_is_429(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "create", Limit(2, 3600))
    answers = [caller.post("/tasks", {"title": " "}) for _ in range(6)]
    assert problem(answers[-1]) == "too-many-requests"
    assert int(answers[-1]["Retry-After"]) > 0


def test_it_speaks_the_language_that_is_asked_for(caller: Caller) -> None:
    headers = {"Accept-Language": "ru"}
    assert caller.client.get("/api/v1/nothing", headers=headers)["Content-Language"] == "ru"


def test_nothing_is_kept_by_caches_and_no_cookie_is_set(caller: Caller) -> None:
    for answer in (caller.get("/me"), caller.get("/nothing"), caller.post("/tasks", GREEN)):
        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies


def test_a_session_opens_nothing_here(worker: User, client_for: ClientFor) -> None:
    browser = client_for(worker)
    assert browser.get("/tasks/mine/").status_code == 200
    assert problem(browser.get("/api/v1/me")) == "unauthorized"
    assert problem(browser.post("/api/v1/tasks", GREEN, "application/json")) == "unauthorized"


def test_a_session_beside_a_token_changes_nothing(
    caller: Caller, admin: User, client_for: ClientFor
) -> None:
    caller.client = client_for(admin)
    assert caller.get("/me").json()["role"] == "worker"


def test_a_token_opens_no_page(caller: Caller) -> None:
    headers = {"Authorization": f"Bearer {caller.token}"}
    answer = Client().get("/tasks/mine/", headers=headers)
    assert (answer.status_code, answer["Location"][:16]) == (302, "/accounts/login/")
    assert Client().post("/tasks/new/", {"title": "x"}, headers=headers).status_code == 302
    assert not Task.objects.exists()
