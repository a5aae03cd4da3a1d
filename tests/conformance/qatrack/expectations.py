"""What a reply must be like: plain values, and words for those that are known in part only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Like:
    """A value for which something holds, and the words that say so."""

    words: str
    holds: Callable[[Any], bool]

    def __repr__(self) -> str:
        return f"<{self.words}>"


class Only(dict[str, Any]):
    """An object with these keys and no others; a plain dict may have more."""


ANYTHING = Like("anything", lambda _value: True)
A_LINK = Like("an address of the API", lambda value: bool(re.match(r"https?://[^/]+/.*api/", str(value))))
A_PATH = Like("a path of the API", lambda value: str(value).startswith("/"))
SOME_TEXT = Like("a text", lambda value: isinstance(value, str) and value != "")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*([+-]\d\d:\d\d|Z)")
A_TIME = Like("a time with its offset", lambda value: _TIME.fullmatch(str(value)) is not None)


def containing(*parts: str) -> Like:
    """Return what a text with all of these parts is like."""
    return Like(f"text with {parts}", lambda value: all(part in str(value) for part in parts))


def matching(pattern: str) -> Like:
    """Return what a text that fits a pattern as a whole is like."""
    return Like(f"text like {pattern}", lambda value: re.fullmatch(pattern, str(value), re.DOTALL) is not None)


def at(wall_clock: str) -> Like:
    """Return what a time is like that a wall clock at the server showed, whatever its zone."""
    return Like(f"{wall_clock} in the server's time zone", lambda value: str(value).startswith(wall_clock))


def differences(expected: Any, actual: Any, place: str = "body") -> Iterator[str]:
    """Say where a reply is not as expected.

    :param expected: of objects the keys that matter (`Only`: all of them), of lists every item.
    """
    if isinstance(expected, Like):
        if not expected.holds(actual):
            yield f"{place} is {actual!r}, expected {expected!r}"
    elif isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for name in expected:
            if name not in actual:
                yield f"{place} has no {name!r}: {actual!r}"
            else:
                yield from differences(expected[name], actual[name], f"{place}.{name}")
        if isinstance(expected, Only) and (more := set(actual) - set(expected)):
            yield f"{place} has {sorted(more)} as well: {actual!r}"
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for number, pair in enumerate(zip(expected, actual, strict=True)):
            yield from differences(*pair, f"{place}[{number}]")
    elif expected != actual or isinstance(expected, bool) != isinstance(actual, bool):
        yield f"{place} is {actual!r}, expected {expected!r}"
