"""Every package that may be installed is pinned to one version and to what it contains."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from django.conf import settings
from packaging.markers import Marker

FILES = ("requirements.txt", "requirements-dev.txt")
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)")


def entries(name: str) -> list[str]:
    """A package a string, with its hashes."""
    text = (Path(settings.BASE_DIR) / name).read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("name", FILES)
def test_everything_is_pinned_with_its_hashes(name: str) -> None:
    loose = [line for line in entries(name) if not PIN.match(line) or "--hash=sha256:" not in line]
    assert loose == []


@pytest.mark.parametrize("name", FILES)
def test_nothing_comes_from_elsewhere(name: str) -> None:
    text = (Path(settings.BASE_DIR) / name).read_text()
    assert not re.search(r"https?://|git\+|--(?:index-url|extra-index-url|find-links)", text)


def test_what_is_installed_is_what_is_pinned() -> None:
    other = [found["name"] for line in entries(FILES[1]) if (found := differs(line))]
    assert other == []


def differs(line: str) -> re.Match[str] | None:
    pin = PIN.match(line)
    assert pin
    marker = re.search(r";\s*(.+?)\s+--hash", line)
    if marker and not Marker(marker.group(1)).evaluate():
        return None
    return None if version(pin["name"]) == pin["version"] else pin
