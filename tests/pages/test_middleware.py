"""What HTML answers have in common."""

from django.contrib import messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from auth_app.models import User
from pages.middleware import show_toasts
from tests.conftest import ClientFor

HTMX = {"HX-Request": "true"}


def sent_to_sign_in(current: str) -> str:
    answer = Client(headers=HTMX | {"HX-Current-URL": current}).get("/")
    assert answer.status_code == 204
    return str(answer["HX-Redirect"])


def test_it_sends_the_whole_page_to_sign_in(db: None) -> None:
    assert (
        sent_to_sign_in("http://testserver/tasks/?q=x") == "/accounts/login/?next=/tasks/%3Fq%3Dx"
    )


def test_whoever_signs_out_comes_back_to_nothing(client_for: ClientFor, worker: User) -> None:
    answer = client_for(worker).post("/accounts/logout/", headers={"Referer": "http://testserver/"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")


def test_it_comes_back_to_no_other_site(db: None) -> None:
    for current in (
        "https://evil.example/tasks/",
        "http://testserver//evil.example/",
        "",
        "javascript:1",
    ):
        assert sent_to_sign_in(current) == "/accounts/login/?next=/"


def test_it_leaves_plain_redirects_alone(db: None) -> None:
    assert Client().get("/").status_code == 302


def test_what_htmx_sent_leads_to_a_whole_page(client_for: ClientFor, worker: User) -> None:
    answer = client_for(worker, htmx=True).post("/tasks/new/", {"title": "Preen"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/tasks/")


def test_what_is_to_be_said_is_said_on_the_page_that_htmx_leads_to(
    client_for: ClientFor, worker: User
) -> None:
    client = client_for(worker)
    there = client.post("/tasks/new/", {"title": "Preen"}, headers=HTMX)["HX-Redirect"]
    assert "“Preen” was created" in client.get(there).content.decode()


def test_it_keeps_pages_of_signed_in_people_out_of_caches(
    client_for: ClientFor, worker: User
) -> None:
    answer = client_for(worker).get("/accounts/logout/")
    assert "no-store" in answer["Cache-Control"]
    assert "HX-Request" in answer["Vary"]


def answer_to(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        messages.success(request, "Готово.")
        return response

    stored = MessageMiddleware(show_toasts(view))
    answer = SessionMiddleware(stored)(request)
    assert isinstance(answer, HttpResponse)
    return answer


def test_it_turns_messages_into_toasts_for_htmx() -> None:
    answer = answer_to(RequestFactory(headers=HTMX).get("/"), HttpResponse("<tr>"))
    assert '"kind": "success"' in answer["HX-Trigger"]
    assert answer["HX-Trigger"].isascii()


def test_it_keeps_messages_for_the_page_that_comes_next() -> None:
    gone = HttpResponse(status=204, headers={"HX-Redirect": "/"})
    answer = answer_to(RequestFactory(headers=HTMX).get("/"), gone)
    assert not answer.has_header("HX-Trigger")
    assert "messages" in answer.cookies
