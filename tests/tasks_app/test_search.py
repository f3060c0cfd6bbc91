"""Tasks are found by words, wherever their titles come from (T1)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth_app.models import User
from tasks_app.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker")]


def found(words: str) -> list[str]:
    return sorted(Task.objects.matching(words).values_list("title", flat=True))


@pytest.fixture(autouse=True)
def _tasks(worker: User) -> None:
    Task.create_all(
        [
            Task(title="Paint the perch", jira_id="UBERPOP-12"),
            Task(title="Paint the cage: red/green!", jira_id="UBERPOP-3"),
            Task(title="Почистить клетку № 7"),
        ]
    )


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("paint perch", ["Paint the perch"]),
        ("PERCH  paint", ["Paint the perch"]),
        ("pain", ["Paint the cage: red/green!", "Paint the perch"]),
        ("red green", ["Paint the cage: red/green!"]),
        ("red/green", ["Paint the cage: red/green!"]),
        ("uberpop-1", ["Paint the perch"]),
        ("UBERPOP", ["Paint the cage: red/green!", "Paint the perch"]),
        ("12", ["Paint the perch"]),
        ("клет", ["Почистить клетку № 7"]),
        ("№ 7", ["Почистить клетку № 7"]),
        ("the & | ! <-> ( ' :*", ["Paint the cage: red/green!", "Paint the perch"]),
        ("erch", []),
        ("paint wall", []),
        ("!!!", []),
    ],
)
def test_all_words_count_each_perhaps_only_begun(words: str, titles: list[str]) -> None:
    assert found(words) == titles


def test_a_title_that_changes_is_found_by_its_new_words() -> None:
    Task.objects.filter(title="Paint the perch").update(title="Varnish the perch", jira_id="X-9")
    assert found("varnish x-9") == ["Varnish the perch"]
    assert found("paint perch") == found("uberpop-12") == []


def test_a_draw_leaves_the_words_alone() -> None:
    Task.objects.update(version=7)
    assert found("perch") == ["Paint the perch"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_question_that_postgresql_understands(words: str) -> None:
    assert isinstance(found(words), list)
