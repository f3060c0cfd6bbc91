"""A machine that vanishes says no goodbye; whoever it was connected to finds out soon."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

SOON = 30  # seconds


def test_the_database_notices_a_client_that_vanished() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting::int FROM pg_settings WHERE name LIKE 'tcp_keepalives_%'"
        )
        found = dict(cursor.fetchall())
    assert found["tcp_keepalives_idle"] > 0
    assert dead_after(found, "tcp_keepalives") <= SOON


def test_a_client_notices_a_database_that_vanished() -> None:
    connection.ensure_connection()
    given = connection.connection.info.get_parameters()
    found = {name: int(value) for name, value in given.items() if value.isdigit()}
    assert dead_after(found, "keepalives") <= SOON
    assert 0 < found["tcp_user_timeout"] <= SOON * 1000


def dead_after(found: dict[str, int], name: str) -> int:
    return found[f"{name}_idle"] + found[f"{name}_interval"] * found[f"{name}_count"]
