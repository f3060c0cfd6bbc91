"""Who may do what with money."""

from uuid import UUID

from access.actor import ACCOUNTANT, ADMIN, Actor
from billing_app.models import Correction, Entry

KEEPERS = (ACCOUNTANT, ADMIN)


def can_see_account(actor: Actor, account_id: UUID) -> bool:
    """Accountants and admins see everyone's, everybody else only their own (B7)."""
    return actor.has(*KEEPERS) or actor.id == account_id


def can_request_correction(actor: Actor, entry: Entry) -> bool:
    """Nobody for their own account; money that has left and reversals stay."""
    return actor.has(*KEEPERS) and entry.is_reversible and actor.id != entry.account.public_id


def can_decide(actor: Actor, correction: Correction) -> bool:
    """Somebody else than who asked, and nobody about their own account."""
    concerned = (correction.requested_by, correction.entry.account.public_id)
    return actor.has(*KEEPERS) and correction.is_waiting and actor.id not in concerned


def can_withdraw(actor: Actor, correction: Correction) -> bool:
    """Whoever asked, while nobody has decided."""
    return actor.has(*KEEPERS) and correction.is_waiting and actor.id == correction.requested_by
