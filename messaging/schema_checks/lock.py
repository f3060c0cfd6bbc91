"""Published is immutable: whoever wrote or stored an event counts on its schema to the letter.

LOCK.json holds the SHA-256 of every published file, as JSON without blanks and with sorted keys,
so that a file may be laid out anew and nothing else.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from messaging import contracts
from messaging.schema_checks.files import published

LOCK = "LOCK.json"
ENVELOPE = "envelope.json"


def problems() -> Iterator[str]:
    locked, found = _locked(), _digests()
    for path in sorted(locked.keys() - found.keys()):
        yield f"{path}: was published and has vanished; retire it in registry.json instead"
    for path in sorted(locked.keys() & found.keys()):
        if locked[path] != found[path]:
            yield f"{path}: was published and has changed; make it a new version"
    yield from map(unpublished_problem, unpublished())


def unpublished() -> list[str]:
    """The files that LOCK.json does not hold yet."""
    return sorted(_digests().keys() - _locked().keys())


def unpublished_problem(path: str) -> str:
    return f"{path}: is not published; when it is final, run check_schemas --publish"


def publish() -> list[str]:
    """Lock the files that aren't yet, and say which; the locked stay as they were."""
    new, digests = unpublished(), _digests()
    locked = _locked() | {path: digests[path] for path in new}
    _path().write_text(json.dumps(locked, indent=2, sort_keys=True) + "\n")
    return new


def digest(path: Path) -> str:
    told = json.dumps(json.loads(path.read_text()), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _digests() -> dict[str, str]:
    paths = [ENVELOPE, *(contracts.path_of(name, version) for name, version in published())]
    return {path: digest(contracts.schemas_dir() / path) for path in paths}


def _locked() -> dict[str, str]:
    locked: dict[str, str] = json.loads(_path().read_text()) if _path().exists() else {}
    return locked


def _path() -> Path:
    return contracts.schemas_dir() / LOCK
