"""Ports on the loopback."""

import errno
import random
import socket
import time

from supervisor.state import CannotStart

# From 32768 on the kernel gives ports to outgoing connections, which would take ours now and then.
OURS = range(20000, 32000)


def free_port() -> int:
    candidates = random.sample(OURS, 200)
    return next(port for port in candidates if trouble(port) is None)


def trouble(port: int) -> OSError | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error
    return None


def chosen_port(text: str, patience: float = 0.0) -> int:
    """The port a person asked for, free, or one line on what to do."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT={text} is not a port: choose a number from 1024 to 65535.")
    port, until = int(text), time.monotonic() + patience
    while (error := trouble(port)) and time.monotonic() < until:
        time.sleep(0.05)
    if error:
        taken = error.errno == errno.EADDRINUSE
        why = "is taken by another program" if taken else f"cannot be used ({error.strerror})"
        raise CannotStart(f"Port {port} {why}; choose another: PORT={another(port)} make run")
    return port


def another(port: int) -> int:
    following = range(max(port, 1024) + 1, min(max(port, 1024) + 100, 65536))
    return next((candidate for candidate in following if not trouble(candidate)), 8001)
