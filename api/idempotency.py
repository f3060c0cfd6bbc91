"""A request that comes twice does its work once (E4), by the key in `Idempotency-Key`.

The answer is written in the transaction of the effect: either both are there or neither, so
whoever repeats after a crash gets the first answer or does what was not done. A refusal has no
effect and is not kept. Without a key nothing can be recognised: every request is a new one.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from api.models import Answer
from api.problems import Problem, of_parameter

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=48)
RETRY_SECONDS = 1
UNDER_WAY = 7301  # of advisory locks
MAX_KEY = 255


def once(
    request: HttpRequest,
    person: UUID,
    call: str,
    do: Callable[[], HttpResponse],
    *,
    in_one: bool,
) -> HttpResponse:
    """Do it, or give the first answer again. Not `in_one` transaction: what may be repeated by
    itself and is several of them.

    Raises `Problem` for a key that is in flight or was used for another request.
    """
    key = _key(request)
    if not key:
        return do()
    with _alone(person, call, key), transaction.atomic() if in_one else nullcontext():
        print_of = fingerprint(request)
        if known := Answer.objects.filter(person=person, call=call, key=key).first():
            return _again(known, print_of)
        response = do()
        _keep(person, call, key, print_of, response)
    return response


def fingerprint(request: HttpRequest) -> str:
    """Of method, address and body; a body of several parts is told from others by what they hold,
    since the line between them is new in each request."""
    digest = hashlib.sha256()
    for piece in (request.method or "", request.get_full_path(), *_body(request)):
        raw = piece if isinstance(piece, bytes) else piece.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


def prune() -> int:
    """Forget what nobody will ask about any more."""
    deleted, _ = Answer.objects.filter(given_at__lt=timezone.now() - KEPT).delete()
    return deleted


def _key(request: HttpRequest) -> str:
    key = request.headers.get(HEADER, "")
    if len(key) > MAX_KEY or not (key.isascii() and key.isprintable()):
        wrong = of_parameter(HEADER, f"A key has up to {MAX_KEY} printable ASCII characters.")
        raise Problem("invalid", errors=[wrong])
    return key


@contextmanager
def _alone(person: UUID, call: str, key: str) -> Iterator[None]:
    """Nobody else may be doing the same; the lock goes with the connection, whatever happens. That
    nothing is done twice does not rest on it, but on the constraint `answered_once`."""
    scope = f"{person} {call} {key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [UNDER_WAY, scope])
        if not cursor.fetchone()[0]:
            raise Problem("in-flight", retry_after=RETRY_SECONDS)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [UNDER_WAY, scope])


def _again(known: Answer, print_of: str) -> HttpResponse:
    if known.fingerprint != print_of:
        raise Problem("key-reused")
    response = HttpResponse(known.body, status=known.status, content_type="application/json")
    response["Idempotency-Replayed"] = "true"
    return response


def _keep(person: UUID, call: str, key: str, print_of: str, response: HttpResponse) -> None:
    try:
        with transaction.atomic():
            Answer.objects.create(
                person=person,
                call=call,
                key=key,
                fingerprint=print_of,
                status=response.status_code,
                body=response.content.decode(),
            )
    except IntegrityError as error:
        raise Problem("in-flight", retry_after=RETRY_SECONDS) from error


def _body(request: HttpRequest) -> Iterator[str | bytes]:
    if request.content_type == "multipart/form-data":
        for name in sorted(request.POST):
            yield from (name, *request.POST.getlist(name))
        for name in sorted(request.FILES):
            for file in request.FILES.getlist(name):
                file.seek(0)
                yield from (name, file.name or "", hashlib.sha256(file.read()).digest())
                file.seek(0)
        return
    try:
        yield json.dumps(json.loads(request.body), sort_keys=True)
    except ValueError:
        yield request.body
