"""The structural checker, a verdict written by hand and generated instances: three say the same."""

from typing import Any

import pytest

from messaging import contracts
from messaging.compatibility import Comparison, compare
from messaging.compatibility.findings import UNKNOWN
from messaging.schema_checks.files import published
from tests.messaging.compatibility.oracle import counterexample
from tests.messaging.compatibility.probes import MORE, THIRTY, Probe, only

EACH_PROBE = pytest.mark.parametrize("probe", [*THIRTY, *MORE], ids=lambda probe: probe.change)


def test_there_are_thirty_kinds_of_change_that_others_get_half_wrong() -> None:
    assert len({probe.change for probe in THIRTY}) == 30


@EACH_PROBE
def test_the_checker_judges_a_change_as_a_person_did(probe: Probe) -> None:
    verdict = compare(probe.old, probe.new)
    assert (verdict.is_backward, verdict.is_forward) == (probe.backward, probe.forward)


@EACH_PROBE
def test_generated_instances_judge_a_change_as_a_person_did(probe: Probe) -> None:
    backward = not counterexample(probe.new, probe.old)
    forward = not counterexample(probe.old, probe.new)
    assert (backward, forward) == (probe.backward, probe.forward)


@pytest.mark.parametrize(("name", "version"), published())
def test_every_registered_version_is_compatible_with_itself(name: str, version: int) -> None:
    schema = contracts.schema_of(name, version)
    verdict = compare(schema, schema)
    assert verdict == Comparison(backward=(), forward=())
    assert not counterexample(schema, schema)


PAIRS = [
    (name, old, new)
    for name, old in published()
    for other, new in published()
    if name == other and old < new
]


@pytest.mark.parametrize(("name", "old", "new"), PAIRS)
def test_the_two_agree_on_all_registered_pairs(name: str, old: int, new: int) -> None:
    before, after = contracts.schema_of(name, old), contracts.schema_of(name, new)
    verdict = compare(before, after)
    assert verdict.is_backward == (not counterexample(after, before))
    assert verdict.is_forward == (not counterexample(before, after))


@pytest.mark.parametrize(
    "strange",
    [
        {"frobnicate": True},
        {"$ref": "#/properties/y"},
        {"format": "idn-hostname"},
        {"contains": {"type": "string"}},
        {"unevaluatedProperties": False},
        {"properties": {"deep": {"items": {"minContains": 2}}}},
        {"$schema": "http://json-schema.org/draft-07/schema#"},
        {"type": "parrot"},
        {"pattern": "("},
    ],
)
def test_what_the_checker_does_not_know_is_compatible_with_nothing(strange: Any) -> None:
    schema = only(**strange)
    for verdict in (compare(schema, schema), compare(only(), schema), compare(schema, only())):
        assert {finding.keyword for finding in verdict.backward} == {UNKNOWN}
        assert {finding.keyword for finding in verdict.forward} == {UNKNOWN}


def test_a_finding_stands_at_its_pointer_and_says_what_to_do() -> None:
    low, high = ({"type": "integer", "minimum": least} for least in (0, 5))
    deep = only(type="object", properties={"a/b~c": low})
    deeper = only(type="object", properties={"a/b~c": high})
    [finding] = compare(deep, deeper).backward
    assert finding.pointer == "/properties/x/properties/a~1b~0c/minimum"
    assert str(finding) == f"{finding.pointer}: is higher than what is promised"
    assert "upcast" in str(finding.advice)
