"""docs/domain.md is true: what people can do and services tell stands in it, and nothing else."""

import json
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse

from messaging import contracts
from messaging.inbox import subscriptions
from tests.architecture.access_matrix import MATRIX
from tests.architecture.documents import CODE, column, tables, words

PAGE = "domain.md"
REQUIREMENTS = [f"T{n}" for n in range(1, 6)] + [f"B{n}" for n in range(1, 8)]
REQUIREMENTS += ["A1", "A2", "I1", "I2", "E1", "E2", "E3", "E4"]
ALLAUTHS = {"account_signup", "account_login"}  # who writes the other pages of signing in


def root() -> Path:
    return Path(settings.BASE_DIR)


def posts() -> set[str]:
    return {name for name, method, *_ in MATRIX if method != "GET" and not name.startswith("api:")}


def calls() -> set[str]:
    paths = json.loads((root() / "docs" / "openapi.json").read_text())["paths"]
    named = {f"{method.upper()} {path}" for path, kinds in paths.items() for method in kinds}
    return {name for name in named if not name.startswith("GET ")}


def programs() -> set[str]:
    """Of all apps that are ours."""
    folders = [Path(app.path) for app in apps.get_app_configs()]
    ours = [folder for folder in folders if folder.parent == root()]
    files = [path for folder in ours for path in folder.glob("management/commands/[!_]*.py")]
    return {f"manage.py {path.stem}" for path in files}


def ticks() -> set[str]:
    return {tick["task"] for tick in settings.CELERY_BEAT_SCHEDULE.values()}


def test_every_command_of_the_code_stands_in_it_and_no_other() -> None:
    assert words(PAGE, "Command") == posts() | calls() | programs() | ticks() | ALLAUTHS


def test_the_pages_of_signing_in_exist() -> None:
    assert all(reverse(name) for name in ALLAUTHS)


def test_every_event_stands_in_it_with_its_producer_and_consumers() -> None:
    told = [row for table in tables(PAGE) for row in table if "Producer" in row]
    assert {
        name: (row["Producer"], set(row["Consumers"].split(", ")))
        for row in told
        for name in CODE.findall(row["Event"])
    } == {
        name: (entry["producer"], set(entry["consumers"]))
        for name, entry in contracts.registry().items()
    }


def test_every_event_comes_from_a_command_or_a_policy() -> None:
    assert words(PAGE, "Leads to") == set(contracts.registry())


def test_every_handler_stands_in_it_as_a_policy_and_no_other() -> None:
    consumers = contracts.consumers()
    assert words(PAGE, "Policy") == {
        f"{who}.{handler.__name__}" for who in consumers for handler in subscriptions(who).values()
    }
    assert words(PAGE, "When") == set(contracts.registry())


def test_a_policy_stands_beside_the_events_that_set_it_off() -> None:
    for row in (row for table in tables(PAGE) for row in table if "When" in row):
        for policy in CODE.findall(row["Policy"]):
            who, name = policy.split(".")
            table = subscriptions(who).items()
            kinds = {kind for (kind, _), handler in table if handler.__name__ == name}
            assert kinds & set(CODE.findall(row["When"])), policy


def test_it_answers_every_requirement() -> None:
    cited = {word for cell in column(PAGE, "Why") for word in re.findall(r"[A-Z]\d", cell)}
    assert cited == set(REQUIREMENTS)


def drawings() -> list[str]:
    return re.findall(r"```mermaid\n(.*?)```", (root() / "docs" / PAGE).read_text(), re.DOTALL)


def kinds() -> dict[str, str]:
    """Event → the first word of its kind."""
    told = [row for table in tables(PAGE) for row in table if "Producer" in row]
    return {CODE.findall(row["Event"])[0]: row["Kind"].split()[0] for row in told}


ARROW = re.compile(r'^  (\w+) -- "([\w, ]+)" --> ([\w& ]+)$', re.MULTILINE)


def arrows(drawing: str) -> set[tuple[str, str]]:
    """(event, consumer), for each consumer that an arrow leads to."""
    return {
        (f"{producer}.{event}", consumer)
        for producer, told, consumers in ARROW.findall(drawing)
        for event in told.split(", ")
        for consumer in consumers.split(" & ")
    }


@pytest.mark.parametrize(("number", "kind"), [(0, "business"), (1, "replication")])
def test_each_kind_of_event_is_drawn_from_its_producer_to_its_consumers(
    number: int, kind: str
) -> None:
    assert set(kinds().values()) == {"business", "replication"}
    assert arrows(drawings()[number]) == {
        (name, consumer)
        for name, entry in contracts.registry().items()
        for consumer in entry["consumers"]
        if kinds()[name] == kind
    }


def test_what_is_asynchronous_is_drawn_dashed() -> None:
    [drawn] = [drawing for drawing in drawings() if "broker" in drawing]
    waiting = re.findall(r"-->.*", drawn)
    told = {name.split(".")[0] for name in contracts.registry()}
    assert not any("broker" in line or "mail" in line for line in waiting)
    assert set(re.findall(r'(\w+) -. "events" .-> broker', drawn)) == told
    [readers] = re.findall(r'broker -. "events" .-> (.*)', drawn)
    assert set(readers.split(" & ")) == set(contracts.consumers())


def classes() -> dict[str, tuple[str, list[str]]]:
    """Name in the drawing → the service, and the fields drawn."""
    [drawn] = [drawing for drawing in drawings() if drawing.startswith("classDiagram")]
    spaces = re.findall(r"namespace (\w+) \{\n(.*?)\n  \}\n", drawn, re.DOTALL)
    return {
        name: (service, fields.split())
        for service, body in spaces
        for name, fields in re.findall(r"class (\w+) \{\n(.*?)\n    \}", body, re.DOTALL)
    }


def test_every_field_that_is_drawn_exists() -> None:
    assert {service for service, _ in classes().values()} == set(settings.SERVICES)
    for name, (service, fields) in classes().items():
        model = apps.get_model(f"{service}_app", name.removeprefix(f"{service}_"))
        missing = set(fields) - {field.name for field in model._meta.get_fields()}
        assert not missing, f"{name} has no {missing}"


def test_every_line_joins_what_is_drawn_of_one_service() -> None:
    [drawn] = [drawing for drawing in drawings() if drawing.startswith("classDiagram")]
    lines = re.findall(r'^  (\w+) "[^"]+" (?:--|\.\.)> "[^"]+" (\w+)', drawn, re.MULTILINE)
    assert len(lines) > 5
    for one, other in lines:
        assert classes()[one][0] == classes()[other][0]
