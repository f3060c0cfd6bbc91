"""A program at the JSON API: a bearer token, and a key for every call that does something."""

import http.client
import json
from collections.abc import Mapping
from typing import Any

from demo.people import DOMAIN, PASSWORD
from tests.faults.history import FAIL, OK
from tests.faults.site import TIMEOUT, Unknown

DONE = (http.HTTPStatus.OK, http.HTTPStatus.CREATED)
# Says nothing of the deed: the token has run out, or the same call is being answered right now.
NOT_NOW = (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.CONFLICT)


class Program:
    """Calls in the name of one person."""

    def __init__(self, address: tuple[str, int], who: str) -> None:
        self.address, self.who, self.token = address, who, ""

    @property
    def is_signed_in(self) -> bool:
        return bool(self.token)

    def sign_in(self) -> bool:
        status, pair = self.call(
            "POST", "/token", {"email": f"{self.who}@{DOMAIN}", "password": PASSWORD}
        )
        self.token = pair["access"] if status in DONE else ""
        return self.is_signed_in

    def do(self, path: str, body: Mapping[str, Any], key: str) -> tuple[str, str]:
        """What a call did: ok, with the id that it answered; or refused. Raises `Unknown`."""
        status, answer = self.call("POST", path, body, key)
        if status in NOT_NOW:
            raise Unknown(f"{path}: {status}")
        return (OK, answer["id"]) if status in DONE else (FAIL, "")

    def call(
        self, verb: str, path: str, body: Mapping[str, Any] | None = None, key: str = ""
    ) -> tuple[int, Any]:
        """Raises `Unknown` when the connection fails and when the server says 5xx."""
        headers = {"Host": f"localhost:{self.address[1]}", "Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        connection = http.client.HTTPConnection(*self.address, timeout=TIMEOUT)
        try:
            text = json.dumps(body) if body is not None else None
            connection.request(verb, f"/api/v1{path}", text, headers)
            response = connection.getresponse()
            said = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unknown(repr(error)) from error
        finally:
            connection.close()
        if response.status == http.HTTPStatus.UNAUTHORIZED:
            self.token = ""
        if response.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unknown(f"{verb} {path}: {response.status}")
        return response.status, json.loads(said or b"{}")
