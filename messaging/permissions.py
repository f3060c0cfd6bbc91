"""Who may do what with what could not be applied."""

from access.actor import ADMIN, Actor
from messaging.models import DeadLetter


def can_replay(actor: Actor, letter: DeadLetter) -> bool:
    return actor.has(ADMIN) and letter.is_parked


def can_discard(actor: Actor, letter: DeadLetter) -> bool:
    return actor.has(ADMIN) and letter.is_parked
