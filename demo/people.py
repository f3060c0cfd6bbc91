"""The people of the demonstration; making them again adds nothing."""

from collections.abc import Iterable

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

FLOCK = [
    ("bruno", "Bruno Budgerigar", "worker"),
    ("cleo", "Cleo Caique", "worker"),
    ("dora", "Dora Eclectus", "worker"),
    ("figaro", "Figaro Galah", "worker"),
    ("kesha", "Кеша Волнистый", "worker"),
    ("lulu", "Lulu Lorikeet", "worker"),
    ("mango", "Mango Senegal", "worker"),
    ("pepper", "Pepper Pionus", "worker"),
    ("ryaba", "Ряба Ожереловый", "worker"),
    ("zazu", "Zazu Rosella", "worker"),
]

RUSSIAN_SPEAKERS = ("kesha", "ryaba", "worker5")


def hire(people: Iterable[tuple[str, str, str]]) -> list[str]:
    """Register whoever is missing; their e-mail addresses."""
    return [f"{login}@{DOMAIN}" for login, name, role in people if _hire(login, name, role)]


def _hire(login: str, name: str, role: str) -> bool:
    email = f"{login}@{DOMAIN}"
    language = "ru" if login in RUSSIAN_SPEAKERS else "en"
    with transaction.atomic():
        if User.objects.filter(email=email).exists():
            return False
        person = User.objects.register(
            email, name, PASSWORD, role=role, language=language, is_demo=True
        )
        person.vouch_for_email()
    return True
