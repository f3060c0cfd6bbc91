"""Payout notices: every one has gone out, whoever died while sending it; twice is allowed."""

from contextlib import suppress

import psycopg

from tests.faults.rig import Rig

PATIENCE = 120.0

# As if the leases of senders that died had run out, and the pauses after failures were over.
_TIME_PASSES = """
UPDATE billing_app_payout SET lease_until = least(lease_until, now()), next_try_at = now()
 WHERE state <> 'sent'
"""
_UNSENT = "SELECT count(*) FROM billing_app_payout WHERE state <> 'sent'"


def violations(rig: Rig) -> list[str]:
    """Payouts of which nobody was told."""
    with suppress(TimeoutError):
        rig.wait_until(lambda: _sent(rig), "every notice has gone", PATIENCE)
    letters = "".join(path.read_text() for path in rig.processes.mail_dir.glob("*.eml"))
    with rig.database() as database:
        payouts = database.execute("SELECT id::text, state FROM billing_app_payout").fetchall()
    return [
        f"I6 nobody was told of payout {payout} ({state})"
        for payout, state in payouts
        if state != "sent" or payout not in letters
    ]


def _sent(rig: Rig) -> bool:
    with suppress(psycopg.OperationalError), rig.database() as database:
        database.execute(_TIME_PASSES)
    return not rig.value(_UNSENT)
