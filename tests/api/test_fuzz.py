"""Whatever the document allows, and much that it doesn't, is answered as the document says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import TestCase
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from access.actor import ROLES
from auth_app.models import User
from config.wsgi import application
from messaging.business_day import today
from tasks_app import importing, shuffle, task_files
from tasks_app.models import Task
from tests.billing_app.test_pages import earn
from tests.calling import caller_for
from tests.conftest import Hire
from tests.delivery import deliver_everything, empty_queues
from tests.messaging.letters import malformed

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 3  # a call, a role and a mode
FEW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def world(hire: Hire) -> dict[str, list[str]]:
    """A little of everything, and its ids by the names that addresses give them."""
    worker = hire("Wanda")
    done, waiting = (Task.create(title=f"Task {number}") for number in range(2))
    done.complete(worker.public_id)
    earn(worker, days=2)
    deliver_everything()
    file = task_files.read(b"Water the plants\nFeed [ the fish", "tasks.txt")
    empty_queues()
    return {
        "task_id": [str(done.public_id), str(waiting.public_id)],
        "run_id": [str(shuffle.start(None).pk), str(importing.start(file).pk)],
        "letter_id": [str(malformed().public_id)],
        "person_id": [str(worker.public_id)],
        "day": [today().isoformat(), "2999-12-31"],
    }


@pytest.fixture(autouse=True)
def _keep_the_connection() -> Iterator[None]:
    """The test's transaction is on it; a server would look after each request whether it is old."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("role", ["anonymous", *ROLES])
def test_it_answers_as_the_document_says(
    role: str, mode: GenerationMode, world: dict[str, list[str]], hire: Hire
) -> None:
    headers = authorization(hire("The Caller", role)) if role in ROLES else {}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", somewhere)
    close(schema.raw_schema)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        fuzz(found.ok(), mode, headers, world)


def fuzz(
    operation: Any, mode: GenerationMode, headers: dict[str, str], world: dict[str, list[str]]
) -> None:
    @FEW
    @given(st.data())
    def call(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        for name in case.path_parameters or {}:
            if data.draw(st.booleans()):
                case.path_parameters[name] = data.draw(st.sampled_from(world[name]))
        with TestCase.captureOnCommitCallbacks():
            case.call_and_validate(headers=headers, checks=CHECKS)

    call()


def close(document: dict[str, Any]) -> None:
    """So that an answer with more than the document knows is a contradiction too."""
    for name, shape in document["components"]["schemas"].items():
        if name != "Problem" and "properties" in shape:
            shape["additionalProperties"] = False


def somewhere(environ: Any, start_response: Any) -> Any:
    """The application, asked from an address."""
    return application(environ | {"REMOTE_ADDR": "192.0.2.1"}, start_response)


def authorization(person: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {caller_for(person).token}"}
