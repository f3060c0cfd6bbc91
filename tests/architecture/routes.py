"""Every route of the project, found by walking the URL configuration."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, converters, get_resolver, reverse

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOBODYS = UUID("00000000-0000-7000-8000-000000000000")


@dataclass(frozen=True)
class Route:
    """`address` names things that don't exist: who may look gets 404, who may not never learns."""

    name: str
    module: str
    roles: tuple[str, ...]
    arguments: dict[str, Any]

    @property
    def address(self) -> str:
        return reverse(self.name, kwargs=self.arguments)


def routes() -> dict[str, Route]:
    """By name; allauth guards its own pages, and the API has a table of its own."""
    found = _walk(get_resolver(), namespace="", arguments={})
    others = ("allauth.", "ninja.")
    return {route.name: route for route in found if not route.module.startswith(others)}


def _walk(resolver: URLResolver, namespace: str, arguments: dict[str, Any]) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        known = arguments | _examples(pattern)
        if isinstance(pattern, URLResolver):
            inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, inside, known)
        else:
            view = pattern.callback
            roles = getattr(view, "roles", ())
            yield Route(f"{namespace}{pattern.name}", view.__module__, roles, known)


def callbacks(resolver: URLResolver) -> Iterator[Any]:
    """Every view behind an address, other packages' too."""
    yield from (view for _name, (_address, view) in patterns(resolver))


def patterns(
    resolver: URLResolver, namespace: str = "", before: str = ""
) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Route → its address as it is written in the configuration, and its view."""
    for pattern in resolver.url_patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from patterns(pattern, inside, address)
        else:
            yield f"{namespace}{pattern.name}", (address, pattern.callback)


def _examples(pattern: URLPattern | URLResolver) -> dict[str, Any]:
    return {name: _example(kind) for name, kind in pattern.pattern.converters.items()}


def _example(converter: Any) -> Any:
    match converter:
        case converters.UUIDConverter():
            return NOBODYS
        case converters.IntConverter():
            return 0
        case converters.StringConverter():
            return "nothing"
        case _:
            return date(2999, 12, 31)
