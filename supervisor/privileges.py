"""PostgreSQL refuses to run as root. For root it runs as `nobody`, and where only root may enter
the project's folder it keeps the one capability that lets it pass: no folder is opened to others.
"""

import os
import pwd
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path

from supervisor.launch import CAPABILITIES
from supervisor.processes import LAUNCH
from supervisor.state import CannotStart

USER = "nobody"


@cache
def unprivileged_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        raise CannotStart(
            f"PostgreSQL does not run as root and there is no user '{USER}' to run it: "
            "start as an ordinary user, or set DATABASE_URL."
        ) from None


def launch_options(program: Path, folder: Path) -> list[str]:
    """How the launcher is to start `program`, which reads and writes in `folder`."""
    user = unprivileged_user()
    if not user:
        return []
    if reachable(program, user) and reachable(folder, user):
        return ["--user", USER]
    return ["--user", USER, "--keep", capability(program)]


def reachable(path: Path, user: pwd.struct_passwd) -> bool:
    places = [path.resolve(), *path.resolve().parents]
    return all(may_enter(place.stat(), user) for place in places)


def may_enter(found: os.stat_result, user: pwd.struct_passwd) -> bool:
    if found.st_uid == user.pw_uid:
        return bool(found.st_mode & stat.S_IXUSR)
    return bool(found.st_mode & stat.S_IXOTH)


@cache
def capability(program: Path) -> str:
    """The narrowest that works here: containers often withhold the reading one."""
    for name in sorted(CAPABILITIES, reverse=True):
        if works_with(program, name):
            return name
    raise CannotStart(
        f"PostgreSQL runs as '{USER}', who cannot enter {program.parent}: move the project to a "
        "folder others may enter, start as an ordinary user, or set DATABASE_URL."
    )


def works_with(program: Path, name: str) -> bool:
    launcher = [sys.executable, "-I", "-S", str(LAUNCH), "--user", USER, "--keep", name, "--"]
    tried = subprocess.run(
        [*launcher, str(program), "--version"], cwd="/", capture_output=True, check=False
    )
    return tried.returncode == 0
