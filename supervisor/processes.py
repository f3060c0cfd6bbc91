"""One process under our care: started in a session of its own, its lines passed on, told to stop by
its pid alone (so that what it started itself may finish), and known again after we were killed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from supervisor import state, table

LAUNCH = Path(__file__).with_name("launch.py")
STEADY_SECONDS = 30.0
LONGEST_PAUSE = 10.0
KILL_SECONDS = 5.0

Say = Callable[[str, str], None]


@dataclass
class Process:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    say: Say
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals | None = None
    grace: float = 20.0
    launch_options: Sequence[str] = ()
    log: Path | None = None
    records: Path | None = None
    popen: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    again_at: float | None = None
    asked: bool = False
    pump: threading.Thread | None = field(default=None, repr=False)

    @property
    def alive(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    @property
    def returncode(self) -> int | None:
        return self.popen.poll() if self.popen else None

    def start(self) -> None:
        """From the main thread only: the kernel tells a child of the death of the *thread*."""
        self.again_at, self.asked, self.started_at = None, False, time.monotonic()
        output = self.log.open("ab") if self.log else subprocess.PIPE
        self.popen = subprocess.Popen(
            self.launched(),
            cwd=state.PROJECT if not self.log else "/",
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        if not isinstance(output, int):
            output.close()
        self.remember()
        if self.popen.stdout:
            self.pump = threading.Thread(
                target=self.pass_lines_on, args=[self.popen.stdout], daemon=True
            )
            self.pump.start()

    def launched(self) -> list[str]:
        """`-I -S` keep the launcher's own start at some milliseconds."""
        on_orphan = self.orphan_signal or self.stop_signal
        return [
            *(sys.executable, "-I", "-S", str(LAUNCH)),
            *("--parent", str(os.getpid()), "--on-orphan", on_orphan.name),
            *(*self.launch_options, "--", *self.command),
        ]

    def pass_lines_on(self, lines: IO[bytes]) -> None:
        for line in lines:
            if text := line.decode(errors="replace").rstrip():
                self.say(self.name, text)

    def watch(self) -> None:
        """One look: starts it again if it died, later each time unless it had been steady."""
        if self.popen is None or self.alive:
            return
        now = time.monotonic()
        if self.again_at is None:
            self.plan_restart(now, how(self.popen.returncode))
        elif now >= self.again_at:
            self.start()

    def plan_restart(self, now: float, death: str) -> None:
        self.failures = 0 if now - self.started_at > STEADY_SECONDS else self.failures + 1
        pause = min(LONGEST_PAUSE, 0.2 * 2**self.failures)
        self.again_at = now + pause
        self.kill()
        self.say("run", f"{self.name} {death}; starting it again in {pause:.1f} s")

    def ask_to_stop(self) -> None:
        """Once: Granian, told again while it heeds the first word, waits for itself for ever."""
        self.again_at = None
        if self.popen and self.alive and not self.asked:
            self.asked = True
            self.popen.send_signal(self.stop_signal)

    def stop(self, within: float | None = None) -> None:
        self.ask_to_stop()
        self.wait(self.grace if within is None else within)
        self.kill()

    def wait(self, seconds: float) -> bool:
        try:
            if self.popen:
                self.popen.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Ends it and all it started, at once."""
        if not self.popen:
            return
        end(table.members(self.popen.pid))
        self.popen.wait()
        if self.pump:
            self.pump.join(1.0)
        self.forget()

    def remember(self) -> None:
        if not self.records or not self.popen or not (itself := table.seen(self.popen.pid)):
            return
        record = {
            "pid": str(itself.pid),
            "started": itself.started,
            "command": " ".join(self.command[1:]),
            "signal": self.stop_signal.name,
        }
        state.write_private(self.records / f"{self.name}.json", json.dumps(record))

    def forget(self) -> None:
        if self.records:
            (self.records / f"{self.name}.json").unlink(missing_ok=True)


def how(returncode: int) -> str:
    if returncode < 0:
        return f"was ended by {signal.Signals(-returncode).name}"
    return f"ended with status {returncode}"


def end(processes: Sequence[table.Seen]) -> None:
    """Returns when they are gone, with the ports they held."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    until = time.monotonic() + KILL_SECONDS
    while any(table.seen(process.pid) == process for process in processes):
        if time.monotonic() > until:
            break
        time.sleep(0.01)
