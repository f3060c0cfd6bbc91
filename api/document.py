"""The OpenAPI document: what the framework can't know of our calls is added to it here."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings

from api.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from api.calls import Manner

PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457; `type` names the kind, `request_id` the request in the logs.",
    "type": "object",
    "required": ["type", "title", "status", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "instance": {"type": "string"},
        "request_id": {"type": "string", "format": "uuid"},
        "detail": {"type": "string"},
        "max_age": {
            "type": "integer",
            "description": "seconds that the sign-in may be old, where it was older (RFC 9470)",
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body"},
                    "parameter": {"type": "string", "description": "name of a parameter"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "maxLength": 255, "pattern": "^[ -~]*$"},
    "description": (
        "Any text of your own. The same key with the same request gives the first answer again for"
        " 48 hours, with `Idempotency-Replayed: true`; with another request, 409."
    ),
}


def described(manner: "Manner") -> dict[str, Any]:
    """Who may, what may go wrong, and the header for keys."""
    may = {
        (422, *manner.fails): True,
        (400, 413, 415): bool(manner.takes),
        (401, 403): manner.roles != ("public",),
        (429,): bool(manner.limit),
        (409,): manner.once,
    }
    statuses = {status for group, applies in may.items() if applies for status in group}
    extra: dict[str, Any] = {
        "x-roles": list(manner.roles),
        **({"x-max-age": settings.RECENT_SIGN_IN_SECONDS} if manner.recent else {}),
        "responses": {status: _refusal(status) for status in sorted(statuses)},
    }
    return extra | ({"parameters": [IDEMPOTENCY_KEY]} if manner.once else {})


def _refusal(status: int) -> dict[str, Any]:
    refusal: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        refusal["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    if status == HTTPStatus.UNAUTHORIZED:
        refusal["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return refusal


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with the shape of problems."""
    document["components"]["schemas"]["Problem"] = PROBLEM
    return document
