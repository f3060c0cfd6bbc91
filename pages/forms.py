"""How every form looks: label, help, field and errors, tied together for assistive technology."""

from django.forms import BaseForm
from django.forms.renderers import TemplatesSetting
from django.http import HttpResponse


class Renderer(TemplatesSetting):
    """Django finds `templates/django/forms/` by itself once this is FORM_RENDERER."""


def unprocessable(form: BaseForm) -> HttpResponse:
    """422 with the fields' errors as text, where no page shows the form: exports, fragments."""
    text = form.errors.as_text()
    return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")
