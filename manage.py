#!/usr/bin/env python
"""The one door to every command of the project."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["runall"]:
        os.environ.setdefault("ATES_LOCAL", "1")  # before the settings ask for production's secrets
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError
    from kombu.exceptions import OperationalError as BrokerError

    from observing import errors

    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, OperationalError, BrokerError) as error:
        if "--traceback" in sys.argv:
            raise
        errors.caught(error)
        sys.exit(f"{type(error).__name__}: {' '.join(str(error).split())}")


if __name__ == "__main__":
    main()
