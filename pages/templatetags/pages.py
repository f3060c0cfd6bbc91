"""The tags every template has: money, days, icons, charts, empty states."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any
from uuid import uuid4
from zlib import crc32

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from pages import charts, formats, undoing

register = template.Library()
HUES = 8


@register.filter
def money(cents: int | None) -> str:
    return "" if cents is None else formats.money(cents)


@register.filter
def signed_money(cents: int | None) -> str:
    return "" if cents is None else formats.signed_money(cents)


@register.filter
def whole_money(cents: int) -> str:
    return formats.whole_money(cents)


@register.filter
def day(value: date | None) -> str:
    return "" if value is None else formats.day(value)


@register.filter
def moment(value: datetime | None, zone: str = "") -> str:
    if value is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        formats.zone_of(zone).key,
        formats.moment(value, zone),
    )


@register.filter
def undo(message: Any) -> str:
    return undoing.address_of(message)


@register.simple_tag
def business_zone() -> str:
    return str(settings.BUSINESS_TIME_ZONE)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    sprite = static("img/icons.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name
    )


@register.simple_tag
@lru_cache(maxsize=4096)  # a list shows fifty, and the next poll the same fifty
def popug(name: object) -> SafeString:
    """Everybody keeps their plumage: the colour follows from the name."""
    return format_html(
        '<svg class="popug hue-{}" aria-hidden="true"><use href="{}#popug"></use></svg>',
        crc32(str(name).encode()) % HUES,
        static("img/icons.svg"),
    )


@register.simple_tag
def idempotency_key(value: str = "") -> SafeString:
    """A form sent twice does its work once (E4); `live` knows this field changes every time."""
    return format_html(
        '<input type="hidden" name="idempotency_key" value="{}">', value or str(uuid4())
    )


@register.simple_tag
def quarters(done: int, total: int) -> str:
    """Progress for those who are told it: not each percent of it."""
    percent = 25 * (4 * done // total) if total else 0
    return gettext("%(percent)s %% done") % {"percent": percent}


@register.simple_tag(takes_context=True)
def in_place(context: dict[str, Any], address: str = "") -> SafeString:
    """In the tag of a form: what is wrong with it is shown on the page that it stands on, so that
    the browser's Back leads past the mistake and never asks to send it again."""
    return format_html(
        'hx-post="{}" hx-target="#main" hx-select="#main" hx-swap="outerHTML"',
        address or context["request"].get_full_path(),
    )


@register.inclusion_tag("components/_empty.html")
def empty(title: str, text: str = "", url: str = "", label: str = "", kind: str = "perch") -> Any:
    return {"title": title, "text": text, "url": url, "label": label, "kind": kind}


@register.inclusion_tag("components/_bars.html")
def svg_bars(
    rows: Sequence[charts.Row], title: str, before: Sequence[int] = ()
) -> dict[str, charts.Chart]:
    return {"chart": charts.chart(rows, title, before)}
