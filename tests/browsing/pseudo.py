"""A pseudo-language: each translated text stands in brackets and is half as long again, so whatever
is shown without brackets was never translated, and what can't grow sticks out."""

import re
from typing import Any

import pytest
from django.utils.translation import trans_real
from playwright.sync_api import Page

from pages.translations import PLACEHOLDER

OPEN, CLOSE = "⟦", "⟧"
KEPT = re.compile(rf"({PLACEHOLDER.pattern}|%%|<[^>]+>|&\w+;)")
VOWELS = re.compile(r"([аеёиоуыэюяaeiouy])", re.IGNORECASE)
INNERMOST = re.compile(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
WORD = re.compile(r"[A-Za-z]{3,}")
# Names, and the words of contracts and of the broker, which are the same in every language.
SAME_EVERYWHERE = {"aTES", "AsyncAPI", "English", "Jira", "JSON", "PIN", "UberPopug", "UBERPOP"}
SAME_EVERYWHERE |= {"CSV", "UTC", "XLSX", "analytics", "auth", "billing", "noeviction", "tasks"}

# What a person reads or hears, but for code and for words that say they are of another language.
_SAID = """
() => {
  const said = [];
  const quoted = "script, style, noscript, code, pre, kbd, svg.popug, .mono, .key, body [lang]"
    + ", [name=time_zone]";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest(quoted)) said.push(walker.currentNode.nodeValue);
  }
  for (const name of ["aria-label", "placeholder", "title", "alt", "data-label", "data-confirm",
                      "data-confirm-title", "data-confirm-label", "data-say"])
    for (const element of document.querySelectorAll(`body [${name}]`))
      if (!element.closest(quoted)) said.push(element.getAttribute(name));
  return [document.title, ...said];
}
"""


class PseudoCatalogue:
    """Answers with what a language's catalogue says, made longer and put in brackets."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def get(self, key: Any, default: Any = None) -> Any:
        found = self.inner.get(key, default)
        return pseudo(found) if isinstance(found, str) else found

    def __getitem__(self, key: Any) -> Any:
        return pseudo(self.inner[key])

    def __contains__(self, key: Any) -> bool:
        return key in self.inner

    def plural(self, message: str, number: int) -> str:
        return pseudo(self.inner.plural(message, number))


def speak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Russian be the pseudo-language."""
    russian: Any = trans_real.translation("ru")
    monkeypatch.setattr(russian, "_catalog", PseudoCatalogue(russian._catalog))


def pseudo(text: str) -> str:
    longer = (part if number % 2 else VOWELS.sub(r"\1\1", part) for number, part in pieces(text))
    return f"{OPEN}{''.join(longer)}{CLOSE}"


def pieces(text: str) -> list[tuple[int, str]]:
    """Those to be kept as they are have odd numbers."""
    return list(enumerate(KEPT.split(text)))


def untranslated(page: Page, known: set[str]) -> list[str]:
    """English words that stand outside the brackets and are nobody's own words."""
    text = "\n".join(page.evaluate(_SAID))
    for words in sorted(filter(None, known), key=len, reverse=True):
        text = text.replace(words, " ")
    while INNERMOST.search(text):
        text = INNERMOST.sub(" ", text)
    lines = {line.strip() for line in text.splitlines()}
    return sorted(line for line in lines if set(WORD.findall(without_data(line))) - SAME_EVERYWHERE)


def without_data(line: str) -> str:
    """Addresses, identifiers and whatever else is no word of a language."""
    return " ".join(token for token in line.split() if not re.search(r"[\d@_/=…]|\w\.\w", token))
