"""Two database roles: the owner migrates; the application reads and writes rows, but not all.

Each app says in its `duties.py` what is revoked from the application: `REVOKED`, table →
privileges.
"""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql


class UnknownRole(LookupError):
    """The database has no such role."""


def grant(role: str) -> None:
    """Give the application's role what it needs and no more; to be repeated after each migration.

    Raises `UnknownRole`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            raise UnknownRole(role)
        for statement in _statements(sql.Identifier(role)):
            cursor.execute(statement.as_string(cursor.connection))


def revoked() -> dict[str, str]:
    """Table → privileges that the application does not have."""
    found: dict[str, str] = {}
    for app in apps.get_app_configs():
        if app.name != "access" and find_spec(f"{app.name}.duties"):
            found |= import_module(f"{app.name}.duties").REVOKED
    return found


def _statements(role: sql.Identifier) -> list[sql.Composed]:
    everything = sql.SQL(
        "GRANT USAGE ON SCHEMA public TO {role};"
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};"
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};"
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}"
    ).format(role=role)
    history = {"django_migrations": "INSERT, UPDATE, DELETE, TRUNCATE"}
    return [everything] + [
        sql.SQL("REVOKE {what} ON {table} FROM {role}").format(
            what=sql.SQL(what), table=sql.Identifier(table), role=role
        )
        for table, what in (history | revoked()).items()
    ]
