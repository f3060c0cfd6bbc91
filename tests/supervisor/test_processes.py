"""One process, without the system around it."""

import queue
import signal
import sys

from supervisor.processes import Process

COUNTING = """
import os, signal
heard = []
def hear(number, _frame):  # `print` may not be interrupted by itself
    heard.append(signal.Signals(number).name)
    os.write(1, heard[-1].encode() + b"\\n")
signal.signal(signal.SIGTERM, hear)
signal.signal(signal.SIGUSR1, hear)
os.write(1, b"ready\\n")
while "SIGUSR1" not in heard:
    signal.pause()
"""


def test_it_is_told_to_stop_once() -> None:
    said: queue.Queue[str] = queue.Queue()
    process = Process(
        "counting", [sys.executable, "-c", COUNTING], {}, lambda _name, line: said.put(line)
    )
    process.start()
    assert said.get(timeout=60) == "ready"
    process.ask_to_stop()
    assert said.get(timeout=60) == "SIGTERM"
    process.ask_to_stop()
    assert process.popen
    process.popen.send_signal(signal.SIGUSR1)
    process.stop()
    assert (list(said.queue), process.returncode) == (["SIGUSR1"], 0)
