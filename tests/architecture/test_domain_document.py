"""docs/domain.md is true: what people can do and services tell stands in it, and nothing else."""

import json
import re
from pathlib import Path

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
    apps = ["messaging", *(f"{service}_app" for service in settings.SERVICES)]
    files = [path for app in apps for path in (root() / app).glob("management/commands/[!_]*.py")]
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


def test_its_diagrams_name_the_services_and_what_they_tell() -> None:
    drawings = "\n".join(
        re.findall(r"```mermaid\n(.*?)```", (root() / "docs" / PAGE).read_text(), re.DOTALL)
    )
    drawn = {name.split(".")[1] for name in contracts.registry()}
    assert all(re.search(rf"\b{name}\b", drawings) for name in drawn | set(settings.SERVICES))
