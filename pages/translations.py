"""The catalogues in locale/: brought up to date, checked, compiled.

A translator edits `locale/<language>/LC_MESSAGES/django.po`; what Django reads is the .mo file
made from it, which is not kept in the repository.
"""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings

from pages import messages

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")

# Dates of creation would make every update a change.
HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"

"""


def languages() -> list[str]:
    """Those that need a catalogue: all but the one the source is written in."""
    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def update_catalogue(language: str) -> None:
    """Take over what the source says now; translations stay, what nobody says any more goes."""
    catalog = load(language)
    catalog.update(messages.in_source(), no_fuzzy_matching=True)
    body = io.BytesIO()
    write_po(
        body,
        catalog,
        sort_output=True,
        omit_header=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    header = HEADER.format(language=language, plurals=catalog.plural_forms)
    po_file(language).parent.mkdir(parents=True, exist_ok=True)
    po_file(language).write_bytes(header.encode() + body.getvalue())


def compile_catalogue(language: str) -> None:
    """Write the .mo file, of what is ready: an empty plural would be shown as nothing at all."""
    catalog = load(language)
    for message in list(catalog):
        if message.id and (message.fuzzy or not _is_translated(message)):
            catalog.delete(message.id, message.context)
    path = po_file(language).with_suffix(".mo")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")  # a test run may compile at the same moment
    with part.open("wb") as file:
        write_mo(file, catalog)
    part.replace(path)


def complaints(language: str) -> Iterator[str]:
    """Everything that keeps this language from saying what the source says."""
    catalog, source = load(language), messages.in_source()
    for message in _entries(source):
        if not catalog.get(message.id, message.context):
            yield _complaint(language, "missing", message)
    for message in _entries(catalog):
        if not source.get(message.id, message.context):
            yield _complaint(language, "obsolete", message)
        elif fault := _fault(message):
            yield _complaint(language, fault, message)


def load(language: str) -> Catalog:
    if not po_file(language).exists():
        return Catalog(locale=language)
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language)


def po_file(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def _entries(catalog: Catalog) -> list[Message]:
    return sorted(message for message in catalog if message.id)


def _fault(message: Message) -> str:
    if message.fuzzy:
        return "fuzzy"
    if not _is_translated(message):
        return "untranslated"
    expected = _placeholders(_forms(message.id)[-1])
    if any(_placeholders(form) != expected for form in _forms(message.string)):
        return "other placeholders"
    return ""


def _is_translated(message: Message) -> bool:
    return all(_forms(message.string))


def _forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text or ""] if isinstance(text, str | None) else list(text)


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def _complaint(language: str, fault: str, message: Message) -> str:
    context = f" [{message.context}]" if message.context else ""
    where = ", ".join(sorted({name for name, _ in message.locations}))
    return (
        f"{language}: {fault}: “{_forms(message.id)[0]}”{context} {where and f'({where})'}".rstrip()
    )
