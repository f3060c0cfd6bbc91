"""The running server, asked over HTTP for whatever its document allows and much that it doesn't."""

from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from access.actor import ROLES
from tasks_app.models import Task
from tests.api.test_fuzz import CHECKS, FEW, authorization, close
from tests.journeys.conftest import Known
from tests.running import Running

ONE = settings(FEW, max_examples=1)  # a call, a caller and a mode: tests/api tries more


@pytest.fixture
def world(system: Running, known: Known) -> dict[str, str]:
    worker = known("Wanda")
    task = Task.create(title="Water the plants")
    system.settle()
    return {"task_id": str(task.public_id), "person_id": str(worker.public_id)}


@pytest.mark.parametrize("caller", ["anonymous", "dismissed", *ROLES])
def test_it_answers_as_the_document_says(
    caller: str, system: Running, known: Known, world: dict[str, str]
) -> None:
    headers = {}
    if caller != "anonymous":
        person = known("The Caller", caller if caller in ROLES else "admin")
        headers = authorization(person)
        known("Somebody Else", "admin")
        if caller == "dismissed":
            person.deactivate()
            system.settle()
    schema = schemathesis.openapi.from_url(f"{system.url}/api/v1/openapi.json")
    close(schema.raw_schema)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            ask(found.ok(), mode, headers, world)


def ask(
    operation: Any, mode: GenerationMode, headers: dict[str, str], world: dict[str, str]
) -> None:
    @ONE
    @given(st.data())
    def call(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if mode is GenerationMode.POSITIVE:
            case.path_parameters.update(
                {name: world[name] for name in case.path_parameters or {} if name in world}
            )
        case.call_and_validate(headers=headers, checks=CHECKS)

    call()
