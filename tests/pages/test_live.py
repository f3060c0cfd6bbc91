"""Polled fragments: the body once, then 304 until it changes."""

from itertools import count

from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory

from pages.live import live


@live
def balance(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.GET.get("cents", "1500"))


def ask(url: str = "/", tag: str = "") -> HttpResponse:
    return balance(RequestFactory(headers={"HX-PTag": tag} if tag else {}).get(url))


def test_it_tags_the_first_answer() -> None:
    answer = ask()
    assert (answer.status_code, len(answer["HX-PTag"])) == (200, 24)


def test_it_answers_304_while_nothing_changed() -> None:
    answer = ask(tag=ask()["HX-PTag"])
    assert (answer.status_code, answer.content) == (304, b"")


def test_it_answers_whole_after_a_change() -> None:
    answer = ask("/?cents=1600", tag=ask()["HX-PTag"])
    assert (answer.status_code, answer.content) == (200, b"1600")


def test_it_overlooks_what_is_new_in_every_form() -> None:
    form = Template("{% csrf_token %}{% idempotency_key %}")
    numbers = count()

    @live
    def fragment(request: HttpRequest) -> HttpResponse:
        return HttpResponse(form.render(Context({"csrf_token": f"token{next(numbers)}"})))

    request = RequestFactory().get("/")
    assert fragment(request)["HX-PTag"] == fragment(request)["HX-PTag"]


def test_it_lets_refusals_through_untagged() -> None:
    refused = live(lambda request: HttpResponse(status=403))(RequestFactory().get("/"))
    assert (refused.status_code, refused.has_header("HX-PTag")) == (403, False)
