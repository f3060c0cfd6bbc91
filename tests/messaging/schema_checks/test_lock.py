"""Published is immutable."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.messaging.conftest import Copy, forget

FILE = "billing/task_priced/1.json"
LOCK = "event_schemas/LOCK.json"
ROOT = Path(settings.BASE_DIR)


def publish() -> None:
    forget()
    call_command("check_schemas", "--publish")


def add_version(copy: Copy) -> str:
    """Version 2 of a price, the same but for its name; registered, handled by nobody."""
    shutil.copy(copy.path(FILE), copy.path("billing/task_priced/2.json"))
    shutil.copy(
        copy.path("billing/task_priced/1.invalid.json"),
        copy.path("billing/task_priced/2.invalid.json"),
    )
    copy.change(
        "billing/task_priced/2.json",
        lambda schema: schema.update({"$id": "urn:ates:events:billing:task_priced:2"}),
    )
    return "billing/task_priced/2.json"


def test_a_changed_word_is_noticed(copy: Copy) -> None:
    copy.change(FILE, lambda schema: schema.update(description="Prices!"))
    assert copy.problems() == [f"{FILE}: was published and has changed; make it a new version"]


def test_a_vanished_file_is_noticed(copy: Copy) -> None:
    copy.path(FILE).unlink()
    assert any(
        line.startswith(f"{FILE}: was published and has vanished") for line in copy.problems()
    )


def test_the_layout_of_a_file_is_free(copy: Copy) -> None:
    content = json.loads(copy.path(FILE).read_text())
    copy.path(FILE).write_text(json.dumps(dict(reversed(content.items())), indent=8))
    assert copy.problems() == []


def test_a_new_file_has_to_be_published(copy: Copy) -> None:
    path = add_version(copy)
    assert any(line.startswith(f"{path}: is not published") for line in copy.problems())


def test_publishing_locks_what_is_new_and_nothing_else(copy: Copy) -> None:
    before = json.loads(copy.path("LOCK.json").read_text())
    copy.change("LOCK.json", lambda locked: locked.pop(FILE))
    publish()
    assert json.loads(copy.path("LOCK.json").read_text()) == before


@pytest.mark.parametrize("path", [FILE, "envelope.json"])
def test_publishing_never_takes_a_change(copy: Copy, path: str) -> None:
    def unlock(locked: dict[str, Any]) -> None:
        locked.pop("tasks/task_created/1.json")

    copy.change("LOCK.json", unlock)
    copy.change(path, lambda schema: schema.update(description="Otherwise."))
    with pytest.raises(CommandError):
        publish()
    assert "tasks/task_created/1.json" not in json.loads(copy.path("LOCK.json").read_text())


def test_publishing_waits_until_all_is_well(copy: Copy) -> None:
    add_version(copy)
    with pytest.raises(CommandError):
        publish()
    assert "billing/task_priced/2.json" not in copy.path("LOCK.json").read_text()


def test_no_commit_has_ever_changed_what_was_published() -> None:
    """Nor dropped it, together with the file: what the lock alone can't notice."""
    here = json.loads((ROOT / LOCK).read_text())
    commits = git("log", "--format=%H", "--", LOCK).split()
    assert commits
    for commit in commits:
        then = json.loads(git("show", f"{commit}:{LOCK}"))
        assert {path: here.get(path) for path in then} == then, commit


def git(*words: str) -> str:
    command = [str(shutil.which("git")), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout
