"""The catalogue: what the files say, found, compared and counted."""

import re

import pytest
from django.test import Client

from auth_app.models import User
from messaging import contracts
from messaging.catalogue.entries import entries, entry
from messaging.catalogue.fields import changes, fields
from messaging.catalogue.graph import graph
from messaging.schema_checks.files import published
from tasks_app.models import Task
from tests.conftest import ClientFor
from tests.delivery import deliver_everything
from tests.messaging.conftest import Copy, forget

CREATED = "tasks.task_created"
URL = "/events/catalogue/"


@pytest.fixture
def office(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def test_it_lists_every_event(office: Client) -> None:
    page = text(office, URL)
    assert all(f'href="{URL}{name}/"' in page for name in contracts.registry())


def test_every_event_has_a_page_with_all_its_versions(office: Client) -> None:
    pages = {name: text(office, f"{URL}{name}/") for name in contracts.registry()}
    for name, version in published():
        assert f'id="v{version}"' in pages[name]


def test_every_page_says_whose_it_is_and_who_reads_it(office: Client) -> None:
    for name, registered in contracts.registry().items():
        page = text(office, f"{URL}{name}/")
        said = dict(re.findall(r"<dt>([^<]+)</dt><dd[^>]*>([^<]+)</dd>", page))
        readers = re.findall(r'<dd>(\w+) <span class="muted small">version', page)
        assert said["Told by"] == registered["producer"]
        assert said["Answered for by"] == registered["owner"]
        assert readers == list(registered["consumers"])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("assignment_id", ["tasks.task_assigned"]),
        ("BILLING payout", ["billing.payout_made", "billing.day_closed"]),
        ("identity language", ["auth.account_created", "auth.account_updated"]),
        ("zebra", []),
    ],
)
def test_it_is_searched_by_names_services_fields_and_words(words: str, found: list[str]) -> None:
    assert {one.name for one in entries(words)} >= set(found)
    assert bool(entries(words)) == bool(found)


def test_it_says_when_nothing_is_found(office: Client) -> None:
    page = text(office, f"{URL}?q=zebra")
    assert "No event is about that" in page
    assert 'value="zebra"' in page


def test_an_event_that_does_not_exist_is_not_found(office: Client) -> None:
    text(office, f"{URL}tasks.task_eaten/", status=404)
    text(office, f"{URL}tasks.task_eaten/figures/", status=404)


def test_a_page_tells_who_may_read_which_version_and_why_not(office: Client) -> None:
    page = " ".join(text(office, f"{URL}{CREATED}/").split())
    assert "Readers of version 2 and events of version 1." in page
    assert "Concerns billing, analytics. Old events are raised to the new version" in page
    assert "/properties/title/pattern" in page
    assert "supported until Feb 28, 2027" in page


def test_a_page_shows_examples_and_what_is_refused(office: Client) -> None:
    page = text(office, f"{URL}{CREATED}/")
    assert "UBERPOP-42" in page
    assert "The key belongs into jira_id" in page


def test_differences_are_added_changed_and_removed_fields() -> None:
    one, two = (contracts.schema_of(CREATED, version) for version in (1, 2))
    forth = {change.name: change.how for change in changes(one, two)}
    back = {change.name: change.how for change in changes(two, one)}
    assert forth == {"title": "changed", "jira_id": "added", "version": "added"}
    assert back == {"title": "changed", "jira_id": "removed", "version": "removed"}


def test_nested_fields_are_listed_by_their_path() -> None:
    leaf = {"type": "integer", "minimum": 1, "description": "Leaf."}
    inner = {"type": "object", "properties": {"cents": leaf}, "description": "Inner."}
    rows = {"type": "array", "items": inner, "maxItems": 3, "description": "Rows."}
    found = fields({"properties": {"sum": inner, "rows": rows}, "required": ["sum"]})
    assert [field.name for field in found] == ["sum", "sum.cents", "rows", "rows[].cents"]
    assert found[1].rules == ("≥ 1",)
    assert [field.is_required for field in found] == [True, False, False, False]


def test_it_counts_what_is_told_and_what_is_under_way(office: Client, worker: User) -> None:
    Task.create(title="Feed the parrot")
    [row] = office.get(f"{URL}?q=jira_id").context["rows"]
    assert (row["figures"].day, row["figures"].open) == (1, 2)
    deliver_everything()
    [row] = office.get(f"{URL}?q=jira_id").context["rows"]
    assert (row["figures"].week, row["figures"].open) == (1, 0)


def test_the_figures_of_an_event_are_live(office: Client, worker: User) -> None:
    first = office.get(f"{URL}{CREATED}/figures/")
    same = office.get(f"{URL}{CREATED}/figures/", headers={"HX-PTag": first.headers["HX-PTag"]})
    Task.create(title="Feed the parrot")
    assert same.status_code == 304
    assert office.get(f"{URL}{CREATED}/figures/").content != first.content


def test_a_retired_version_keeps_its_place(copy: Copy) -> None:
    copy.change("registry.json", lambda all_: all_[CREATED].update(versions=[2], retired=[1]))
    forget()
    assert [(one.number, one.status) for one in entry(CREATED).versions] == [
        (2, "current"),
        (1, "retired"),
    ]


def test_the_graph_has_a_line_for_everybody_who_tells_or_hears() -> None:
    found = entries()
    drawn = graph(found)
    assert len(drawn.lines) == len(found) + sum(len(one.consumers) for one in found)
    assert len({node.y for node in drawn.events}) == len(found)
    assert graph([]).lines == []
