"""What runs, read from a Procfile: one source of truth for development and production each."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from string import Template


def read(path: Path, environment: Mapping[str, str]) -> dict[str, list[str]]:
    """Name → command, without a shell between: a shell would be the one to get our signals."""
    lines = (line.strip() for line in path.read_text().splitlines())
    entries = (line.partition(":") for line in lines if line and not line.startswith("#"))
    return {
        name.strip(): [Template(word).substitute(environment) for word in shlex.split(command)]
        for name, _, command in entries
    }
