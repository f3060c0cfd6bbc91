"""The table of pages knows every address there is."""

from django.urls import get_resolver

from tests.architecture.access_matrix import MATRIX
from tests.architecture.routes import patterns
from tests.browsing.pages import ALLAUTHS, LOOKS, NO_PAGES, ON_THE_WAY
from tests.browsing.scenes import SCENES


def test_every_route_is_a_page_or_said_to_be_none() -> None:
    gets = {name for name, method, *_ in MATRIX if method == "GET"}
    others = {
        name
        for name, (_, view) in patterns(get_resolver())
        if view.__module__.startswith("allauth")
    }
    assert gets | others == set(LOOKS) | set(ALLAUTHS) | ON_THE_WAY | NO_PAGES


def test_every_page_on_the_way_is_passed() -> None:
    assert {route for scene in SCENES for route in scene.passes} == ON_THE_WAY
