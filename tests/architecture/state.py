"""What the database holds, so that two moments can be compared."""

from typing import Final

from django.db import connection

# Sessions and limits are noted at every visit; allauth notes when recovery codes were shown.
NOTED: Final = {
    "access_tally",
    "cache",
    "django_session",
    "mfa_authenticator",
    "usersessions_usersession",
}


DIGEST: Final = """
SELECT count(*) || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t
"""


def tables() -> dict[str, str]:
    """Table → what tells one state of it from another."""
    with connection.cursor() as cursor:
        names = sorted(set(connection.introspection.table_names(cursor)) - NOTED)
    return {name: _digest(name) for name in names}


def _digest(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(DIGEST.format(table))
        return str(cursor.fetchone()[0])


def changed(before: dict[str, str]) -> set[str]:
    """The tables that are not as they were."""
    return {name for name, digest in tables().items() if before.get(name) != digest}
