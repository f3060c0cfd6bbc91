"""What the people behind public ids are called, for pages that show who did something."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from pages import words as wording


def names(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Public id → name, of those who are known here."""
    known = get_user_model()._default_manager.filter(
        public_id__in={found for found in ids if found}
    )
    return dict(known.values_list("public_id", "name"))


def called(words: str) -> QuerySet[Any, Any]:
    """The public ids of everybody whose name or e-mail has these words, each perhaps only begun: a
    part of another question, as they may be thousands."""
    everybody = get_user_model()._default_manager.all()
    return wording.matching(everybody, words, "name", "email").values("public_id")
