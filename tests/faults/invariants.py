"""What must be true of the databases once everything has arrived: each as a query that lists
whatever contradicts it, numbered as the page on reliability numbers them."""

import json
from collections.abc import Sequence
from typing import Any

import psycopg

from messaging import contracts
from tests.faults.delivery_invariants import OF_DELIVERY
from tests.faults.invariant import Invariant
from tests.faults.ledger_invariants import OF_THE_LEDGER

SHOWN = 5  # contradictions of each kind; beyond that their number says enough
MOST_COPIES = 4.0  # sent for each event and consumer, with a fault every few seconds

INVARIANTS = [*OF_THE_LEDGER, *OF_DELIVERY]


def violations(database: psycopg.Connection, only: tuple[str, ...] = ()) -> list[str]:
    """Every contradiction, in words; empty when all hold."""
    return [
        said
        for invariant in INVARIANTS
        if not only or invariant.name in only
        for said in contradictions(database, invariant)
    ]


def contradictions(database: psycopg.Connection, invariant: Invariant) -> list[str]:
    routes = {name: contracts.consumers_of(name) for name in contracts.registry()}
    given = {"routes": json.dumps(routes), "most_copies": MOST_COPIES}
    rows = database.execute(invariant.query.encode(), given).fetchall()
    shown = [f"{invariant.name} {invariant.words}: {_shown(row)}" for row in rows[:SHOWN]]
    rest = len(rows) - SHOWN
    return [*shown, f"{invariant.name} … and {rest} more"] if rest > 0 else shown


def broken_contracts(database: psycopg.Connection, injected: Sequence[str]) -> list[str]:
    """I21: published events that don't keep their schema, apart from those we wrote ourselves."""
    events = database.execute(
        "SELECT event_id::text, event_name, event_version, data FROM outbox_event"
        " WHERE event_id <> ALL(%s::uuid[])",
        [list(injected)],
    )
    return [said for row in events if (said := _broken(*row))]


def _broken(event_id: str, name: str, version: int, data: object) -> str:
    try:
        contracts.check_data(name, version, data)
    except contracts.ContractError as error:
        return f"I21 {name} {event_id}: {error}"
    return ""


def _shown(row: tuple[Any, ...]) -> str:
    return json.dumps([str(value) for value in row])
