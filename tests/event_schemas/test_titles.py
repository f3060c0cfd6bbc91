"""Titles of before the change (E2): whatever was typed becomes a valid title, and a key if any."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from event_schemas.titles import has_brackets, join_title, split_old_title, tidy
from event_schemas.upcasts import task_created_1_to_2
from messaging import contracts

TASK = "018f3f2e-7b1a-7c3d-9e4f-000000000002"
TITLES = Path(__file__).parent.parent / "data" / "flume_task_titles.txt"
ODD = st.text(
    st.sampled_from("[]()-–—:_ \t\n\u00a0\u200b\ufeffAbЯё019#.…"), min_size=1, max_size=250
)
KEYS = st.from_regex(r"\A[A-Za-zА-Яа-яЁё][A-Za-zА-Яа-яЁё0-9_]{0,20}-[0-9]{1,8}\Z")


def valid(title: str, jira_id: str | None) -> dict[str, Any]:
    data = {"task_id": TASK, "title": title, "jira_id": jira_id, "created_by": None, "version": 1}
    contracts.check_data("tasks.task_created", 2, data)
    return data


@pytest.mark.parametrize(
    ("old", "title", "key"),
    [
        ("[UBERPOP-42] — Change the green", "Change the green", "UBERPOP-42"),
        ("[UBERPOP-42] – Change the green", "Change the green", "UBERPOP-42"),
        ("[UBERPOP-42] - Change the green", "Change the green", "UBERPOP-42"),
        ("[UBERPOP-42] − Change the green", "Change the green", "UBERPOP-42"),
        ("[UBERPOP-42]: Change the green", "Change the green", "UBERPOP-42"),
        ("[UBERPOP-42] Change the green", "Change the green", "UBERPOP-42"),
        ("[UBERPOP-42]—Change the green", "Change the green", "UBERPOP-42"),
        ("[UBERPOP-42]Change the green", "Change the green", "UBERPOP-42"),
        ("[ UBERPOP-42 ] -- Change the green", "Change the green", "UBERPOP-42"),
        ("  [UBERPOP-42]\t-\u00a0Change  the\ngreen ", "Change the green", "UBERPOP-42"),
        ("\ufeff[\u200bUBERPOP-42\u200b]\u200b - Change", "Change", "UBERPOP-42"),
        ("[ПОПУГ-7] — Покрасить насест", "Покрасить насест", "ПОПУГ-7"),
        ("[Ёлка_2-1] Наряди", "Наряди", "Ёлка_2-1"),
        ("[uberpop-42] lower case", "lower case", "uberpop-42"),
        ("[UBERPOP-42] 2-1 for the parrots", "2-1 for the parrots", "UBERPOP-42"),
        ("[A-1] [B-2] Two keys", "(B-2) Two keys", "A-1"),
        ("[A-1][B-2]", "(B-2)", "A-1"),
        ("[UBERPOP-42] Fix [sometimes] flaky", "Fix (sometimes) flaky", "UBERPOP-42"),
        ("[UBERPOP-42] — — twice", "— twice", "UBERPOP-42"),
        ("[UBERPOP-42]", "UBERPOP-42", "UBERPOP-42"),
        ("[UBERPOP-42] — ", "UBERPOP-42", "UBERPOP-42"),
        ("[UBERPOP-42] \u200b", "UBERPOP-42", "UBERPOP-42"),
        ("No key at all", "No key at all", None),
        ("No brackets,  two  spaces ", "No brackets,  two  spaces ", None),
        ("UBERPOP-42 without brackets", "UBERPOP-42 without brackets", None),
        ("Change [UBERPOP-42] the green", "Change (UBERPOP-42) the green", None),
        ("[urgent] Call the vet", "(urgent) Call the vet", None),
        ("[42] Only a number", "(42) Only a number", None),
        ("[UBERPOP-] No number", "(UBERPOP-) No number", None),
        ("[UBERPOP-42 Not closed", "(UBERPOP-42 Not closed", None),
        ("[[UBERPOP-42]] Twice as many", "((UBERPOP-42)) Twice as many", None),
        ("]", ")", None),
        ("[" + "U" * 31 + "-1] Long key", "(" + "U" * 31 + "-1) Long key", None),
        ("[A-1] " + "x" * 201, "x" * 199 + "…", "A-1"),
        ("x" * 250, "x" * 199 + "…", None),
    ],
)
def test_an_old_title_is_split_like_this(old: str, title: str, key: str | None) -> None:
    assert split_old_title(old) == (title, key)
    valid(title, key)


@given(st.text(min_size=1, max_size=250) | ODD)
@example("[A-1]" + "x" * 245)
@example("[A-1]\u200b[")
@example("[A-1]" * 50)
def test_any_old_title_becomes_a_valid_one_and_stays_it(old: str) -> None:
    title, key = split_old_title(old)
    valid(title, key)
    assert split_old_title(title) == (title, None)


@given(ODD.map(tidy).filter(lambda title: title and not has_brackets(title)), KEYS)
@example("- with a dash", "A-1")
@example("— — two", "A-1")
def test_what_version_1_tells_is_raised_to_what_version_2_tells(title: str, key: str) -> None:
    for jira_id in (key, ""):
        old = {"task_id": TASK, "title": join_title(title, jira_id), "created_by": None}
        contracts.check_data("tasks.task_created", 1, old)
        assert task_created_1_to_2(old) == valid(title, jira_id or None)


def test_every_real_title_keeps_its_words_and_its_key() -> None:
    for old in TITLES.read_text().splitlines():
        title, key = split_old_title(old)
        valid(title, key)
        assert key
        assert key.startswith("FLUME-")
        assert words(title) == words(old)[len(words(key)) :]


def words(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())
