"""Takes secrets out of text that is about to be stored or shown, such as the error of a failed request."""

from __future__ import annotations

import re

HIDDEN = "***"

_NAMES = r"(?:token|passwd|password|passphrase|secret|api[_-]?key|session[_-]?id|credentials?)"
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s"',;&}\])]+)"""
_PATTERNS = (
    # https://user:password@host/ and https://token@host/
    (re.compile(r"(?<=://)[^/?#\s@]+@"), f"{HIDDEN}@"),
    # Authorization: Basic dXNlcjpwYXNz; the scheme stays. Cookies go altogether.
    (
        re.compile(
            r"(?i)((?:proxy-)?authorization['\"]?\s*[:=]\s*['\"]?(?:(?:basic|bearer|token|digest)\s+)?)[^\s'\",}]+"
        ),
        rf"\g<1>{HIDDEN}",
    ),
    (re.compile(r"(?i)((?:set-)?cookie['\"]?\s*[:=]\s*)[^\r\n]+"), rf"\g<1>{HIDDEN}"),
    (re.compile(r"(?i)\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}"), rf"\g<1>{HIDDEN}"),
    # token=..., "password": "...", X-Api-Key: ..., private_token=...
    (re.compile(rf"(?i)({_NAMES}['\"]?\s*[=:]\s*)(?!\*\*\*){_VALUE}"), rf"\g<1>{HIDDEN}"),
)


def scrubbed(text: str, most: int = 2000) -> str:
    """Return the text without tokens, passwords, cookies and the user part of URLs, cut to `most` characters."""
    text = text[: 10 * most]
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text if len(text) <= most else f"{text[: most - 3]}..."
