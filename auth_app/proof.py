"""Whoever has just signed in has proved who they are. allauth counts only what it asked for again,
and would want the password twice within a minute."""

from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from django.http import HttpRequest

PROOFS = ("password", "mfa")  # what it asks for again, too; a code by mail is none


def signed_in(request: HttpRequest, **_: Any) -> None:
    records = request.session.get(RECORDS) or []
    if records and records[-1]["method"] in PROOFS:
        records[-1]["reauthenticated"] = True
        request.session[RECORDS] = records
