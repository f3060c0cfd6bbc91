"""The product's settings, and a saboteur; see `tests.faults.sabotage`."""

import os

from config import settings as product

vars().update({name: value for name, value in vars(product).items() if name.isupper()})

INSTALLED_APPS = [*product.INSTALLED_APPS, "tests.faults.sabotage.Sabotage"]
if "transport" in os.environ.get("SABOTAGE", "").split(","):
    CELERY_BROKER_TRANSPORT = "redis"  # kombu's own
