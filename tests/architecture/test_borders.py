"""The services share nothing but events, also where the import contracts can't look."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from messaging import contracts

SERVICES = ("auth_app", "tasks_app", "billing_app", "analytics_app")
SHARED = ("messaging", "access", "pages", "api")
TABLE_IN_SQL = re.compile(
    r'\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ON|REFERENCES)\s+"?([a-z_]+)"?', re.IGNORECASE
)


def files(app: str, suffix: str = ".py") -> list[Path]:
    return sorted((Path(settings.BASE_DIR) / app).rglob(f"*{suffix}"))


def others(app: str) -> set[str]:
    """The services that `app` may know nothing of; what all share knows none."""
    return set(SERVICES) - {app}


def tables(app: str) -> set[str]:
    return {model._meta.db_table for model in apps.get_app_config(app).get_models()}


def strings(path: Path) -> Iterator[str]:
    if path.suffix == ".sql":
        yield path.read_text()
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".", maxsplit=1)[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".", maxsplit=1)[0]


@pytest.mark.parametrize("app", [*SERVICES, *SHARED])
def test_it_imports_no_other_service(app: str) -> None:
    crossing = [
        f"{path}: {name}" for path in files(app) for name in imports(path) if name in others(app)
    ]
    assert crossing == []


@pytest.mark.parametrize("app", [*SERVICES, "messaging"])
def test_its_foreign_keys_stay_at_home(app: str) -> None:
    crossing = [
        str(field)
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if field.related_model._meta.app_label in others(app)
    ]
    assert crossing == []


@pytest.mark.parametrize("app", [*SERVICES, *SHARED])
def test_its_sql_names_no_table_of_another_service(app: str) -> None:
    foreign = {table for other in others(app) for table in tables(other)}
    crossing = [
        f"{path}: {table}"
        for path in files(app) + files(app, ".sql")
        for text in strings(path)
        for table in TABLE_IN_SQL.findall(text)
        if table in foreign
    ]
    assert crossing == []


@pytest.mark.parametrize("app", [*SERVICES, *SHARED])
def test_it_names_no_model_of_another_service(app: str) -> None:
    """As `apps.get_model("billing_app.Entry")` and `ForeignKey("billing_app.Entry")` would."""
    models = re.compile(rf"^(?:{'|'.join(sorted(others(app)))})(?:\.\w+)?$")
    crossing = [
        f"{path}: {text}" for path in files(app) for text in strings(path) if models.match(text)
    ]
    assert crossing == []


@pytest.mark.parametrize("app", [*SERVICES, "messaging"])
def test_its_migrations_wait_for_no_other_service(app: str) -> None:
    migrations = MigrationLoader(None).disk_migrations
    crossing = [
        (name, needed)
        for (label, name), migration in migrations.items()
        if label == app
        for needed, _ in migration.dependencies
        if needed in others(app)
    ]
    assert crossing == []


@pytest.mark.parametrize("app", SERVICES)
def test_a_service_says_at_its_door_what_it_tells_and_hears(app: str) -> None:
    said = ast.get_docstring(ast.parse((Path(settings.BASE_DIR) / app / "__init__.py").read_text()))
    assert said
    _, told, heard = re.split(r"publishes:|consumes:", said)
    service = app.removesuffix("_app")
    events = contracts.registry()
    assert names(told) == {name for name in events if contracts.producer_of(name) == service}
    assert names(heard) == {name for name in events if service in contracts.consumers_of(name)}


def names(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+\.[a-z_]+", text))
