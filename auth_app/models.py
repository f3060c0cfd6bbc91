"""People. Every change of one is an event, written with it (I1)."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import GinIndex
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from auth_app import audit, events, zones
from auth_app.audit import Action
from auth_app.names import validate_name
from auth_app.refresh import TokenFamily, end_refresh_families
from messaging.context import current_origin
from messaging.outbox import publish
from pages import words as wording

STANDING = ("role", "is_active")
SAID = ("name", "email")  # what people are found by
WISHES = {"theme", "time_zone", "keys"}


class LastAdmin(Exception):
    """Without this person nobody could administer the company any more."""


class OwnStanding(Exception):
    """Nobody decides about their own role or employment."""


class People(models.QuerySet["User"]):
    """Adjectives for lists of people."""

    def active(self) -> "People":
        return self.filter(is_active=True)

    def inactive(self) -> "People":
        return self.filter(is_active=False)

    def in_role(self, role: str) -> "People":
        return self.filter(role=role)

    def matching(self, words: str) -> "People":
        """Those with all these words in name and e-mail, each perhaps only begun."""
        return wording.matching(self, words, *SAID)


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> People:
        return People(self.model, using=self._db)

    def register(self, email: str, name: str, password: str | None, **fields: Any) -> "User":
        """Make a person known to every service; without a role they are a worker."""
        user = self.model(email=self.normalize_email(email).lower(), name=name, **fields)
        user.set_password(password)
        return user.join()

    def create_superuser(self, email: str, name: str, password: str | None = None) -> "User":
        """The first admin of an installation: what Django's `createsuperuser` calls (I1)."""
        with transaction.atomic():
            user = self.register(email, name, password, role=User.Role.ADMIN)
            user.vouch_for_email()
        return user


class User(AbstractBaseUser):
    """A person who can sign in. `version` counts their states, from 1 without gaps."""

    class Role(models.TextChoices):
        WORKER = "worker", _("worker")
        MANAGER = "manager", _("manager")
        ACCOUNTANT = "accountant", _("accountant")
        ADMIN = "admin", _("admin")

    class Language(models.TextChoices):
        EN = "en", "English"
        RU = "ru", "Русский"

    class Theme(models.TextChoices):
        AUTO = "auto", _("as the system")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    public_id = models.UUIDField(unique=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, validators=[validate_name])
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.WORKER)
    is_active = models.BooleanField(_("active"), default=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.EN)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, choices=zones.choices, default=""
    )
    keys = models.BooleanField(_("single keys"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    is_demo = models.BooleanField(
        default=False, editable=False, help_text="made by the demonstration, password known to all"
    )
    invited_at = models.DateTimeField(null=True, editable=False)
    is_confirmed = models.BooleanField(
        _("address confirmed"),
        default=True,
        db_default=True,
        editable=False,
        help_text="not so, who signed up and never read our letter",
    )
    sessions_ended = models.PositiveIntegerField(
        default=0, editable=False, help_text="how often all of them were ended at once"
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["name", "id"], name="user_by_name"),
            GinIndex(wording.vector(*SAID), name="user_by_words"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=["worker", "manager", "accountant", "admin"]),
                name="role_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **options: Any) -> None:
        """allauth writes a new e-mail by itself; of that too every service must hear."""
        if options.get("update_fields") == ["email"]:
            self.change(email=self.email.lower())
        else:
            super().save(**options)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Every session carries it: a new password or `end_sessions` makes them worthless."""
        state = f"{self.password}:{self.sessions_ended}"
        return salted_hmac("auth_app.session", state, secret=secret, algorithm="sha256").hexdigest()

    def join(self, reason: str = "") -> "User":
        """Save a new person and tell every service."""
        with transaction.atomic():
            self.save()
            publish([events.account_created(self)])
            state = {"name": self.name, "email": self.email, "role": self.role}
            audit.note(Action.JOINED, self.public_id, after=state, reason=reason)
        return self

    def change(self, reason: str = "", **fields: Any) -> bool:
        """Set e-mail, name, role, language or standing; False when nothing is new.

        The row is locked and read anew, so that versions stay dense and the newest state is told,
        whoever else changes it. Another role or standing ends their sessions. Raises `LastAdmin`,
        `OwnStanding`.
        """
        with transaction.atomic():
            if fields.get("role", "admin") != "admin" or not fields.get("is_active", True):
                self._leave_an_admin()
            self.refresh_from_db(from_queryset=User.objects.get_queryset().select_for_update())
            after = {key: value for key, value in fields.items() if getattr(self, key) != value}
            if not after:
                return False
            self._refuse_own_standing(after)
            before = {key: getattr(self, key) for key in after}
            for key, value in (after | {"version": self.version + 1}).items():
                setattr(self, key, value)
            self.save(update_fields=[*after, "version"])
            publish([events.account_updated(self)])
            audit.note(_deed(after), self.public_id, before=before, after=after, reason=reason)
            if set(after) & set(STANDING):
                self.end_sessions(TokenFamily.Why.STANDING)
        return True

    def _refuse_own_standing(self, after: dict[str, Any]) -> None:
        if set(after) & set(STANDING) and current_origin().actor == self.public_id:
            raise OwnStanding

    def end_sessions(self, why: TokenFamily.Why = TokenFamily.Why.SIGNED_OUT) -> None:
        """Everywhere, those of the API too, with the transaction that calls it."""
        self.sessions_ended += 1
        self.save(update_fields=["sessions_ended"])
        listed = UserSession.objects.filter(user=self)
        Session.objects.filter(session_key__in=listed.values("session_key")).delete()
        listed.delete()
        end_refresh_families(self, why)

    def change_password(self, password: str) -> None:
        """Whoever knew the old one is signed out of the API. Saves nothing else: the row may have
        changed since it was read."""
        self.set_password(password)
        with transaction.atomic():
            self.save(update_fields=["password"])
            end_refresh_families(self, TokenFamily.Why.PASSWORD)

    def _leave_an_admin(self) -> None:
        """Locks the admins, in one order: two who dismiss each other can't both succeed."""
        admins = User.objects.get_queryset().active().in_role(User.Role.ADMIN)
        locked = admins.order_by("pk").select_for_update()
        if list(locked.values_list("pk", flat=True)) == [self.pk]:
            raise LastAdmin

    def deactivate(self, reason: str = "") -> bool:
        """Dismiss: no sign-in, no new tasks; open tasks stay until the next shuffle."""
        return self.change(reason, is_active=False)

    def reactivate(self, reason: str = "") -> bool:
        return self.change(reason, is_active=True)

    def prefer(self, **wishes: Any) -> None:
        """Theme, time zone, keys. No event: how pages look is nobody else's business."""
        for name in WISHES & set(wishes):
            setattr(self, name, wishes[name])
        self.save(update_fields=sorted(WISHES & set(wishes)))

    @property
    def can_work(self) -> bool:
        """What services are told: active, and no stranger's address."""
        return self.is_active and self.is_confirmed

    def confirm(self) -> None:
        """They have read a letter of ours: from now on they may be drawn."""
        if not self.is_confirmed:
            self.change(is_confirmed=True)

    def vouch_for_email(self) -> None:
        """Somebody we trust has typed the address, so nobody need confirm it."""
        EmailAddress.objects.update_or_create(
            user=self, email=self.email, defaults={"verified": True, "primary": True}
        )
        self.confirm()


def _deed(after: dict[str, Any]) -> Action:
    if "is_active" in after:
        return Action.REACTIVATED if after["is_active"] else Action.DEACTIVATED
    return Action.CHANGED
