"""Log lines say what they belong to, and hide what is nobody's business."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from messaging.context import about, acting, in_hand
from messaging.event import Event
from observing import logs
from observing.redaction import redacted
from tests.billing_app.facts import created

SECRETS = [
    "Authorization: Bearer abc.def.ghi",
    'headers {"Authorization": "Basic dXNlcjpwYXNz"}',
    "Cookie: sessionid=s3cr3t; theme=dark",
    "Set-Cookie: csrftoken=s3cr3t; Path=/",
    "password=s3cr3t&next=/",
    "{'password': 's3cr3t words'}",
    '{"refresh_token": "s3cr3t"}',
    "METRICS_TOKEN=s3cr3t",
    "SECRET_KEY = s3cr3t",
    "sent eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzM2NyM3QifQ.s3cr3t to them",
    "cannot reach postgres://ates:s3cr3t@db/ates",
    "redis://:s3cr3t@cache:6379/0 refused",
    "no mailbox polly.s3cr3t+x@popug.example here",
]


@pytest.fixture
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What our own loggers write, in the shape that the test's parameter names."""
    stream = io.StringIO()
    shape = getattr(request, "param", "json")
    parts = logs.configuration(shape, "DEBUG")
    handler = {**parts["handlers"]["stderr"], "stream": stream}
    logger = {"handlers": ["stderr"], "level": "DEBUG", "propagate": False}
    logging.config.dictConfig(
        parts | {"handlers": {"stderr": handler}, "root": {}, "loggers": {"ates.probe": logger}}
    )
    yield stream
    logging.config.dictConfig(logs.configuration("line", "INFO"))


log = logging.getLogger("ates.probe")


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_and_addresses_are_hidden(text: str) -> None:
    shown = redacted(text)
    assert "s3cr3t" not in shown
    assert "abc.def" not in shown
    assert "dXNlcj" not in shown


@pytest.mark.parametrize(
    "text", ["day 2026-03-11 closed: 19 entries", "the token was refused", "POST tasks:complete"]
)
def test_the_rest_stays_as_it_was(text: str) -> None:
    assert redacted(text) == text


def test_a_line_is_an_object_with_its_chain(written: io.StringIO) -> None:
    actor = uuid7()
    with acting(actor) as origin:
        log.info("booked %s", 3)
    (line,) = lines(written)
    assert (line["level"], line["logger"], line["message"]) == ("INFO", "ates.probe", "booked 3")
    assert (line["correlation_id"], line["actor"]) == (str(origin.correlation_id), str(actor))
    assert "time" in line


def test_a_batch_tells_what_its_events_share(written: io.StringIO) -> None:
    first, second = Event.of(created(uuid7())), Event.of(created(uuid7()))
    with in_hand("billing", [first]):
        log.info("one")
    with in_hand("billing", [first, second]):
        log.info("two")
        log.info("the second", extra=about([second]))
    one, two, third = lines(written)
    assert (one["event_id"], one["consumer"]) == (str(first.event_id), "billing")
    assert "event_id" not in two
    assert third["correlation_id"] == str(second.correlation_id)


def test_tracebacks_and_what_is_brought_along_are_redacted(written: io.StringIO) -> None:
    try:
        raise ValueError("password=s3cr3t")
    except ValueError:
        log.exception("failed for polly@popug.example", extra={"answer": "token=s3cr3t"})
    (line,) = lines(written)
    assert "ValueError" in line["exc_info"]
    assert "s3cr3t" not in written.getvalue()
    assert "polly@" not in written.getvalue()


@pytest.mark.parametrize("written", ["line"], indirect=True)
def test_people_read_lines(written: io.StringIO) -> None:
    with acting() as origin:
        log.warning("the relay lost a connection")
    assert written.getvalue() == (
        f"WARNING ates.probe: the relay lost a connection correlation_id={origin.correlation_id}\n"
    )
