"""The catalogues follow the source, and nothing untranslated gets by."""

import gettext
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from pages import messages, translations

SAYS = """
from django.utils.translation import gettext as _, ngettext_lazy, pgettext_lazy, gettext_lazy
hello = _("Hello, %(name)s")
seeds = ngettext_lazy("%(count)d seed", "%(count)d seeds", "count")
may = pgettext_lazy("month", "May")
late = gettext_lazy("A lazy one")
"""
SHOWS = """
<h1>{% trans "It's a page" %}</h1>
    {% if x %}<p>{% blocktranslate count n=tasks with who=name %}{{ who }} has {{ n }} task
{% plural %}{{ who }} has {{ n }} tasks{% endblocktranslate %}</p>{% endif %}
  {% translate "Open" context "adjective" %} {% empty title=_("Nothing yet") text='100 % "sure"' %}
<p>not for translation, isn't it</p> {{ x|default:_("none") }}
"""
COMPLETE = [
    ("A lazy one", "Ленивое"),
    ("It's a page", "Это страница"),
    ("Nothing yet", "Пока пусто"),
    ("none", "нет"),
    ("Hello, %(name)s", "Здравствуйте, %(name)s"),
]


@pytest.fixture
def po(tmp_path: Path, settings: Settings) -> Path:
    """A little product that speaks; the catalogue it has in Russian."""
    settings.BASE_DIR, settings.LOCALE_PATHS = tmp_path, [tmp_path / "locale"]
    (tmp_path / "app" / "templates").mkdir(parents=True)
    (tmp_path / "app" / "words.py").write_text(SAYS)
    (tmp_path / "app" / "templates" / "page.html").write_text(SHOWS)
    return translations.po_file("ru")


def translate(po: Path, pairs: list[tuple[str, str]]) -> None:
    text = po.read_text()
    for message, translation in pairs:
        text = text.replace(
            f'msgid "{message}"\nmsgstr ""', f'msgid "{message}"\nmsgstr "{translation}"'
        )
    po.write_text(text)


def test_it_finds_what_python_and_templates_say(po: Path) -> None:
    found = {message.id for message in messages.in_source() if message.id}
    assert found == {
        *(message for message, _ in COMPLETE),
        "May",
        "Open",
        ("%(count)d seed", "%(count)d seeds"),
        ("%(who)s has %(n)s task\n", "%(who)s has %(n)s tasks"),
    }


def test_it_keeps_contexts_and_files(po: Path) -> None:
    source = messages.in_source()
    may, opened = source.get("May", "month"), source.get("Open", "adjective")
    assert may
    assert opened
    assert may.locations == [("app/words.py", 0)]
    assert opened.locations == [("app/templates/page.html", 0)]


def test_it_does_not_read_what_is_not_ours(po: Path, settings: Settings) -> None:
    for folder in (".venv", "tests", "var"):
        (settings.BASE_DIR / folder).mkdir()
        (settings.BASE_DIR / folder / "words.py").write_text('_("Not ours")')
    assert messages.in_source().get("Not ours") is None


def test_a_new_catalogue_has_three_plural_forms_in_russian(po: Path) -> None:
    call_command("translations", "--update")
    text = po.read_text()
    assert "nplurals=3" in text
    assert 'msgid "%(count)d seed"\nmsgid_plural "%(count)d seeds"\nmsgstr[0] ""' in text
    assert 'msgstr[2] ""' in text


def test_an_update_keeps_translations_and_changes_nothing_else(po: Path) -> None:
    call_command("translations", "--update")
    translate(po, COMPLETE)
    before = po.read_text()
    call_command("translations", "--update")
    assert "Это страница" in before
    assert po.read_text() == before


def test_an_update_drops_what_nobody_says_any_more(po: Path, settings: Settings) -> None:
    call_command("translations", "--update")
    (settings.BASE_DIR / "app" / "words.py").write_text("")
    call_command("translations", "--update")
    assert "seed" not in po.read_text()
    assert "It's a page" in po.read_text()


def test_moved_lines_do_not_change_the_catalogue(po: Path, settings: Settings) -> None:
    call_command("translations", "--update")
    before = po.read_text()
    (settings.BASE_DIR / "app" / "words.py").write_text("\n\n" + SAYS)
    call_command("translations", "--update")
    assert po.read_text() == before


@pytest.mark.parametrize(
    ("was", "now", "complaint"),
    [
        ('msgstr "нет"', 'msgstr ""', "ru: untranslated: “none”"),
        ('msgid "none"', '#, fuzzy\nmsgid "none"', "ru: fuzzy: “none”"),
        ('msgid "none"', 'msgid "nothing"', "ru: missing: “none”"),
        ('msgid "none"', 'msgid "nothing"', "ru: obsolete: “nothing”"),
        ("Здравствуйте, %(name)s", "Здравствуйте", "ru: other placeholders: “Hello, %(name)s”"),
        ('msgstr[1] "%(count)d', 'msgstr[1] "два', "ru: other placeholders: “%(count)d seed”"),
        ('msgstr[1] "%(count)d семечка"', 'msgstr[1] ""', "ru: untranslated: “%(count)d seed”"),
    ],
)
def test_the_check_says_what_is_not_ready(
    finished: Path, was: str, now: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert was in finished.read_text()
    finished.write_text(finished.read_text().replace(was, now))
    with pytest.raises(CommandError, match="not ready"):
        call_command("translations", "--check")
    assert complaint in capsys.readouterr().err


def test_the_check_is_content_with_a_complete_catalogue(finished: Path) -> None:
    call_command("translations", "--check")


def test_without_a_catalogue_everything_is_missing(po: Path) -> None:
    with pytest.raises(CommandError, match="9 translations"):
        call_command("translations", "--check")


def test_what_is_compiled_can_be_read(finished: Path) -> None:
    call_command("translations", "--compile")
    with finished.with_suffix(".mo").open("rb") as file:
        russian = gettext.GNUTranslations(file)
    assert russian.gettext("It's a page") == "Это страница"
    assert russian.pgettext("month", "May") == "май"
    forms = [russian.ngettext("%(count)d seed", "%(count)d seeds", n) for n in (21, 2, 5)]
    assert [form.split()[1] for form in forms] == ["семечко", "семечка", "семечек"]


def test_what_is_not_ready_is_shown_in_english(po: Path) -> None:
    call_command("translations", "--update")
    call_command("translations", "--compile")
    with po.with_suffix(".mo").open("rb") as file:
        russian = gettext.GNUTranslations(file)
    assert russian.ngettext("%(count)d seed", "%(count)d seeds", 5) == "%(count)d seeds"


@pytest.fixture
def finished(po: Path) -> Path:
    """The catalogue, with everything translated."""
    call_command("translations", "--update")
    seeds = [f'msgstr[{n}] "%(count)d семеч{end}"' for n, end in enumerate(("ко", "ка", "ек"))]
    tasks = [f'msgstr[{n}] "%(who)s: %(n)s задач{end}"' for n, end in enumerate(("а", "и", ""))]
    empty = [f'msgstr[{n}] ""' for n in range(3)]
    translate(po, [*COMPLETE, ("May", "май"), ("Open", "открытый")])
    text = po.read_text()
    for plural, forms in (("%(count)d seeds", seeds), ("%(who)s has %(n)s tasks", tasks)):
        head = f'msgid_plural "{plural}"\n'
        text = text.replace(head + "\n".join(empty), head + "\n".join(forms))
    po.write_text(text)
    return po
