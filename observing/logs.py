"""Every log line says which chain of events it belongs to, and none says a secret.

`LOG_FORMAT=json` writes an object a line, for machines; otherwise lines are for people.
"""

import logging
from typing import Any, Final

from messaging import context
from observing.redaction import redacted

_PLAIN: Final = frozenset(vars(logging.makeLogRecord({})))
_formatter: Final = logging.Formatter()


class Known(logging.Filter):
    """Puts what is known of the work in hand on the record; what the record brings itself wins."""

    def filter(self, record: logging.LogRecord) -> bool:
        brought = vars(record)
        known = {name: value for name, value in context.known().items() if name not in brought}
        vars(record).update(known)
        named = {name: brought[name] for name in context.NAMES if name in brought}
        record.known = "".join(f" {name}={value}" for name, value in named.items())
        return True


class Redacted(logging.Filter):
    """Hides secrets and addresses in the message, the traceback and what was brought along."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = _formatter.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text, record.exc_info = redacted(record.exc_text), None
        for name, value in vars(record).items():
            if name not in _PLAIN and isinstance(value, str):
                setattr(record, name, redacted(value))
        return True


def configuration(shape: str, level: str) -> dict[str, Any]:
    """Django's LOGGING: `shape` is "json" or "line", `level` that of our own loggers."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"known": {"()": Known}, "redacted": {"()": Redacted}},
        "formatters": {
            "line": {"format": "%(levelname)s %(name)s: %(message)s%(known)s"},
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "fmt": ["levelname", "name", "process", "message"],
                "rename_fields": {"levelname": "level", "name": "logger"},
                "reserved_attrs": [*_PLAIN, "known", "message", "asctime", "taskName"],
                "timestamp": "time",
                "json_ensure_ascii": False,
            },
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json" if shape == "json" else "line",
                "filters": ["known", "redacted"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "ates": {"level": level},
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "ERROR"},
            "opentelemetry": {
                "level": "CRITICAL"
            },  # a collector that is away is no trouble of ours
        },
    }
