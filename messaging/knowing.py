"""What a consumer already knows of the events that have just come, in one look."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from messaging import dead_letters
from messaging.arrays import array

COMPANIES = (500, 64, 8, 1)

_LOOK = """
WITH given AS (SELECT unnest(%s::uuid[]) AS event_id)
SELECT event_id, l.state, l.fingerprint, 0, 0
  FROM dead_letter AS l JOIN given USING (event_id)
 WHERE l.consumer = %s AND l.state <> 'replayed'
 UNION ALL
SELECT event_id, 'waiting', '', 0, 0 FROM inbox_waiting AS w JOIN given USING (event_id)
 WHERE w.consumer = %s
 UNION ALL
SELECT event_id, 'failed', '', f.attempts, f.crashes
  FROM inbox_failure AS f JOIN given USING (event_id)
 WHERE f.consumer = %s
"""


@dataclass(frozen=True, slots=True)
class Failed:
    """`attempts` were made alone; `crashes` in company that died with its worker."""

    attempts: int
    crashes: int

    @property
    def company(self) -> int:
        """With how many others it may be tried: fewer after each crash, none after a failure."""
        return 1 if self.attempts else COMPANIES[min(self.crashes, len(COMPANIES) - 1)]


@dataclass(slots=True)
class Known:
    """`letters` event → by the fingerprint of what came, "parked" or "discarded": a copy that was
    damaged on its way says nothing of a whole one. `waiting` events; `failed` event → how often."""

    letters: dict[UUID, dict[str, str]] = field(default_factory=dict)
    waiting: set[UUID] = field(default_factory=set)
    failed: dict[UUID, Failed] = field(default_factory=dict)

    def kept(self, envelopes: Mapping[UUID, Any]) -> Iterator[tuple[UUID, str]]:
        """What need not be tried, of these, and whether it is parked, discarded or waits."""
        for event_id, states in self.letters.items():
            if state := states.get(dead_letters.fingerprint(envelopes[event_id])):
                yield event_id, state
            elif event_id in self.waiting:
                yield event_id, "waiting"
        yield from ((event_id, "waiting") for event_id in self.waiting - self.letters.keys())

    def companies(self, event_ids: Sequence[UUID]) -> list[Sequence[UUID]]:
        """The events in the parts in which to apply them, those without a history first."""
        found: list[Sequence[UUID]] = []
        for size in COMPANIES if self.failed else COMPANIES[:1]:
            those = [one for one in event_ids if self._company(one) == size]
            found += [those[start : start + size] for start in range(0, len(those), size)]
        return found

    def _company(self, event_id: UUID) -> int:
        failed = self.failed.get(event_id)
        return failed.company if failed else COMPANIES[0]


def known(consumer: str, event_ids: Sequence[UUID]) -> Known:
    """Everything but whether they were applied, which the inbox tells when they are."""
    found = Known()
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [array(event_ids), *[consumer] * 3])
        for event_id, state, fingerprint, attempts, crashes in cursor.fetchall():
            if state == "failed":
                found.failed[event_id] = Failed(attempts, crashes)
            elif state == "waiting":
                found.waiting.add(event_id)
            elif found.letters.setdefault(event_id, {}).get(fingerprint) != "parked":
                found.letters[event_id][fingerprint] = state
    return found
