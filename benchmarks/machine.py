"""What processes use, by Linux's own account: CPU seconds and memory, with all they started."""

import os
import threading
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20
SAMPLE_SECONDS = 0.25


def load() -> str:
    """How busy the machine is with everything on it: to be read beside each figure."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def cpu_seconds(roots: Iterable[int]) -> float:
    """Spent by these processes and all below them that live, and by those they have buried."""
    return sum(_cpu(pid) for pid in family(roots))


def family(roots: Iterable[int]) -> set[int]:
    children = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children[int(fields[1])].append(int(entry.name))
    found, waiting = set[int](), list(roots)
    while waiting:
        found.add(pid := waiting.pop())
        waiting += children[pid]
    return found


class Memory(threading.Thread):
    """The most that any one process of some has held, while it looks; MB by name of the root."""

    def __init__(self, roots: dict[str, int]) -> None:
        super().__init__(daemon=True)
        self.roots, self.over = roots, threading.Event()
        self.most: dict[str, float] = defaultdict(float)

    def run(self) -> None:
        while not self.over.wait(SAMPLE_SECONDS):
            for name, root in self.roots.items():
                held = max((_megabytes(pid) for pid in family([root])), default=0.0)
                self.most[name] = max(self.most[name], held)

    def end(self) -> dict[str, float]:
        self.over.set()
        self.join()
        return dict(self.most)


def _stat(pid: int) -> list[str]:
    """From the state on: the name before it may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu(pid: int) -> float:
    fields = _stat(pid)
    return sum(map(int, fields[11:15])) / TICKS if fields else 0.0


def _megabytes(pid: int) -> float:
    """Resident, without the pages that are a file's or shared (PostgreSQL's buffers, say)."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0.0
    return (int(resident) - int(shared)) * PAGE_MB
