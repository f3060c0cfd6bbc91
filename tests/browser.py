"""Which Chromium the journeys drive: one the machine has, or Playwright's own.

A plugin: tests that need a browser get the mark by themselves, and where there is no browser they
alone are left out, loudly. `python -m tests.browser` tries to install one.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_A_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
)
WITHOUT = "NO CHROMIUM WAS FOUND: the browser tests are left out (set CHROMIUM=/path/to/chromium)."


@cache
def chromium() -> str | None:
    given = os.environ.get("CHROMIUM")
    if given:
        return given if Path(given).exists() else None
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return on_path or next((path for path in (ON_A_MAC, playwrights_own()) if exists(path)), None)


def exists(path: str | None) -> bool:
    return bool(path) and Path(str(path)).exists()


def playwrights_own() -> str | None:
    """Asked for in a process of its own: the driver can't be started twice in one."""
    ask = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as driver: print(driver.chromium.executable_path)"
    )
    asked = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or None


def launch_options() -> dict[str, Any]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": chromium(), "headless": True, "args": [*FLAGS, *sandbox]}


def install() -> bool:
    """The distribution's package where we may, else Playwright's download."""
    apt = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        attempts[:0] = [apt, ["apt-get", "update"], apt]
    for command in attempts:
        subprocess.run(command, capture_output=True, check=False)
        chromium.cache_clear()
        if chromium():
            return True
    return False


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asking = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
    for item in asking:
        item.add_marker(pytest.mark.browser)
    if asking and not chromium():
        config.hook.pytest_deselected(items=asking)
        items[:] = [item for item in items if item not in asking]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not chromium():
        terminalreporter.write_sep("!", WITHOUT, red=True, bold=True)


def main() -> None:
    if chromium():
        return
    sys.stdout.write("No Chromium here yet, installing one for the browser tests ...\n")
    if not install():
        sys.stderr.write(f"{WITHOUT}\n")


if __name__ == "__main__":
    main()
