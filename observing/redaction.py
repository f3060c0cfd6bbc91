"""What must not stand in a log: whoever can read logs shall learn neither secrets nor people."""

import re
from typing import Final

_HIDDEN: Final = r"\1[hidden]"
_FIELDS: Final = "password|passwd|secret|token|api_?key|session_?id|private_?key"

_PATTERNS: Final = [
    # Whole headers: whatever stands behind their names up to the end of the line.
    (r"(?i)(\b(?:authorization|(?:set-)?cookie)[\"']?\s*[:=]\s*)[^\r\n]+", _HIDDEN),
    (r"(?i)(\b(?:bearer|basic)\s+)[\w\-.~+/]{6,}=*", _HIDDEN),
    # Values by the names of their fields, quoted or not.
    (rf"(?i)(\b\w*(?:{_FIELDS})\w*[\"']?\s*[:=]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;&)}}\]]+)", _HIDDEN),
    (r"()\beyJ[\w-]+[.:][\w-]+(?:[.:][\w-]*)?", _HIDDEN),  # a JWT, or what Django has signed
    (r"(://[^\s:/@]*:)[^\s@]+(?=@)", _HIDDEN),  # the password in an address of a server
    (r"()[\w.+%-]+@[\w-]+(?:\.[\w-]+)+", r"\1[e-mail]"),
]
_COMPILED: Final = [(re.compile(pattern), instead) for pattern, instead in _PATTERNS]


def redacted(text: str) -> str:
    for pattern, instead in _COMPILED:
        text = pattern.sub(instead, text)
    return text
