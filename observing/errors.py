"""Errors that nobody expected are told to Sentry, or to whatever speaks its protocol.

Only with SENTRY_DSN in the environment; otherwise nothing of its SDK is even imported. What is told
says no more than a log line would: no bodies, no variables, no secret or address in any text.
"""

from typing import Any

from messaging import context
from observing.redaction import redacted

Event = dict[str, Any]


def tell(dsn: str, environment: str) -> None:
    """From now on, in this process and those it forks. Raises `ValueError` if `dsn` is none."""
    import sentry_sdk
    from sentry_sdk.integrations.logging import ignore_logger

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        before_send=_told,  # type: ignore[arg-type]
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
    )
    ignore_logger("django.request")  # logs what Django's own signal has told already


def _told(event: Event, _hint: dict[str, Any]) -> Event:
    event.setdefault("tags", {}).update(context.known())
    request = event.get("request", {})
    for private in ("cookies", "headers", "query_string", "env"):
        request.pop(private, None)
    told: Event = _clean(event)
    return told


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {name: _clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value
