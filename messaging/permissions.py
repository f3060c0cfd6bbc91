"""Who may do what with what could not be applied."""

from access.actor import ADMIN, Actor
from messaging.giving_up import restorable
from messaging.models import DeadLetter


def can_replay(actor: Actor, letter: DeadLetter) -> bool:
    return actor.has(ADMIN) and letter.is_parked


def can_discard(actor: Actor, letter: DeadLetter) -> bool:
    return actor.has(ADMIN) and letter.is_parked


def can_restore(actor: Actor, letter: DeadLetter) -> bool:
    """Not too long after it was discarded, and not when it has been parked anew."""
    same = DeadLetter.objects.filter(pk=letter.pk)
    return actor.has(ADMIN) and letter.is_discarded and restorable(same).exists()
