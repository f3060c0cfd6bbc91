"""docs/domain.md is true: what people can do and services tell stands in it, and nothing else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse

from messaging import contracts
from messaging.inbox import deliver, subscriptions
from messaging.models import OutboxEvent
from tests.architecture.access_matrix import MATRIX
from tests.architecture.documents import CODE, Row, column, tables, words
from tests.billing_app.facts import Envelope, envelope

PAGE = "domain.md"
REQUIREMENTS = [f"T{n}" for n in range(1, 6)] + [f"B{n}" for n in range(1, 8)]
REQUIREMENTS += ["A1", "A2", "I1", "I2", "E1", "E2", "E3", "E4"]
ALLAUTHS = {"account_signup", "account_login"}  # who writes the other pages of signing in
KINDS = {"business", "replication"}
EVENTS = [row for table in tables(PAGE) for row in table if "Producer" in row]
POLICIES = [row for table in tables(PAGE) for row in table if "Policy" in row]


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
    assert {
        name: (row["Producer"], set(row["Consumers"].split(", ")))
        for row in EVENTS
        for name in CODE.findall(row["Event"])
    } == {
        name: (entry["producer"], set(entry["consumers"]))
        for name, entry in contracts.registry().items()
    }


def test_every_event_has_one_row_and_one_of_the_kinds() -> None:
    named = [name for row in EVENTS for name in CODE.findall(row["Event"])]
    assert sorted(named) == sorted(contracts.registry())
    assert len(named) == len(EVENTS)
    assert set(kinds().values()) == KINDS


def test_every_event_comes_from_a_command_or_a_policy() -> None:
    assert words(PAGE, "Leads to") == set(contracts.registry())


def test_every_handler_stands_in_it_as_a_policy_and_no_other() -> None:
    consumers = contracts.consumers()
    assert words(PAGE, "Policy") == {
        f"{who}.{handler.__name__}" for who in consumers for handler in subscriptions(who).values()
    }
    assert words(PAGE, "When") == set(contracts.registry())


def test_a_policy_stands_beside_the_events_that_set_it_off() -> None:
    for row in POLICIES:
        for policy in CODE.findall(row["Policy"]):
            who, name = policy.split(".")
            table = subscriptions(who).items()
            kinds = {kind for (kind, _), handler in table if handler.__name__ == name}
            assert kinds & set(CODE.findall(row["When"])), policy


@pytest.mark.django_db
@pytest.mark.parametrize("row", POLICIES, ids=lambda row: row["Policy"])
def test_a_policy_leads_to_what_stands_beside_it(row: Row) -> None:
    """The handlers say so themselves: each is given the example of each event."""
    for policy in CODE.findall(row["Policy"]):
        OutboxEvent.objects.all().delete()
        for consumer, fact in examples(policy, row):
            assert deliver(consumer, [fact]).applied
        told = set(OutboxEvent.objects.values_list("event_name", flat=True))
        assert told == set(CODE.findall(row["Leads to"])), policy


def examples(policy: str, row: Row) -> Iterator[tuple[str, Envelope]]:
    """(consumer, event) for each event that sets the policy off."""
    consumer, _, handler = policy.partition(".")
    for (name, version), found in subscriptions(consumer).items():
        if found.__name__ == handler and name in CODE.findall(row["When"]):
            [data, *_others] = contracts.schema_of(name, version)["examples"]
            yield consumer, envelope(name, data, version=version)


def test_it_answers_every_requirement() -> None:
    cited = {word for cell in column(PAGE, "Why") for word in re.findall(r"[A-Z]\d", cell)}
    assert cited == set(REQUIREMENTS)


def drawings() -> list[str]:
    return re.findall(r"```mermaid\n(.*?)```", (root() / "docs" / PAGE).read_text(), re.DOTALL)


def kinds() -> dict[str, str]:
    """Event → the first word of its kind."""
    return {CODE.findall(row["Event"])[0]: row["Kind"].split()[0] for row in EVENTS}


ARROW = re.compile(r'  (\w+) -- "([\w, ]+)" --> ([\w& ]+)')


def arrows(drawing: str) -> set[tuple[str, str]]:
    """(event, consumer), for each consumer that an arrow leads to; nothing else is drawn."""
    first, *lines = drawing.splitlines()
    drawn = [found.groups() for line in lines if (found := ARROW.fullmatch(line))]
    assert (first, len(drawn)) == ("flowchart LR", len(lines))
    return {
        (f"{producer}.{event}", consumer)
        for producer, told, consumers in drawn
        for event in told.split(", ")
        for consumer in consumers.split(" & ")
    }


@pytest.mark.parametrize(("number", "kind"), [(0, "business"), (1, "replication")])
def test_each_kind_of_event_is_drawn_from_its_producer_to_its_consumers(
    number: int, kind: str
) -> None:
    assert arrows(drawings()[number]) == {
        (name, consumer)
        for name, entry in contracts.registry().items()
        for consumer in entry["consumers"]
        if kinds()[name] == kind
    }


def test_no_service_waits_for_another_and_what_is_asynchronous_is_drawn_dashed() -> None:
    [drawn] = [drawing for drawing in drawings() if "broker" in drawing]
    solid = dict(re.findall(r'^  (\w+) -- "[^"]+" --> (.+)$', drawn, re.MULTILINE))
    everybody = " & ".join(settings.SERVICES)
    assert solid == {"browser": everybody, "program": everybody, "auth": 'mail["mail server"]'}
    assert drawn.count("-->") == len(solid)
    assert set(re.findall(r'(\w+) -. "events" .-> broker', drawn)) == contracts.producers()
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
    [drawn] = [drawing for drawing in drawings() if drawing.startswith("classDiagram")]
    assert len(classes()) == len(re.findall(r"\bclass \w", drawn))
    assert {service for service, _ in classes().values()} == set(settings.SERVICES)
    for name, (service, fields) in classes().items():
        model = apps.get_model(f"{service}_app", name.removeprefix(f"{service}_"))
        missing = set(fields) - {field.name for field in model._meta.fields}
        assert not missing, f"{name} has no {missing}"


def test_every_line_joins_what_is_drawn_of_one_service() -> None:
    [drawn] = [drawing for drawing in drawings() if drawing.startswith("classDiagram")]
    lines = re.findall(r'^  (\w+) "[^"]+" (?:--|\.\.)> "[^"]+" (\w+)', drawn, re.MULTILINE)
    assert len(lines) > 5
    for one, other in lines:
        assert classes()[one][0] == classes()[other][0]
