"""Where a local aTES keeps its state (`var/`), and whether one is running there.

Standard library only: the settings ask here before Django knows anything.
"""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PROJECT = Path(__file__).resolve().parent.parent
SIGNING_KEYS = "signing_keys.json"


class CannotStart(Exception):
    """Something a person must put right first; the message is the one line to show."""


def var_dir() -> Path:
    return Path(os.environ.get("ATES_VAR") or PROJECT / "var").resolve()


def run_dir() -> Path:
    return var_dir() / "run"


def running_services() -> dict[str, str]:
    """The environment of the system that runs now (DATABASE_URL, REDIS_URL …), {} if none does."""
    if not is_running():
        return {}
    return read_json(run_dir() / "services.json")


def announce(environment: dict[str, str]) -> None:
    write_private(run_dir() / "services.json", json.dumps(environment, indent=1))


def is_running() -> bool:
    try:
        with (run_dir() / "lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def only_one() -> Iterator[None]:
    """Holds `var/` for this process; a second copy is refused with the first one's address."""
    prepare_folders()
    with (run_dir() / "lock").open("wb") as file:
        if not taken(file):
            address = running_services().get("BASE_URL", "starting")
            raise CannotStart(f"aTES is already running ({address}); end it with Ctrl-C there.")
        (run_dir() / "services.json").unlink(missing_ok=True)
        try:
            yield
        finally:
            (run_dir() / "services.json").unlink(missing_ok=True)


def taken(file: IO[bytes], patience: float = 1.0) -> bool:
    """Tries for a moment: whoever only looks whether we run holds the lock for an instant."""
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        else:
            return True


def prepare_folders() -> None:
    for folder in (var_dir(), run_dir(), run_dir() / "children", var_dir() / "log"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise CannotStart(
                f"{folder} cannot be written ({error.strerror}): make it yours, "
                "or choose another folder with ATES_VAR=…"
            ) from error


def secret(name: str) -> str:
    """A secret of this `var/`: drawn once, kept in a file only its owner reads."""
    path = var_dir() / "secrets.json"
    known = read_json(path)
    if name not in known:
        known[name] = secrets.token_urlsafe(48)
        write_private(path, json.dumps(known, indent=1))
    return known[name]


def signing_keys() -> str:
    """What `manage.py new_signing_key --keep` has written into this `var/`."""
    try:
        return (var_dir() / SIGNING_KEYS).read_text()
    except OSError:
        return ""


def read_json(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()}


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, and never readable by others, not even for an instant."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)
