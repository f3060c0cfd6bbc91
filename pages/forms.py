"""How every form looks: label, help, field and errors, tied together for assistive technology."""

from datetime import date
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BaseForm
from django.forms.renderers import TemplatesSetting
from django.http import HttpResponse

# A slip of the finger ("0202", "20226") is told; every day that anything may concern is between.
EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2100, 12, 31)


class Renderer(TemplatesSetting):
    """Django finds `templates/django/forms/` by itself once this is FORM_RENDERER."""


def unprocessable(form: BaseForm) -> HttpResponse:
    """422 with the fields' errors as text, where no page shows the form: exports, fragments."""
    text = form.errors.as_text()
    return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")


def date_field(label: Any) -> forms.DateField:
    """An optional day."""
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )


class FromTo(forms.Form):
    """A form with a field `from_`, which Python can't call `from` and the URL does."""

    def add_prefix(self, field_name: str) -> str:
        return super().add_prefix(field_name.rstrip("_"))
