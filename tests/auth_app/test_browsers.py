"""Browsers by the names that their owners know."""

import pytest

from auth_app.browsers import described

CHROME = (
    "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 {}Safari/537.36{}"
)
LINUX, WINDOWS = "X11; Linux x86_64", "Windows NT 10.0; Win64; x64"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 {}"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME.format(LINUX, "", ""), "Chrome, Linux"),
        (CHROME.format(WINDOWS, "", " Edg/150.0"), "Edge, Windows"),
        (CHROME.format("Linux; Android 16; K", "Mobile ", ""), "Chrome, Android"),
        (CHROME.format(WINDOWS, "YaBrowser/26.1 ", ""), "Yandex, Windows"),
        (IPHONE.format("Version/19.0 Mobile/15E148 Safari/604.1"), "Safari, iPhone"),
        (IPHONE.format("FxiOS/150.0 Mobile/15E148 Safari/605.1.15"), "Firefox, iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:150.0) Firefox/150.0", "Firefox, macOS"),
        ("curl/8.9.1", "curl/8.9.1"),
        ("x" * 500, "x" * 60),
        ("", ""),
    ],
)
def test_it_says_what_it_is_and_where(agent: str, name: str) -> None:
    assert described(agent) == name
