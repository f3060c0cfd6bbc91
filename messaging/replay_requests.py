"""Asking for replays: the work is done by the consumers' workers, in handy portions."""

from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django.db.models import QuerySet

from messaging import jobs
from messaging.models import DeadLetter

PORTION = 100


def request_replay(letters: QuerySet[DeadLetter], by: UUID | None = None) -> int:
    """Ask for a replay of every parked one among `letters`; how many that are now.

    A request that the broker loses leaves them parked: ask again.
    """
    parked = letters.filter(state=DeadLetter.State.PARKED).order_by("consumer", "pk")
    found = list(parked.values_list("consumer", "pk"))
    for consumer, pairs in groupby(found, key=itemgetter(0)):
        ids = [pk for _, pk in pairs]
        for start in range(0, len(ids), PORTION):
            _send(consumer, ids[start : start + PORTION], by)
    return len(found)


def _send(consumer: str, ids: list[int], by: UUID | None) -> None:
    args = [consumer, ids, str(by) if by else None]
    jobs.replay_dead_letters.apply_async(args=args, queue=f"{consumer}.events")
