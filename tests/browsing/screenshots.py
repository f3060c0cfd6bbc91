"""`make screenshots`: every page of every role, on desktop and phone, light and dark, into
`var/screenshots`, of a demo that is started for it.

`ONLY=admin/billing` takes those whose `role/page` has that in it. `URL`, with `ATES_VAR`, names a
demo that runs already; what pages need to have happened there happens there.
"""

import os
import shutil
import sys
from contextlib import nullcontext

import django

from supervisor.state import PROJECT
from tests.browsing.demo_system import demo_system

FOLDER = PROJECT / "var" / "screenshots"


def main() -> None:
    given = os.environ.get("URL")
    with nullcontext(given) if given else demo_system() as url:
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread
        django.setup()
        from tests.browsing.camera import take_all  # the models can't be read before

        shutil.rmtree(FOLDER, ignore_errors=True)
        take_all(url, FOLDER, only=os.environ.get("ONLY", ""))
    sys.stdout.write(f"{len(list(FOLDER.rglob('*.png')))} pictures in {FOLDER}\n")


if __name__ == "__main__":
    main()
