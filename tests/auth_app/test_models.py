"""People and their events."""

from auth_app.models import User
from tests.delivery import published


def test_it_tells_of_a_new_person(worker: User) -> None:
    [data] = published("auth.account_created")
    assert (data["account_id"], data["version"]) == (str(worker.public_id), 1)
