"""The pages as a person uses them: cookies, forms with their hidden fields, nothing else."""

import http.client
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from demo.people import DOMAIN, PASSWORD

TIMEOUT = 15.0
_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_ATTRIBUTE = re.compile(r'\b([a-z-]+)="([^"]*)"')
_HIDDEN = re.compile(r'<input type="hidden"([^>]*)>')


class Unknown(Exception):
    """No answer, or one that does not say whether anything was done."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    body: str

    @property
    def went_on(self) -> bool:
        """Redirected, and not to the sign-in page."""
        return self.status in (302, 303) and not self.signed_out

    @property
    def signed_out(self) -> bool:
        """Or so long signed in that they must prove who they are once more."""
        return self.location.startswith("/accounts/")


class Visitor:
    """A browser of one person; not for two threads at once."""

    def __init__(self, address: tuple[str, int], who: str, password: str = PASSWORD) -> None:
        self.address, self.who, self.password = address, who, password
        self.cookies: dict[str, str] = {}

    @property
    def is_signed_in(self) -> bool:
        return "sessionid" in self.cookies

    def sign_in(self) -> bool:
        """And prove at once who it is, as dangerous acts ask."""
        signed_in = self._prove(
            "/accounts/login/", login=f"{self.who}@{DOMAIN}", password=self.password
        )
        return signed_in and self._prove("/accounts/reauthenticate/", password=self.password)

    def _prove(self, path: str, **known: str) -> bool:
        return self.post(path, self.form(path, path) | known).went_on

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(self.vouched(fields)).encode(), kind)

    def upload(self, path: str, fields: Mapping[str, str], name: str, content: bytes) -> Answer:
        border = uuid.uuid4().hex
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in self.vouched(fields).items()
        ]
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
        file = f"--{border}\r\n{head}Content-Type: text/plain\r\n\r\n".encode() + content
        body = "".join(parts).encode() + file + f"\r\n--{border}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={border}"}
        return self.ask("POST", path, body, kind)

    def vouched(self, fields: Mapping[str, str]) -> dict[str, str]:
        """A form that is sent again after another sign-in needs the token of now."""
        return dict(fields) | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}

    def form(self, page: str, action: str = "") -> dict[str, str]:
        """The hidden fields of the form on a page that posts to `action`, or, if none is given, of
        the one that does not say where to. Raises `Unknown` when it can't be had."""
        return fields(self.page(page), action)

    def page(self, path: str) -> str:
        """Raises `Unknown` unless it is there."""
        answer = self.ask("GET", path)
        if answer.status != http.HTTPStatus.OK:
            raise Unknown(f"{path}: {answer.status} {answer.location}".strip())
        return answer.body

    def ask(
        self, verb: str, path: str, body: bytes = b"", kind: Mapping[str, str] | None = None
    ) -> Answer:
        """Raises `Unknown` when the connection fails and when the server says 5xx."""
        host = f"localhost:{self.address[1]}"
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Host": host, "Cookie": cookies, "Origin": f"http://{host}", **(kind or {})}
        connection = http.client.HTTPConnection(*self.address, timeout=TIMEOUT)
        try:
            connection.request(verb, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise Unknown(repr(error)) from error
        finally:
            connection.close()
        self.keep_cookies(response.headers.get_all("Set-Cookie") or [])
        if response.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unknown(f"{verb} {path}: {response.status}")
        answer = Answer(response.status, response.headers.get("Location", ""), text)
        if answer.signed_out:
            self.cookies.pop("sessionid", None)
        return answer

    def keep_cookies(self, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value


def fields(body: str, action: str = "") -> dict[str, str]:
    """The hidden fields of the form in a page that posts to `action`. Raises `Unknown`."""
    for attributes, inside in _FORM.findall(body):
        given = dict(_ATTRIBUTE.findall(attributes))
        if given.get("method") == "post" and given.get("action", "") == action:
            return _hidden(inside)
    raise Unknown(f"there is no form for {action or 'itself'}")


def _hidden(inside: str) -> dict[str, str]:
    found = [dict(_ATTRIBUTE.findall(attributes)) for attributes in _HIDDEN.findall(inside)]
    return {field["name"]: unescape(field.get("value", "")) for field in found}
