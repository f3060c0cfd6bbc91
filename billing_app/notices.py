"""The e-mail about a payout: a pure function of its row, in the person's language."""

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing_app.models import Payout


class NoAddress(ValueError):
    """Auth has not told the person's address yet."""


def notice(payout: Payout) -> EmailMultiAlternatives:
    """Text and HTML; nothing that a person has written stands in a header but the address.

    Raises `NoAddress`.
    """
    if not payout.account.email:
        raise NoAddress("no e-mail address is known for this account yet")
    with override(payout.account.language):
        message = EmailMultiAlternatives(
            subject=_("aTES has paid you out"),
            body=_plain(render_to_string("billing/mail/payout.txt", _context(payout))),
            to=[payout.account.email],
            headers={"Message-ID": _message_id(payout), "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(
            render_to_string("billing/mail/payout.html", _context(payout)), "text/html"
        )
    return message


def _context(payout: Payout) -> dict[str, object]:
    return {
        "payout": payout,
        "name": " ".join(payout.account.name.split()),  # a name forges no line of the letter
        "statement_url": f"{settings.BASE_URL}/billing/?day={payout.day.isoformat()}",
    }


def _message_id(payout: Payout) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<payout-{payout.pk}@{domain}>"


def _plain(text: str) -> str:
    """Mail readers show the no-break spaces of localised money as something else."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").strip() + "\n"
