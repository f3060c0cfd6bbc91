"""Refresh tokens: opaque, stored as digests, good for one exchange each (RFC 9700, 4.14.2).

All tokens that follow from one sign-in are a family. A token that comes a second time has been
stolen from one side or the other, so its whole family ends.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import Max, Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from auth_app import events
from messaging.outbox import publish

if TYPE_CHECKING:
    from auth_app.models import User

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=30)
# An access token outlives its refresh token's last exchange by so much: clocks differ, and it is
# signed a moment after.
OUTLIVED = timedelta(seconds=settings.ACCESS_TOKEN_SECONDS + 60)


class Families(models.QuerySet["TokenFamily"]):
    def alive(self) -> Self:
        return self.filter(ended_at=None, expires_at__gt=timezone.now())

    def with_use(self) -> Self:
        """`used_at`: when each was last renewed."""
        return self.annotate(used_at=Max("tokens__issued_at"))

    @transaction.atomic
    def end(self, why: "TokenFamily.Why") -> int:
        """How many were alive. Every service hears of those whose access tokens may be good yet."""
        now = timezone.now()
        locked = self.alive().select_related("user").order_by("pk").select_for_update(of=("self",))
        ending = list(locked)
        keys = [family.pk for family in ending]
        TokenFamily.objects.filter(pk__in=keys).update(ended_at=now, ended_why=why)
        recent = RefreshToken.objects.filter(family__in=keys, issued_at__gt=now - OUTLIVED)
        told = set(recent.values_list("family", flat=True))
        publish(events.sign_in_ended(one, now, now + OUTLIVED) for one in ending if one.pk in told)
        return len(ending)


class TokenFamily(models.Model):
    """A sign-in through the API, from the password to its end."""

    class Why(models.TextChoices):
        REVOKED = "revoked"
        REUSED = "reused"
        SIGNED_OUT = "signed_out"
        STANDING = "standing"
        PASSWORD = "password"  # noqa: S105 a reason, not a secret
        FACTOR = "factor"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("auth_app.User", models.CASCADE, related_name="token_families")
    born_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=10, choices=Why, blank=True)

    objects: ClassVar[Any] = Families.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_why="")
                | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="ended_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="token_family_by_end")]

    def __str__(self) -> str:
        return f"{self.user_id} since {self.born_at}"

    @property
    def is_alive(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()

    def next_token(self) -> str:
        """A new refresh token; only its digest is kept."""
        secret, now = secrets.token_urlsafe(32), timezone.now()
        end = min(now + IDLE, self.expires_at)
        RefreshToken.objects.create(
            digest=digest_of(secret), family=self, issued_at=now, expires_at=end
        )
        return secret


class RefreshToken(models.Model):
    digest = models.CharField(primary_key=True, max_length=64)
    family = models.ForeignKey(TokenFamily, models.CASCADE, related_name="tokens")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"of {self.family_id}, issued {self.issued_at}"


def begin(user: "User") -> tuple[TokenFamily, str]:
    """A family and its first token, for somebody whose row is locked."""
    now = timezone.now()
    family = TokenFamily.objects.create(user=user, born_at=now, expires_at=now + ABSOLUTE)
    return family, family.next_token()


def exchange(secret: str) -> tuple[TokenFamily, str] | None:
    """The token's family and the token that follows it, or None: unknown, over or used before.

    Of parallel exchanges one wins; to the others it is a second use.
    """
    with transaction.atomic():
        token = _locked(secret)
        if token is None:
            return None
        if token.used_at:
            TokenFamily.objects.filter(pk=token.family_id).end(TokenFamily.Why.REUSED)
            return None
        now = timezone.now()
        if token.expires_at <= now or not token.family.is_alive or not token.family.user.is_active:
            return None
        token.used_at = now
        token.save(update_fields=["used_at"])
        return token.family, token.family.next_token()


def revoke(secret: str) -> None:
    """End the token's family (RFC 7009); nothing tells whether there was one."""
    tokens = RefreshToken.objects.filter(digest=digest_of(secret))
    TokenFamily.objects.filter(tokens__in=tokens).end(TokenFamily.Why.REVOKED)


def end_refresh_families(user: "User", why: TokenFamily.Why) -> int:
    """Nobody is signed in as this person through the API any more, in other services as soon as
    they have heard of it. Call it in the transaction of what calls for it."""
    ended: int = TokenFamily.objects.filter(user=user).end(why)
    return ended


def is_alive(family_id: UUID, account_id: UUID) -> bool:
    """Whether this is a sign-in of that person, and not over."""
    families = TokenFamily.objects.filter(pk=family_id, user__public_id=account_id)
    return bool(families.alive().exists())


def prune() -> int:
    """Forget families that are past their absolute end: their tokens are refused as unknown."""
    deleted, _ = TokenFamily.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _locked(secret: str) -> RefreshToken | None:
    tokens = RefreshToken.objects.select_related("family__user").filter(digest=digest_of(secret))
    return tokens.select_for_update(of=("self", "family")).first()
