"""Reads and writes words of a filter: quotes, backslashes and the wildcard ``*``."""

from __future__ import annotations

import re

from qarunner.store.filter.tree import Pattern

UNIT = re.compile(r"\\(?P<taken>.)|(?P<any>\*+)|(?P<plain>[^\\*]+)", re.DOTALL)
PLAIN = re.compile(r"[\w/.:@#%+=,;!?~^$&|'\[\]{}][\w/.:@#%+=,;!?~^$&|'\[\]{}-]*")
"""What needs no quotes."""


def read_pattern(word: str) -> Pattern:
    """Return the pattern that a word means, with its quotes if it has some."""
    pieces = [""]
    for unit in UNIT.finditer(unquoted(word)):
        if unit["any"]:
            pieces.append("")
        else:
            pieces[-1] += unit["taken"] or unit["plain"]
    return Pattern(tuple(pieces))


def read_text(word: str) -> str:
    """Return the text that a word means where a ``*`` is nothing special."""
    return re.sub(r"\\(.)", r"\1", unquoted(word), flags=re.DOTALL)


def unquoted(word: str) -> str:
    """Return what is between the quotes, or the word when it has none."""
    return word[1:-1] if word.startswith('"') else word


def write_pattern(pattern: Pattern) -> str:
    """Return the shortest way to write a pattern."""
    if all(PLAIN.fullmatch(piece) or not piece for piece in pattern.pieces):
        word = "*".join(pattern.pieces)
        if word not in {"", "OR", "AND"}:
            return word
    return '"' + "*".join(re.sub(r'([\\"*])', r"\\\1", piece) for piece in pattern.pieces) + '"'
