"""A batch is asked as a whole: what passes then would pass alone, and nothing else does."""

import copy
from typing import Any
from uuid import UUID, uuid4

import pytest

from messaging import bulk_contracts, contracts, inbox
from messaging.event import valid_uuid
from messaging.schema_checks.files import published
from tests.billing_app.facts import envelope

KINDS = [kind for kind in published() if kind[1] in contracts.registry()[kind[0]]["versions"]]
VALUES = [None, True, 1, 1.0, -1, 2**70, "", "x", "2026-11-22", [], [1.5], {}, {"a": 1.0}]


def example(name: str, version: int) -> dict[str, Any]:
    return envelope(name, contracts.schema_of(name, version)["examples"][0], version=version)


def passes_alone(told: Any) -> bool:
    try:
        contracts.check(told)
    except contracts.ContractError:
        return False
    return True


def spoilt(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The same with each property in turn missing, added, or holding something else."""
    found = []
    for inside in (False, True):
        for key in [*(told["data"] if inside else told), "surprise"]:
            for value in [..., *VALUES]:
                other = copy.deepcopy(told)
                changed = other["data"] if inside else other
                if value is ...:
                    changed.pop(key, None)
                else:
                    changed[key] = value
                found.append(other)
    return found


@pytest.mark.parametrize(("name", "version"), KINDS)
def test_a_batch_passes_if_each_of_it_would(name: str, version: int) -> None:
    good = example(name, version)
    assert bulk_contracts.keep([good, good])
    for other in spoilt(good):
        assert bulk_contracts.keep([good, other]) == passes_alone(other), other


@pytest.mark.parametrize(("name", "version"), KINDS)
def test_data_pass_together_if_each_of_them_would(name: str, version: int) -> None:
    good = example(name, version)["data"]
    assert bulk_contracts.data_keep(name, version, [good, good])
    for other in spoilt(example(name, version)):
        try:
            contracts.check_data(name, version, other.get("data"))
            alone = True
        except contracts.ContractError:
            alone = False
        if isinstance(other.get("data"), dict):
            assert bulk_contracts.data_keep(name, version, [good, other["data"]]) == alone


@pytest.mark.parametrize("strange", [None, 7, "text", [], {}, {"event_name": []}])
def test_what_is_no_envelope_does_not_pass(strange: Any) -> None:
    assert not bulk_contracts.keep([example(*KINDS[0]), strange])


@pytest.mark.django_db
def test_neighbours_of_an_invalid_event_are_applied() -> None:
    good, bad = example("tasks.task_created", 2), example("tasks.task_created", 2)
    outcome = inbox.deliver("billing", [good, bad | {"producer": "billing"}])
    assert (len(outcome.applied), len(outcome.parked)) == (1, 1)


@pytest.mark.parametrize("known", [uuid4(), UUID(int=0), UUID(int=2**128 - 1)])
def test_a_checked_id_is_read_like_any_other(known: UUID) -> None:
    for text in (str(known), str(known).upper()):
        read = valid_uuid(text)
        assert read == known
        assert (str(read), hash(read), read.is_safe) == (str(known), hash(known), known.is_safe)
