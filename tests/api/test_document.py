"""The description of the API: true, whole, and readable without anybody else's scripts."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pydantic import BaseModel
from pytest_django.fixtures import Settings

from api.problems import KINDS
from api.shapes import Asked, Given, Shown
from config.api_views import document


def test_the_file_is_what_is_served() -> None:
    call_command("openapi", "--check")


def test_a_file_out_of_date_is_noticed(settings: Settings, tmp_path: Any) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="out of date"):
        call_command("openapi", "--check")


def test_no_two_shapes_share_a_name() -> None:
    """In the document the one would take the other's place."""
    names = [shape.__name__ for base in (Asked, Given, Shown) for shape in below(base)]
    assert sorted(names) == sorted(set(names))


def test_bodies_are_closed() -> None:
    assert all(shape.model_config.get("extra") == "forbid" for shape in below(Given))


def test_every_call_can_be_refused_in_one_shape() -> None:
    for methods in document()["paths"].values():
        for operation in methods.values():
            refusals = [row for status, row in operation["responses"].items() if status >= 400]
            assert all("application/problem+json" in row["content"] for row in refusals)


def test_the_page_names_every_call_and_every_problem(client: Client, db: None) -> None:
    page = client.get("/api/v1/docs").content.decode()
    for methods in document()["paths"].values():
        assert all(f'id="{call["operationId"]}"' in page for call in methods.values())
    assert all(f'id="{kind}"' in page for kind in KINDS)


def test_the_page_needs_nothing_from_elsewhere(client: Client, db: None) -> None:
    response = client.get("/api/v1/docs")
    page = response.content.decode()
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "style=" not in page
    assert "<script>" not in page
    assert 'src="http' not in page


def test_the_document_is_for_everybody(client: Client, db: None) -> None:
    found = client.get("/api/v1/openapi.json").json()
    assert (found["openapi"], found["servers"]) == ("3.1.0", [{"url": "/api/v1"}])


def below(base: type[BaseModel]) -> list[type[BaseModel]]:
    """Every shape of ours that is one of these, without the framework's copies."""
    found = [shape for shape in base.__subclasses__() if "[" not in shape.__name__]
    return found + [deeper for shape in base.__subclasses__() for deeper in below(shape)]
