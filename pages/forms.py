"""How every form looks: label, help, field and errors, tied together for assistive technology."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Django finds `templates/django/forms/` by itself once this is FORM_RENDERER."""
