"""The AsyncAPI document: valid by its own schema, and as true as the contracts."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from auth_app.models import User
from messaging import contracts
from messaging.catalogue import asyncapi, documents
from messaging.schema_checks.files import invalid_examples, published
from tests.billing_app.facts import envelope
from tests.conftest import ClientFor
from tests.messaging.conftest import Copy

SPECIFICATION = Path(__file__).parent.parent / "data" / "asyncapi" / "3.0.0.json"
DOCUMENT = asyncapi.document()
MESSAGES = DOCUMENT["components"]["messages"]


def payload(name: str, version: int) -> jsonschema_rs.Draft202012Validator:
    """As a tool that reads the document would validate a message."""
    pointer = f"#/components/messages/{name}.v{version}/payload"
    schema = {"$ref": pointer, "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def resolve(reference: str) -> Any:
    found: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def references(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for value in part for found in references(value)]
    if not isinstance(part, dict):
        return []
    return [part["$ref"]] if "$ref" in part else references(list(part.values()))


def test_it_is_valid_by_the_schema_of_asyncapi() -> None:
    specification = jsonschema_rs.Draft7Validator(json.loads(SPECIFICATION.read_text()))
    assert [error.message for error in specification.iter_errors(DOCUMENT)] == []
    assert not specification.is_valid(DOCUMENT | {"operations": {"x": {"action": "shout"}}})


def test_every_event_is_a_message_and_every_message_an_event() -> None:
    assert set(MESSAGES) == {f"{name}.v{version}" for name, version in published()}


def test_the_schemas_are_those_that_are_published() -> None:
    for name, version in published():
        schema = DOCUMENT["components"]["schemas"][f"{name}.v{version}"]
        assert schema | {"$schema": contracts.schema_of(name, version)["$schema"]} == (
            contracts.schema_of(name, version)
        )


def test_every_reference_leads_somewhere() -> None:
    assert all(resolve(reference) for reference in references(DOCUMENT))


@pytest.mark.parametrize("consumer", contracts.consumers())
def test_a_consumer_has_a_channel_with_all_that_it_takes(consumer: str) -> None:
    channel = DOCUMENT["channels"][f"{consumer}.events"]
    assert set(channel["messages"]) == {
        f"{name}.v{version}"
        for name, entry in contracts.registry().items()
        if consumer in entry["consumers"]
        for version in entry["consumers"][consumer]["versions"]
    }


def test_everything_sent_is_received() -> None:
    sent, received = (
        sorted(
            reference["$ref"]
            for operation in DOCUMENT["operations"].values()
            if operation["action"] == action
            for reference in operation["messages"]
        )
        for action in ("send", "receive")
    )
    assert sent == received


@pytest.mark.parametrize(("name", "version"), published())
def test_a_message_takes_the_examples_and_refuses_the_others(name: str, version: int) -> None:
    validator = payload(name, version)
    for data in contracts.schema_of(name, version)["examples"]:
        assert validator.is_valid(envelope(name, data, version=version))
    for example in invalid_examples(name, version):
        assert not validator.is_valid(envelope(name, example["data"], version=version))


def test_a_message_of_another_event_is_refused() -> None:
    data = contracts.schema_of("tasks.task_created", 2)["examples"][0]
    assert not payload("tasks.task_created", 2).is_valid(envelope("tasks.task_created", data))


def test_a_stale_document_fails_the_check(copy: Copy) -> None:
    (copy.root / "pyproject.toml").write_text('[project]\nversion = "9"\nlicense = "MIT"\n')
    call_command("write_catalogue")
    assert list(documents.problems()) == []
    copy.change("registry.json", lambda registry: registry["tasks.day_counted"].update(owner="Me"))
    stale = copy.problems(documents.problems)
    assert [line.split(" ")[0] for line in stale] == ["docs/asyncapi.json", "docs/events.md"]
    with pytest.raises(CommandError):
        call_command("check_schemas")


def test_it_is_served_as_it_is_kept(client_for: ClientFor, admin: User) -> None:
    client: Client = client_for(admin)
    assert client.get("/events/catalogue/asyncapi.json").json() == DOCUMENT
