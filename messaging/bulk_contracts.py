"""Contracts asked of a whole batch at once, at a tenth of the price of asking one by one.

Envelope and data are one schema here, and a validator is given all events of a kind in one call. It
only says whether all is well: what is wrong, and with which of them, `messaging.contracts` says.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

import jsonschema_rs

from messaging.compatibility.sides import reader, writer
from messaging.contracts import ContractError, published, refuse_fractions, registry, schema_of


def keep(envelopes: Sequence[Any]) -> bool:
    """Whether every one of these would pass `contracts.check`."""
    kinds: dict[tuple[str, int], list[Any]] = defaultdict(list)
    try:
        for envelope in envelopes:
            version = envelope["event_version"]
            if isinstance(version, bool):  # it would be looked up as 1
                return False
            kinds[envelope["event_name"], version].append(envelope)
        return all(_are_valid(name, version, told) for (name, version), told in kinds.items())
    except Exception:  # whatever is the matter with one of them, it will be found out alone
        return False


def data_keep(name: str, version: int, told: Sequence[dict[str, Any]]) -> bool:
    """Whether every one of these would pass `contracts.check_data`."""
    if version not in registry()[name]["versions"] or not _data(name, version).is_valid(told):
        return False
    return _without_fractions(told)


def _are_valid(name: str, version: int, envelopes: Sequence[Any]) -> bool:
    if version not in registry()[name]["versions"]:
        return False
    if not _whole(name, version).is_valid(envelopes):
        return False
    return _without_fractions([envelope["data"] for envelope in envelopes])


def _without_fractions(told: Sequence[dict[str, Any]]) -> bool:
    try:
        for data in told:
            refuse_fractions(data)
    except ContractError:
        return False
    return True


@cache
def _whole(name: str, version: int) -> jsonschema_rs.Draft202012Validator:
    envelope = writer(published("envelope.json"))
    fixed = {
        "event_name": {"const": name},
        "event_version": {"const": version},
        "producer": {"const": registry()[name]["producer"]},
        "data": _nested(reader(schema_of(name, version))),
    }
    return _all_of(_nested(envelope) | {"properties": envelope["properties"] | fixed})


@cache
def _data(name: str, version: int) -> jsonschema_rs.Draft202012Validator:
    return _all_of(_nested(writer(schema_of(name, version))))


def _nested(schema: Any) -> dict[str, Any]:
    """Without what names it: inside of another it would be taken for a resource of its own."""
    return {key: value for key, value in schema.items() if key not in ("$id", "$schema")}


def _all_of(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        {"type": "array", "items": schema}, validate_formats=True
    )
