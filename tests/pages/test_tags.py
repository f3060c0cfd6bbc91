"""The tags every template has."""

import re

from django.template import Context, Template


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_it_needs_no_load() -> None:
    assert render("{{ cents|money }}", cents=1500) == "$15.00"


def test_it_shows_nothing_for_a_sum_that_is_not_known() -> None:
    assert render("{{ cents|money }}{{ cents|signed_money }}", cents=None) == ""


def test_it_takes_an_icon_from_the_sprite() -> None:
    assert 'href="/static/img/icons.svg#plus"' in render('{% icon "plus" %}')


def test_it_gives_a_name_the_same_plumage_every_time() -> None:
    assert render("{% popug name %}", name="Kesha") == render("{% popug name %}", name="Kesha")


def test_it_makes_a_new_idempotency_key_for_every_form() -> None:
    keys = re.findall(
        r'value="([0-9a-f-]{36})"', render("{% idempotency_key %}{% idempotency_key %}")
    )
    assert len(set(keys)) == 2


def test_it_escapes_what_people_typed() -> None:
    html = render(
        "{% empty title=title %}{% svg_bars rows title %}", title="<b>", rows=[("<i>", 1, "")]
    )
    assert "<b>" not in html
    assert "<i>" not in html
