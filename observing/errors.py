"""Errors that nobody expected are told to Sentry, or to whatever speaks its protocol.

Only with SENTRY_DSN in the environment; otherwise nothing of its SDK is even imported. What is told
says no more than a log line would: no bodies, no variables, no secret or address in any text.
"""

import sys
from typing import Any

from messaging import context
from observing.redaction import redacted

Event = dict[str, Any]


def tell(dsn: str, environment: str) -> None:
    """From now on, in this process and those it forks. Raises `ValueError` if `dsn` is none."""
    import sentry_sdk
    from sentry_sdk.integrations.argv import ArgvIntegration
    from sentry_sdk.integrations.logging import ignore_logger

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        before_send=_told,  # type: ignore[arg-type]
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        disabled_integrations=[ArgvIntegration()],  # of a command, a person may be its argument
    )
    ignore_logger("django.request")  # logs what Django's own signal has told already


def _told(event: Event, _hint: dict[str, Any]) -> Event:
    event.setdefault("tags", {}).update(context.known())
    # Not even the address: those of invitations are keys. The route is told.
    event["request"] = {"method": event.get("request", {}).get("method")}
    told: Event = _clean(event)
    return told


def caught(error: BaseException) -> None:
    """Tell of one that ends a command in a line."""
    if sdk := sys.modules.get("sentry_sdk"):
        sdk.capture_exception(error)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {name: _clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value
