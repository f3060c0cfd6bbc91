"""The field of time zones."""

from typing import Any

from django import forms
from django.core.cache import caches
from django.core.cache.utils import make_template_fragment_key
from django.utils.safestring import SafeString
from django.utils.translation import get_language

KEPT_SECONDS = 600


class ZoneSelect(forms.Select):
    """Keeps what it has written: Django writes each of some 440 options with a template of its
    own, which took half of the page's time."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        shown = [get_language(), name, value, *sorted((attrs or {}).items())]
        key = make_template_fragment_key("zones", shown)
        kept: SafeString | None = caches["pieces"].get(key)
        if kept is None:
            kept = super().render(name, value, attrs, renderer)
            caches["pieces"].set(key, kept, KEPT_SECONDS)
        return kept
