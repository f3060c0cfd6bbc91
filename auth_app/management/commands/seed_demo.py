"""`manage.py seed_demo`: the people of the demonstration, once; running it again adds nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from auth_app.models import User

DOMAIN = "popug.example"
PASSWORD = "popug-demo-1"  # noqa: S105 everybody may know it; never seeded in production
PEOPLE = [
    ("admin", "Ara Macaw", "admin"),
    ("manager", "Kea Nestor", "manager"),
    ("accountant", "Penny Parakeet", "accountant"),
    ("worker1", "Polly Lory", "worker"),
    ("worker2", "Coco Amazon", "worker"),
    ("worker3", "Rio Conure", "worker"),
    ("worker4", "Kiki Cockatoo", "worker"),
    ("worker5", "Jaco Grey", "worker"),
]


class Command(BaseCommand):
    help = "Make the demo people (admin, manager, accountant, worker1 to worker5)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo people are only for demonstrations: set DEMO=1.")
        made = [name for name, title, role in PEOPLE if hire(f"{name}@{DOMAIN}", title, role)]
        if made:
            self.stdout.write(f"Demo people: {', '.join(made)}.")


def hire(email: str, name: str, role: str) -> bool:
    """False when they are here already."""
    with transaction.atomic():
        if User.objects.filter(email=email).exists():
            return False
        User.objects.register(email, name, PASSWORD, role=role).vouch_for_email()
    return True
