"""What the checker calls compatible is never contradicted by anything that a writer may write."""

from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from messaging.compatibility import compare, reader
from tests.messaging.compatibility.changes import SCHEMAS, changed
from tests.messaging.compatibility.oracle import validator, written

PAIRS = SCHEMAS.flatmap(lambda old: st.tuples(st.just(old), changed(old)))
SLOWLY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@SLOWLY
@given(PAIRS, st.data())
def test_no_instance_contradicts_compatible(pair: tuple[Any, Any], data: st.DataObject) -> None:
    old, new = pair
    verdict = compare(old, new)
    event(f"backward {verdict.is_backward}, forward {verdict.is_forward}")
    if verdict.is_backward:
        assert validator(reader(new)).is_valid(data.draw(written(old)))
    if verdict.is_forward:
        assert validator(reader(old)).is_valid(data.draw(written(new)))


@SLOWLY
@given(SCHEMAS)
def test_every_schema_is_compatible_with_itself(schema: Any) -> None:
    verdict = compare(schema, schema)
    assert verdict.is_backward
    assert verdict.is_forward


@SLOWLY
@given(PAIRS)
def test_the_way_back_is_judged_like_the_way_there(pair: tuple[Any, Any]) -> None:
    there, back = compare(*pair), compare(*reversed(pair))
    assert there.is_backward == back.is_forward
    assert there.is_forward == back.is_backward
