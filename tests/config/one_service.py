"""A program: opens pages in a process that installs what SERVICES says.

It reads a list of {"role": …, "session": key, "paths": […]} from its input, and writes a line for
each page that is an error of the server.
"""

import json
import os
import sys
from typing import Any

import django


def main(asked: list[dict[str, Any]]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings
    from django.test import Client

    for person in asked:
        client = Client(raise_request_exception=False)
        client.cookies[settings.SESSION_COOKIE_NAME] = person["session"]
        for path in person["paths"]:
            answer = client.get(path, follow=True)
            chain = [path, *(address for address, _status in answer.redirect_chain)]
            if answer.status_code >= 500:
                sys.stdout.write(f"{person['role']}: {' → '.join(chain)}\n")


if __name__ == "__main__":
    main(json.load(sys.stdin))
