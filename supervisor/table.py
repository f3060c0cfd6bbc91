"""The machine's process table: enough to tell our own leftovers from strangers."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Seen:
    pid: int
    session: int
    started: str
    command: str


def seen(pid: int) -> Seen | None:
    """The living process of this id; a zombie is not one."""
    return from_proc(pid) if sys.platform == "linux" else next(iter(from_ps("-p", str(pid))), None)


def members(session: int) -> list[Seen]:
    return [process for process in everything() if process.session == session]


def everything() -> list[Seen]:
    if sys.platform != "linux":
        return from_ps("-ax")
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return [process for pid in pids if (process := from_proc(pid))]


def from_proc(pid: int) -> Seen | None:
    folder = Path("/proc") / str(pid)
    try:
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        # The name in brackets may itself hold spaces and brackets.
        fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    if fields[0] in "ZX":
        return None
    return Seen(pid, session=int(fields[3]), started=fields[19], command=command.strip())


def from_ps(*which: str) -> list[Seen]:
    columns = ["-o", "pid=,stat=,lstart=,command="]
    listing = subprocess.run(
        ["/bin/ps", "-ww", *which, *columns],
        capture_output=True,
        text=True,
        check=False,
    )
    return [process for line in listing.stdout.splitlines() if (process := from_line(line))]


def from_line(line: str) -> Seen | None:
    pid, state, *words = line.split()
    try:
        session = os.getsid(int(pid))
    except OSError:
        return None
    if state.startswith("Z"):
        return None
    return Seen(int(pid), session, started=" ".join(words[:5]), command=" ".join(words[5:]))
