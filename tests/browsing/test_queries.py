"""How many questions each page asks the database, pinned: one more is a decision, not an accident.

`PIN=1 pytest tests/browsing/test_queries.py -n 0` raises the pins to what there is now. Pages of a
thing that is drawn, such as a person, ask more for some than for others: a pin is the most.
"""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from auth_app.models import User
from tests.browsing.pages import ROLES, addresses
from tests.conftest import ClientFor

PINS = Path(__file__).with_name("queries.json")


@pytest.mark.parametrize("role", ["anonymous", *ROLES])
def test_no_page_asks_more_than_it_did(
    role: str, staff: dict[str, User], client_for: ClientFor
) -> None:
    person = staff.get(role)
    client = client_for(person) if person else Client()
    found = {
        address.name: questions(client, address.path)
        for address in addresses(role, person or staff["worker"])
    }
    pins = json.loads(PINS.read_text()) if PINS.exists() else {}
    if os.environ.get("PIN"):
        known = pins.get(role, {})
        pins[role] = {name: max(count, known.get(name, 0)) for name, count in found.items()}
        PINS.write_text(json.dumps(pins, indent=1, sort_keys=True) + "\n")
    pinned = pins[role]
    assert found.keys() == pinned.keys()
    more = {name: (pinned[name], count) for name, count in found.items() if count > pinned[name]}
    assert not more, "page: (pinned, now)"


def questions(client: Client, path: str) -> int:
    """Of the second visit, when what is the same for all pages is known."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)
