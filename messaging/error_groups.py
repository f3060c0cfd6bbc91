"""What failed for the same reason belongs together: the kind of error and where it came from."""

import re
from pathlib import PurePath

FRAME = re.compile(r'^ *File "(?P<file>.+?)", line \d+, in (?P<function>\S+)$', re.MULTILINE)
POINTER = re.compile(r"^(/[^\s:]*): ")
NUMBERS = re.compile(r"/\d+(?=/|$)")
LENGTH = 200
FOREIGN = ("site-packages", "lib/python", "<frozen")


def error_group(kind: str, error: str, traceback: str) -> str:
    """`KeyError in billing_app/handlers.py, on_task_completed`, or the place in the data that
    breaks a contract: `InvalidEvent at /data/title`. Lines and values differ from case to case."""
    if pointer := POINTER.match(error):
        return f"{kind} at {NUMBERS.sub('/*', pointer[1])}"[:LENGTH]
    place = _own_frame(traceback)
    return f"{kind} in {place}"[:LENGTH] if place else kind[:LENGTH]


def _own_frame(traceback: str) -> str:
    """The innermost frame of the project's own code."""
    for frame in reversed(list(FRAME.finditer(traceback))):
        if not any(part in frame["file"] for part in FOREIGN):
            return f"{'/'.join(PurePath(frame['file']).parts[-2:])}, {frame['function']}"
    return ""
