"""A copy of the contracts and of the services' sources, to break."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from pytest_django.fixtures import Settings

from messaging import bulk_contracts, contracts
from messaging.catalogue import entries
from messaging.schema_checks import problems


@dataclass(frozen=True, slots=True)
class Copy:
    root: Path

    def change(self, path: str, how: Callable[[Any], object]) -> None:
        """Load a file of the contracts, change it in place, save it."""
        place = self.root / "event_schemas" / path
        content = json.loads(place.read_text())
        how(content)
        place.write_text(json.dumps(content))

    def path(self, path: str) -> Path:
        return self.root / "event_schemas" / path

    def program(self, path: str, source: str) -> None:
        """A module more in a service; the folder is a copy from now on."""
        service = self.root / path.split("/", maxsplit=1)[0]
        if service.is_symlink():
            original = service.resolve()
            service.unlink()
            shutil.copytree(original, service)
        (self.root / path).write_text(source)

    def problems(self, of: Callable[[], Iterable[str]] = problems) -> list[str]:
        """All of them, or those that one of the checks finds."""
        forget()
        return list(of())


@pytest.fixture
def copy(tmp_path: Path, settings: Settings) -> Iterator[Copy]:
    project = Path(configured.BASE_DIR)
    shutil.copytree(project / "event_schemas", tmp_path / "event_schemas")
    for service in project.glob("*_app"):
        (tmp_path / service.name).symlink_to(service)
    settings.BASE_DIR = tmp_path
    forget()
    yield Copy(tmp_path)
    forget()


def forget() -> None:
    """Files are read once a process; here they change."""
    schemas = (
        contracts.published,
        contracts._validator,
        bulk_contracts._whole,
        bulk_contracts._data,
        entries._entry,
    )
    for cached in (contracts.registry, *schemas):
        cached.cache_clear()
