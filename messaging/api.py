"""How events are doing, over the API, and what is done about those that could not be applied."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils.module_loading import import_string
from ninja import Query
from pydantic import Field

from access.actor import ADMIN, ActorRequest
from access.rights import Standing
from access.tokens import Claims
from api.bearer import JSON
from api.calls import Calls
from api.lists import Page, Paged, page_of
from api.problems import Problem, at, invalid
from api.shapes import Given, Shown, Text, one_of
from messaging import health, operating
from messaging.giving_up import LONGEST_REASON
from messaging.models import DeadLetter
from messaging.permissions import can_discard, can_replay

State = Annotated[str, one_of(DeadLetter.State.values)]


def standing_of(claims: Claims) -> Standing | None:
    """Messaging keeps no people of its own: it asks auth, or the service that it works for."""
    standing: Standing | None = import_string(settings.STANDING_SOURCE)(claims)
    return standing


calls = Calls("events", standing_of)


class DeadLetterShown(Shown):
    id: UUID
    consumer: str
    event_id: UUID | None
    event_name: str
    event_version: int | None
    error_kind: str
    error: str
    attempts: int
    state: State
    reason: str
    parked_at: datetime
    resolved_at: datetime | None


class DeadLetterPage(Page[DeadLetterShown]):
    """A page of dead letters, newest first."""


class AskedDeadLetters(Paged):
    state: Literal["", "parked", "replayed", "discarded"] = Field("", description="any if empty")


class Discard(Given):
    reason: Text = Field(min_length=1, max_length=LONGEST_REASON)


class ConsumerShown(Shown):
    consumer: str
    unacknowledged: int
    oldest_seconds: float
    dead_letters: int


class Lag(Shown):
    unacknowledged: int
    oldest_seconds: float
    dead_letters: int
    by_consumer: list[ConsumerShown]


@calls.get("/events/dead-letters", roles=(ADMIN,), gives=DeadLetterPage, fails=[404])
def list_dead_letters(request: ActorRequest, asked: Query[AskedDeadLetters]) -> DeadLetterPage:
    """What consumers could not apply (E3)."""
    rows = DeadLetter.objects.filter(**({"state": asked.state} if asked.state else {}))
    found = page_of(request, rows, asked, by=("-id",))
    return DeadLetterPage(items=[_letter(row) for row in found.rows], next=found.next)


@calls.post(
    "/events/dead-letters/{uuid:letter_id}/replay",
    roles=(ADMIN,),
    gives=DeadLetterShown,
    status=202,
    fails=[404],
    limit="replay",
    once=True,
    recent=True,
)
def replay_dead_letter(request: ActorRequest, letter_id: UUID) -> DeadLetterShown:
    """Have it applied again; the inbox sees to it that this happens once."""
    letter = get_object_or_404(DeadLetter, public_id=letter_id)
    if not can_replay(request.actor, letter):
        raise Problem("settled")
    operating.replay(DeadLetter.objects.filter(pk=letter.pk), request.actor.id)
    return _letter(letter)


@calls.post(
    "/events/dead-letters/{uuid:letter_id}/discard",
    roles=(ADMIN,),
    gives=DeadLetterShown,
    takes=JSON,
    fails=[404],
    limit="replay",
    once=True,
    recent=True,
)
def discard_dead_letter(
    request: ActorRequest, letter_id: UUID, discard: Discard
) -> DeadLetterShown:
    """Give it up, for a reason that stays on record."""
    letter = get_object_or_404(DeadLetter, public_id=letter_id)
    if not can_discard(request.actor, letter):
        raise Problem("settled")
    if not discard.reason.strip():
        raise invalid([at("reason", "A reason is needed.")])
    operating.discard(DeadLetter.objects.filter(pk=letter.pk), discard.reason, request.actor.id)
    letter.refresh_from_db()
    return _letter(letter)


@calls.get("/events/lag", roles=(ADMIN,), gives=Lag)
def lag(request: ActorRequest) -> Lag:
    """What is on its way, to whom, and since when."""
    now = health.now()
    return Lag(
        unacknowledged=now.open,
        oldest_seconds=now.oldest_seconds,
        dead_letters=now.parked,
        by_consumer=[
            ConsumerShown(
                consumer=consumer.name,
                unacknowledged=consumer.due + consumer.sent,
                oldest_seconds=consumer.oldest_seconds,
                dead_letters=consumer.parked,
            )
            for consumer in now.consumers
        ],
    )


def _letter(letter: DeadLetter) -> DeadLetterShown:
    return DeadLetterShown(
        id=letter.public_id,
        consumer=letter.consumer,
        event_id=letter.event_id,
        event_name=letter.event_name,
        event_version=letter.event_version,
        error_kind=letter.error_kind,
        error=letter.error,
        attempts=letter.attempts,
        state=letter.state,
        reason=letter.reason,
        parked_at=letter.parked_at,
        resolved_at=letter.resolved_at,
    )
