"""Can what one version of a schema writes be read by another? Judged from the schemas alone.

A published schema is read twice: as the *writer* that a producer keeps (closed: nothing but what
is described) and as the *reader* that a consumer needs (tolerant: what it doesn't know is
ignored). Version N+1 is

- *backward* compatible if its reader accepts everything version N's writer may write:
  then old events, on their way or in the log, need no upcast;
- *forward* compatible if version N's reader accepts everything its writer may write:
  then consumers that only know version N could live on its data.

The judgement is on the safe side: "compatible" is a promise, and what the checker does not
understand is incompatible. `tests/messaging/compatibility` holds it against generated instances.
"""

from typing import Any

from messaging.compatibility.accepting import refusals
from messaging.compatibility.dialect import unknown
from messaging.compatibility.findings import Comparison, Finding
from messaging.compatibility.sides import reader, writer

__all__ = ["Comparison", "Finding", "compare", "reader", "writer"]


def compare(old: Any, new: Any) -> Comparison:
    """Both directions between two JSON Schemas; an unknown keyword in either spoils both."""
    if strange := [*unknown(old), *unknown(new)]:
        return Comparison(backward=tuple(strange), forward=tuple(strange))
    return Comparison(
        backward=tuple(refusals(reader(new), writer(old))),
        forward=tuple(refusals(reader(old), writer(new))),
    )
