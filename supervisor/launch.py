"""Becomes another program, after what only the process itself can do: change its user, keep the one
capability that user needs, and ask to be told when its parent dies.

A script of its own, run by path, because running this between fork and exec of a process that has
threads may deadlock. Standard library only: it is on the way of every start.
"""

import argparse
import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAPABILITY_VERSION_3 = 0x20080522
# Either lets an unprivileged user pass through folders that only root may enter.
CAPABILITIES = {"dac_override": 1, "dac_read_search": 2}


class CapHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class CapData(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


def main() -> None:
    options = parse(sys.argv[1:])
    if options.user:
        become(options.user, options.keep)
    if options.parent:
        die_with(options.parent, signal.Signals[options.on_orphan])
    os.execvp(options.command[0], options.command)


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--user")
    parser.add_argument("--keep", choices=sorted(CAPABILITIES))
    parser.add_argument("--parent", type=int)
    parser.add_argument("--on-orphan", default="SIGTERM")
    parser.add_argument("command", nargs="+")
    return parser.parse_args(argv)


def become(name: str, capability: str | None) -> None:
    user = pwd.getpwnam(name)
    if capability:
        # Without it access(2), which initdb and postgres ask about their own programs, leaves the
        # capabilities of anybody but root out of the account.
        libc_call("prctl", PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    if capability:
        keep_only(CAPABILITIES[capability])


def keep_only(capability: int) -> None:
    bit = 1 << capability
    data = (CapData * 2)(CapData(bit, bit, bit), CapData())
    libc_call("capset", ctypes.byref(CapHeader(CAPABILITY_VERSION_3, 0)), data)
    libc_call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def die_with(parent: int, with_signal: signal.Signals) -> None:
    """Linux only. Set last: a change of user clears it."""
    if sys.platform != "linux":
        return
    libc_call("prctl", PR_SET_PDEATHSIG, with_signal.value, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone already")


def libc_call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name} failed: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main()
