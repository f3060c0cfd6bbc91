"""The contracts as an AsyncAPI 3 document, for the tools that read those.

A channel is a consumer's queue in the broker. A queue carries batches, so each message stands for
one of the envelopes in a batch. Payloads are the envelope with the very schema of the event.
"""

import json
import tomllib
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from messaging import contracts

ASYNCAPI: Final = "3.0.0"
Json = dict[str, Any]


def document() -> Json:
    """The whole document; it depends on nothing but the files of the project."""
    return {
        "asyncapi": ASYNCAPI,
        "id": "urn:ates:events",
        "info": _info(),
        "defaultContentType": "application/json",
        "servers": {"broker": _BROKER},
        "channels": {f"{who}.events": _channel(who) for who in contracts.consumers()},
        "operations": dict([*_operations("send"), *_operations("receive")]),
        "components": {
            "messages": {message_id(*kind): _message(*kind) for kind in contracts.kinds()},
            "schemas": {"envelope": embedded("envelope.json")}
            | {message_id(*kind): embedded(contracts.path_of(*kind)) for kind in contracts.kinds()},
        },
    }


def message_id(name: str, version: int) -> str:
    return f"{name}.v{version}"


def embedded(path: str) -> Json:
    """A schema as it is published, but for `$schema`: AsyncAPI has its own default."""
    schema: Json = json.loads((contracts.schemas_dir() / path).read_text())
    return {keyword: value for keyword, value in schema.items() if keyword != "$schema"}


_BROKER: Final[Json] = {
    "host": "{host}:{port}",
    "protocol": "redis",
    "description": "A queue in Redis or Valkey, written and read by Celery. It may lose "
    "everything: what is not acknowledged is sent again.",
    "variables": {"host": {"default": "localhost"}, "port": {"default": "6379"}},
}


def _info() -> Json:
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())["project"]
    return {
        "title": "aTES events",
        "version": project["version"],
        "description": "What the services of aTES tell each other. Delivery is at least once and "
        "in any order; `event_id` is applied once by each consumer.",
        "license": {"name": project["license"]},
    }


def _channel(consumer: str) -> Json:
    return {
        "address": f"{consumer}.events",
        "title": f"What {consumer} is told",
        "description": "Up to 500 envelopes in one Celery message.",
        "servers": [{"$ref": "#/servers/broker"}],
        "messages": {
            message_id(*kind): {"$ref": f"#/components/messages/{message_id(*kind)}"}
            for kind in _taken(consumer)
        },
    }


def _taken(consumer: str) -> list[tuple[str, int]]:
    return [
        (name, version)
        for name, version in contracts.kinds()
        if version in contracts.registry()[name]["consumers"].get(consumer, {}).get("versions", [])
    ]


def _operations(action: str) -> list[tuple[str, Json]]:
    """For each event and consumer one: the producer sends, or the consumer receives."""
    return [
        _operation(action, name, consumer)
        for name, entry in contracts.registry().items()
        for consumer in entry["consumers"]
    ]


def _operation(action: str, name: str, consumer: str) -> tuple[str, Json]:
    who = contracts.producer_of(name) if action == "send" else consumer
    channel = f"#/channels/{consumer}.events"
    versions = [kind for kind in _taken(consumer) if kind[0] == name]
    return f"{who}.{action}.{name}" + (f".to.{consumer}" if action == "send" else ""), {
        "action": action,
        "channel": {"$ref": channel},
        "title": f"{who} tells {consumer}" if action == "send" else f"{who} hears",
        "tags": [{"name": who}],
        "messages": [{"$ref": f"{channel}/messages/{message_id(*kind)}"} for kind in versions],
    }


def _message(name: str, version: int) -> Json:
    schema = contracts.schema_of(name, version)
    entry = contracts.registry()[name]
    return {
        "name": name,
        "title": f"{schema['title']}, version {version}",
        "summary": schema["description"],
        "contentType": "application/json",
        "deprecated": str(version) in entry.get("deprecated", {}),
        "correlationId": {"location": "$message.payload#/correlation_id"},
        "tags": [{"name": entry["producer"]}, {"name": entry["owner"]}],
        "payload": _payload(name, version),
    }


def _payload(name: str, version: int) -> Json:
    return {
        "allOf": [
            {"$ref": "#/components/schemas/envelope"},
            {
                "type": "object",
                "properties": {
                    "event_name": {"const": name},
                    "event_version": {"const": version},
                    "producer": {"const": contracts.producer_of(name)},
                    "data": {"$ref": f"#/components/schemas/{message_id(name, version)}"},
                },
            },
        ]
    }
