"""What may be typed about tasks."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from access.actor import Actor
from event_schemas.titles import tidy, without_brackets
from tasks_app import task_files
from tasks_app.models import Account, Task
from tasks_app.titles import (
    Flaw,
    description_flaw,
    key_flaw,
    take_key,
    title_flaw,
)

ANYONE, ME = "", "me"
MEANT, MEANT_AMONG = 6, 200  # so many people are offered, of so many with the name that was typed


class TaskForm(forms.Form):
    """A new task. A key that was pasted with the title is put where it belongs, to be saved with
    one more click (E2)."""

    title = forms.CharField(
        label=_("Title"),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    jira_id = forms.CharField(
        label=_("Jira key"), required=False, help_text=_("For example UBERPOP-42.")
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean_title(self) -> str:
        title = tidy(self.cleaned_data["title"])
        if (flaw := title_flaw(title)) is Flaw.BRACKETS and self._split(title):
            raise forms.ValidationError(
                _("The key has its own field and is there now. If that is right, save again."),
                code="split",
            )
        return _flawless(title, flaw)

    def clean_jira_id(self) -> str:
        key = self.cleaned_data["jira_id"]
        return _flawless(key, key_flaw(key))

    def clean_description(self) -> str:
        description = self.cleaned_data["description"]
        return _flawless(description, description_flaw(description))

    def _split(self, typed: str) -> bool:
        """Offer what was typed as title and key, other brackets as parentheses; False when no key
        leads it or that would be no task either."""
        parts = take_key(typed, self.data.get("jira_id", "").strip())
        if isinstance(parts, Flaw) or parts[0] == typed:
            return False
        title, key = without_brackets(parts[0]), parts[1]
        if title_flaw(title):
            return False
        given = {name: self.data.get(name, "") for name in self.fields}
        self.data = given | {"title": title, "jira_id": key}
        return True


class FilterForm(forms.Form):
    """What the list shows; it lives in the URL."""

    STRANDED = "stranded"
    SORTS = [("", _("newest first")), ("oldest", _("oldest first")), ("reward", _("best paid"))]
    ORDERS: ClassVar[dict[str, tuple[str, ...]]] = {
        "": ("-created_at", "-id"),
        "oldest": ("created_at", "id"),
        "reward": ("-worth", "-id"),
    }
    STATUSES = [("", _("All")), *Task.Status.choices, (STRANDED, _("stranded"))]

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=STATUSES)
    assignee = forms.CharField(label=_("Assignee"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=SORTS)

    def __init__(self, data: Any, actor: Actor) -> None:
        super().__init__(data)
        self.actor = actor
        self.fields["assignee"].widget = forms.Select(choices=self._people(data))

    def clean_assignee(self) -> UUID | None:
        chosen = self.cleaned_data["assignee"]
        if chosen in (ANYONE, ME):
            return self.actor.id if chosen else None
        try:
            return UUID(chosen)
        except ValueError:
            raise forms.ValidationError(_("There is nobody of this id."), code="nobody") from None

    def rows(self) -> QuerySet[Task]:
        """Of a valid form."""
        chosen = self.cleaned_data
        tasks = Task.objects.all()
        if chosen["sort"] == "reward":
            tasks = tasks.annotate(worth=Coalesce("reward_cents", 0))
        if chosen["status"]:
            adjectives = {
                "open": tasks.open,
                "completed": tasks.completed,
                self.STRANDED: tasks.stranded,
            }
            tasks = adjectives[chosen["status"]]()
        if chosen["assignee"]:
            tasks = tasks.of(chosen["assignee"])
        if chosen["q"]:
            # Found in thousands, maybe, that are all put in order; named are those that are shown.
            return tasks.matching(chosen["q"]).prefetch_related("assignee")
        found: QuerySet[Task] = tasks.select_related("assignee")
        return found

    @property
    def people(self) -> list[Account]:
        """Of a valid form: whom the words may have meant, so that theirs can be shown instead."""
        chosen = self.cleaned_data
        if not chosen["q"] or chosen["assignee"]:
            return []
        return list(Account.objects.called(chosen["q"], MEANT_AMONG)[:MEANT])

    @property
    def order(self) -> tuple[str, ...]:
        """Of a valid form."""
        return self.ORDERS[self.cleaned_data["sort"]]

    @property
    def is_narrowed(self) -> bool:
        """Whether some tasks are left out, by a valid form."""
        return any(self.cleaned_data[name] for name in ("q", "status", "assignee"))

    def _people(self, data: Any) -> list[tuple[str, Any]]:
        """Anyone, oneself, and who was clicked in the list: not thousands of names."""
        choices: list[tuple[str, Any]] = [(ANYONE, _("Anyone")), (ME, _("Me"))]
        chosen = data.get("assignee", "")
        if person := _account(chosen):
            choices.append((chosen, person.name))
        return choices


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "Text in UTF-8 with a task a line, such as “[UBERPOP-42] - Change the green”, or CSV "
            "with a header line of title, jira_id, description. Up to 20 MB and 200,000 lines."
        ),
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,text/plain,text/csv"}),
    )
    again = forms.BooleanField(
        label=_("Import again"),
        required=False,
        help_text=_("A file that has been imported is refused unless this is ticked."),
    )

    def clean_file(self) -> task_files.TaskFile:
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            return task_files.read(_beginning(upload), upload.name or "")
        except task_files.Unreadable as error:
            raise forms.ValidationError(str(error), code="unreadable") from error


class SeenForm(forms.Form):
    """Which earlier import of the same lines the page had told of."""

    seen = forms.UUIDField(required=False)

    def seen_run(self) -> UUID | None:
        return self.cleaned_data["seen"] if self.is_valid() else None


def _flawless(value: str, flaw: Flaw | None) -> str:
    if flaw:
        raise forms.ValidationError(flaw.label, code=flaw.value)
    return value


def _beginning(upload: "UploadedFile[Any]") -> bytes:
    """As much of the file as may be imported, and one byte more if it is larger."""
    raw: bytes = upload.read(task_files.MAX_BYTES + 1)
    return raw


def _account(public_id: str) -> Account | None:
    try:
        return Account.objects.filter(pk=UUID(public_id)).first()
    except ValueError:
        return None
