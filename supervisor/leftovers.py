"""Ends what an earlier run left behind when it was killed before it could clean up.

A process is ours only if pid, time of start and command line all match what we wrote down; what it
started in turn is known by its session and by running from this very installation.
"""

import os
import signal
import sys
import time
from pathlib import Path

from supervisor import state, table
from supervisor.processes import end

PATIENCE = 20.0


def end_leftovers(records: Path) -> int:
    """How many processes had to be ended, PostgreSQL last."""
    ended = 0
    for path in sorted(records.glob("*.json"), key=lambda path: path.stem == "postgres"):
        ended += end_leftover(state.read_json(path))
        path.unlink(missing_ok=True)
    return ended


def end_leftover(record: dict[str, str]) -> int:
    if not record.get("pid", "").isdigit():
        return 0
    session = int(record["pid"])
    found = ours(record, table.members(session))
    if found and found[0].pid == session:
        ask_to_stop(session, signal.Signals[record["signal"]])
    end(ours(record, table.members(session)))
    return len(found)


def ask_to_stop(pid: int, number: signal.Signals) -> None:
    until = time.monotonic() + PATIENCE
    os.kill(pid, number)
    os.kill(pid, signal.SIGCONT)
    while table.seen(pid) and time.monotonic() < until:
        time.sleep(0.05)


def ours(record: dict[str, str], members: list[table.Seen]) -> list[table.Seen]:
    """The leader first, if it still lives."""
    leader = next((member for member in members if member.pid == member.session), None)
    if leader and not is_leader(record, leader):
        return []
    installed = (str(state.PROJECT), sys.prefix)
    others = [m for m in members if m is not leader and any(p in m.command for p in installed)]
    return [leader, *others] if leader else others


def is_leader(record: dict[str, str], process: table.Seen) -> bool:
    return process.started == record["started"] and record["command"] in process.command
