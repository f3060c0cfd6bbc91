"""Somebody who asks the API: with a token, in JSON, without cookies."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from auth_app import refresh
from auth_app.models import User
from auth_app.tokens import access_token

BASE = "/api/v1"


@dataclass
class Caller:
    """`caller.post("/tasks", {"title": "…"}, key="one")`; `token` may be anything."""

    token: str = ""
    client: Client = field(default_factory=Client)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(BASE + path, query, headers=self._headers())

    def post(self, path: str, body: Any = None, key: str = "", **headers: str) -> Any:
        return self.send("POST", path, body, key, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("PATCH", path, body, **headers)

    def send(self, method: str, path: str, body: Any = None, key: str = "", **headers: str) -> Any:
        """`body` is JSON, or text to be sent as it is."""
        raw = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        more = {"Idempotency-Key": key} if key else {}
        return self.client.generic(
            method,
            BASE + path,
            raw,
            content_type="application/json",
            headers=self._headers() | more | headers,
        )

    def upload(self, path: str, key: str = "", **parts: Any) -> Any:
        more = {"Idempotency-Key": key} if key else {}
        return self.client.post(BASE + path, parts, headers=self._headers() | more)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def caller_for(person: User) -> Caller:
    """Signed in, with the claims of this moment."""
    begun = refresh.begin(person)
    assert begun
    return Caller(access_token(begun[0]))


def problem(response: Any) -> str:
    """The kind of the problem, of an answer that is a proper one."""
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["request_id"] == response["X-Request-ID"]
    kind: str = body["type"].rpartition("#")[2]
    return kind
