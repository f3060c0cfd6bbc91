"""Every refusal of the API is a problem document (RFC 9457): what happened, in which request."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _

MEDIA_TYPE: Final = "application/problem+json"

KINDS: Final[dict[str, tuple[int, Any]]] = {
    "malformed": (400, _("The request can't be read.")),
    "unauthorized": (401, _("A valid access token is needed.")),
    "sign-in-too-old": (401, _("This is dangerous: sign in again, and use the new token.")),
    "invalid-credentials": (401, _("E-mail or password is wrong.")),
    "second-factor-needed": (401, _("A code of the second factor is needed.")),
    "invalid-refresh-token": (401, _("The refresh token is not, or no longer, good.")),
    "forbidden": (403, _("This is not for your role.")),
    "not-yours": (403, _("Only the assignee completes a task.")),
    "own-standing": (403, _("Nobody decides about their own role or employment.")),
    "unverified-email": (403, _("The e-mail address must be confirmed first.")),
    "no-second-factor": (403, _("Your role needs a second factor: set it up on the site first.")),
    "not-found": (404, _("There is no such thing.")),
    "method-not-allowed": (405, _("This can't be done here.")),
    "already-imported": (409, _("This file has been imported already.")),
    "day-not-over": (409, _("This day is not over yet.")),
    "earlier-days-open": (409, _("Close the earlier days first.")),
    "ledger-refuses": (409, _("The ledger contradicts itself and refuses to close this day.")),
    "last-admin": (409, _("This is the last admin; make somebody else one first.")),
    "settled": (409, _("Somebody has settled this already.")),
    "key-reused": (409, _("This idempotency key was used for another request.")),
    "in-flight": (409, _("The same request is being done right now.")),
    "busy": (409, _("Postings are under way: try again in a moment.")),
    "too-large": (413, _("The request is too large.")),
    "unsupported-media-type": (415, _("The body has another type than this call takes.")),
    "invalid": (422, _("What was sent is not valid.")),
    "nobody-to-assign": (422, _("There is no active employee who could get a task.")),
    "too-many-requests": (429, _("That was too often.")),
    "internal": (500, _("Something went wrong here.")),
    "unavailable": (503, _("This can't be done right now: try again in a moment.")),
}


class Problem(Exception):
    """Raised by a call: a kind of `KINDS`, what to say of this case, and what is wrong where."""

    def __init__(
        self,
        kind: str,
        detail: Any = "",
        *,
        errors: Iterable[Mapping[str, Any]] = (),
        retry_after: int | None = None,
        **more: Any,
    ) -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail
        self.errors, self.retry_after, self.more = list(errors), retry_after, more

    @property
    def status(self) -> int:
        return KINDS[self.kind][0]


def answer(request: HttpRequest, problem: Problem, request_id: str) -> JsonResponse:
    status, title = KINDS[problem.kind]
    body: dict[str, Any] = {
        "type": f"{settings.BASE_URL}/api/v1/docs#{problem.kind}",
        "title": str(title),
        "status": status,
        "instance": request.path,
        "request_id": request_id,
    }
    body |= {"detail": str(problem.detail)} if problem.detail else {}
    body |= {"errors": problem.errors} if problem.errors else {}
    response = JsonResponse(body | problem.more, status=status, content_type=MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = _challenge(problem)
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    return response


def _challenge(problem: Problem) -> str:
    """What a program must bring; of an old sign-in, how young another must be (RFC 9470)."""
    if "max_age" not in problem.more:
        return 'Bearer realm="ates"'
    error = 'error="insufficient_user_authentication"'
    return f'Bearer realm="ates", {error}, max_age="{problem.more["max_age"]}"'


def kind_of(status: int) -> str:
    """The plain kind of a status, for refusals that are not of our making."""
    plain = (kind for kind, (known, _title) in KINDS.items() if known == status)
    return next(plain, "internal" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "malformed")


def at(pointer: str, detail: Any) -> dict[str, str]:
    """What is wrong with a member of the body."""
    return {"pointer": f"#/{pointer}", "detail": str(detail)}


def of_parameter(name: str, detail: Any) -> dict[str, str]:
    """What is wrong with a parameter of the address."""
    return {"parameter": name, "detail": str(detail)}


def invalid(errors: Iterable[Mapping[str, Any]]) -> Problem:
    return Problem("invalid", errors=errors)


def invalid_form(form: BaseForm) -> Problem:
    """The errors of a form that took the members of the body."""
    return invalid(
        at("" if field == "__all__" else field.rstrip("_"), message)
        for field, messages in form.errors.items()
        for message in messages
    )
