"""How a service says what can be called: path, roles, what comes back. The rest is alike for all.

calls = Calls("tasks", standing_of)

@calls.post("/tasks/{uuid:task_id}/complete", roles=ROLES, gives=TaskShown, once=True)
def complete_task(request: ActorRequest, task_id: UUID) -> TaskShown: ...
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Required, TypedDict, TypeVar, Unpack

from django.http import HttpResponse
from ninja import Router
from pydantic import BaseModel

from access.actor import ActorRequest
from access.limits import LIMITS, take
from api import idempotency
from api.bearer import ANYONE, Anyone, Bearer, StandingOf
from api.document import described
from api.problems import Problem, invalid, of_parameter
from messaging.context import acting, current_origin

View = TypeVar("View", bound=Callable[..., BaseModel | None])


class How(TypedDict, total=False):
    """What `Manner` says, as arguments."""

    roles: Required[Sequence[str]]
    gives: Required[type[BaseModel] | None]
    status: int
    fails: Sequence[int]
    takes: str
    limit: str
    once: bool
    in_one: bool
    recent: bool


@dataclass(frozen=True)
class Manner:
    """`gives` and `status`: the answer; `fails`: statuses it may refuse with, beside the usual;
    `takes`: the type of its body; `limit`: of `LIMITS`; `once`: heeds idempotency keys, and then
    does everything `in_one` transaction unless told otherwise; `recent`: is dangerous, so whoever
    asks must have signed in lately."""

    roles: Sequence[str]
    gives: type[BaseModel] | None
    status: int = 200
    fails: Sequence[int] = ()
    takes: str = ""
    limit: str = ""
    once: bool = False
    in_one: bool = True
    recent: bool = False


class Calls:
    """The calls of one service. Roles must be named; what the routes hold beside goes to nobody."""

    def __init__(self, tag: str, standing_of: StandingOf) -> None:
        self.router = Router(tags=[tag])
        self.standing_of = standing_of

    def get(self, path: str, **how: Unpack[How]) -> Callable[[View], View]:
        return self._adding("GET", path, Manner(**how))

    def post(self, path: str, **how: Unpack[How]) -> Callable[[View], View]:
        return self._adding("POST", path, Manner(**how))

    def patch(self, path: str, **how: Unpack[How]) -> Callable[[View], View]:
        return self._adding("PATCH", path, Manner(**how))

    def _adding(self, method: str, path: str, manner: Manner) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            self.router.add_api_operation(
                path,
                [method],
                _guarded(view, manner),
                auth=self._auth(manner),
                response={manner.status: manner.gives},
                operation_id=view.__name__,
                url_name=view.__name__,
                by_alias=True,
                openapi_extra=described(manner),
            )
            return view

        return decorate

    def _auth(self, manner: Manner) -> Any:
        if manner.roles == ANYONE:
            return Anyone(manner.takes)
        return Bearer(manner.roles, self.standing_of, media=manner.takes, recent=manner.recent)


def _guarded(view: View, manner: Manner) -> Callable[..., HttpResponse]:
    @wraps(view)
    def call(request: ActorRequest, **given: Any) -> HttpResponse:
        _refuse_unknown(request, call)

        def do() -> HttpResponse:
            return _rendered(view(request, **given), manner.status)

        if manner.roles == ANYONE:
            return do()
        _count(request, manner.limit)
        with acting(request.actor.id, current_origin().correlation_id):
            if not manner.once:
                return do()
            name = view.__name__
            return idempotency.once(request, request.actor.id, name, do, in_one=manner.in_one)

    return call


def _rendered(result: BaseModel | None, status: int) -> HttpResponse:
    if result is None:
        return HttpResponse(status=status)
    body = result.model_dump_json(by_alias=True)
    return HttpResponse(body, status=status, content_type="application/json")


def _refuse_unknown(request: ActorRequest, call: Any) -> None:
    """A parameter that is misspelt would otherwise filter nothing."""
    known = {
        name
        for model in call._ninja_operation.models
        if model.__ninja_param_source__ in ("query", "form", "file")
        for name in getattr(model, "__ninja_flatten_map__", model.model_fields)
    }
    sent = {*request.GET, *request.POST, *request.FILES}
    if unknown := sorted(sent - known):
        raise invalid(of_parameter(name, "Unknown.") for name in unknown)


def _count(request: ActorRequest, deed: str) -> None:
    if deed and (wait := take(deed, str(request.actor.id), LIMITS[deed])):
        raise Problem("too-many-requests", retry_after=wait)
