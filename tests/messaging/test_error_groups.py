"""Letters that failed for the same reason are one group."""

from typing import Any

import pytest

from messaging.dead_letters import described
from messaging.error_groups import error_group


def deep(value: Any) -> None:
    int(value)


def failing(value: Any) -> dict[str, str]:
    try:
        deep(value)
    except (ValueError, TypeError) as error:
        return described(error)
    raise AssertionError(value)


def test_it_is_the_kind_and_the_innermost_frame_of_ours() -> None:
    assert failing("x")["error_group"] == "ValueError in messaging/test_error_groups.py, deep"


def test_values_and_lines_make_no_difference() -> None:
    assert failing("x")["error_group"] == failing("y")["error_group"]
    assert failing("x")["error_group"] != failing(None)["error_group"]


@pytest.mark.parametrize(
    ("error", "group"),
    [
        ("/data/title: is too long", "InvalidEvent at /data/title"),
        ("/data/rows/17/amount: is not of type", "InvalidEvent at /data/rows/*/amount"),
        ("/: 'event_id' is a required property", "InvalidEvent at /"),
    ],
)
def test_what_breaks_a_contract_is_grouped_by_its_place(error: str, group: str) -> None:
    assert error_group("InvalidEvent", error, "") == group


def test_without_a_traceback_it_is_the_kind() -> None:
    assert error_group("WorkerLost", "the worker died", "") == "WorkerLost"


def test_it_fits_its_column() -> None:
    assert len(error_group("E", "/" + "x" * 500 + ": no", "")) == 200
