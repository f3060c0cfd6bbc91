"""The events of a batch as PostgreSQL sees them: the rows `given`, to be joined with whatever is
done because of them."""

from collections.abc import Sequence
from typing import Final

from messaging.arrays import array
from messaging.event import Event
from observing import tracing

GIVEN: Final = """given AS MATERIALIZED (
  SELECT * FROM unnest(%(tasks)s::uuid[], %(accounts)s::uuid[], %(sources)s::uuid[],
                       %(events)s::uuid[], %(times)s::timestamptz[], %(correlations)s::uuid[],
                       %(actors)s::uuid[], %(traces)s::text[])
    AS given(task, account, source, event, time, correlation, actor, trace))"""


def given(events: Sequence[Event], source: str = "") -> dict[str, str]:
    """The parameters of `GIVEN`; `source` is the property that names what is booked."""
    data = [event.data for event in events]
    return {
        "tasks": array(each["task_id"] for each in data),
        "accounts": array(each.get("account_id") for each in data),
        "sources": array(each.get(source) for each in data),
        "events": array(event.event_id for event in events),
        "times": array(event.time for event in events),
        "correlations": array(event.correlation_id for event in events),
        "actors": array(event.actor for event in events),
        "traces": array(tracing.traceparent(event.traceparent) for event in events),
    }
