"""Makes any text one that XML can hold: for reports in XML, whose parsers refuse the whole file otherwise."""

from __future__ import annotations

import re

_TERMINAL_CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# XML 1.0 allows DEL, but junit-xml drops it; a line end may arrive as any of three.
_NOT_XML = re.compile("[^\t\n\x20-\x7e\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return the text as XML can hold it: no terminal codes, line ends as newlines, U+FFFD for what is not allowed."""
    if text.isascii() and text.isprintable():
        return text
    text = _TERMINAL_CODES.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_XML.sub("\ufffd", text)
