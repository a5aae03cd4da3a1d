"""Reads a filter: from text, by the published grammar, to a tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qarunner.errors import nearest
from qarunner.results import Outcome
from qarunner.store.clock import now as present
from qarunner.store.filter.errors import FilterError
from qarunner.store.filter.texts import read_pattern, read_text
from qarunner.store.filter.times import read_date, read_duration, zone_named
from qarunner.store.filter.tree import (
    EVERYTHING,
    FIELDS,
    Expression,
    Field,
    Pattern,
    Tagged,
    Words,
    all_of,
    any_of,
    negated,
)

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

GRAMMAR = Path(__file__).with_name("grammar.lark")
LONGEST = 10_000
"""Characters."""
DEEPEST = 50
"""Parentheses within each other."""
MOST_TERMS = 200
ALL_FIELDS = (*FIELDS, "date", "duration", "tag", "reason")
LIKE_A_FIELD = re.compile(r"([A-Za-z][\w.-]*):(?!//)")
DATES = ["a date such as 2024-02-29", '"2024-02-29 18:30"', "-7d", "today", "yesterday"]
DURATIONS = ["a duration such as 30", "1.5m", "2h"]
IN_WORDS = {
    "$END": "the end",
    "RPAR": ")",
    "LPAR": "(",
    "MINUS": "-",
    "OR": "OR",
    "VALUE": "a value",
    "QUOTED": 'text in "quotes"',
    "WORD": "a word",
    "FIELD": "a field such as result:",
    "COMPARISON": "> or <",
}
"""What the grammar's terminals are called in messages; those that are missing here go without saying."""


def parse(text: str, zone: str = "UTC", now: datetime | None = None) -> Expression:
    """Return what a filter means; an empty one means everything.

    :param zone: name of the time zone of dates that do not say theirs, such as ``America/Denver``.
    :param now: what relative dates count from; the present moment when it is not given.
    :raises FilterError: when it cannot be understood; it points at the place.
    :raises ValueError: when there is no such time zone.
    """
    return _Reader(text, zone_named(zone), now or present()).read()


class _Reader:
    """Reads one filter."""

    def __init__(self, text: str, zone: tzinfo, now: datetime) -> None:
        self._text = text
        self._zone = zone
        self._now = now
        self._terms = 0

    def read(self) -> Expression:
        from lark import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

        self._refuse_the_boundless()
        try:
            tree: Any = _parsed(self._text)
        except UnexpectedInput as error:
            place: int | None = len(self._text)
            if isinstance(error, UnexpectedCharacters):
                place = error.pos_in_stream
            elif isinstance(error, UnexpectedToken) and error.token.type != "$END":
                place = error.token.start_pos
            names = ("accepts", "allowed", "expected")
            expected: Any = next((some for name in names if (some := getattr(error, name, None))), ())
            raise self._unexpected(place or 0, expected) from None
        return self._meaning(tree) if tree.children else EVERYTHING

    def _refuse_the_boundless(self) -> None:
        if len(self._text) > LONGEST:
            raise FilterError(f"a filter has at most {LONGEST} characters", self._text, LONGEST + 1)
        depth = 0
        for unit in re.finditer(r'\\.|"(?:[^"\\]|\\.)*"|[()]', self._text, re.DOTALL):
            depth += {"(": 1, ")": -1}.get(unit[0], 0)
            if depth > DEEPEST:
                problem = f"there are more than {DEEPEST} parentheses within each other"
                raise FilterError(problem, self._text, unit.start() + 1)

    def _unexpected(self, place: int, expected: Any) -> FilterError:
        rest = self._text[place:]
        words = [word for name, word in IN_WORDS.items() if name in expected]
        if not rest:
            return FilterError("the filter ends too early", self._text, place + 1, words)
        if rest.startswith('"') and not re.match(r'"(?:[^"\\]|\\.)*"', rest, re.DOTALL):
            return FilterError("the quote is not closed", self._text, place + 1, ['another quote (")'])
        wrong = rest.split()[0][:40] if rest.split() else rest[:1]
        return FilterError(f"{wrong!r} cannot stand here", self._text, place + 1, words)

    def _meaning(self, tree: Tree[Token]) -> Expression:
        children: list[Any] = tree.children
        if tree.data == "alternatives":
            return any_of([self._meaning(child) for child in children])
        if tree.data == "together":
            return all_of([self._meaning(child) for child in children])
        if tree.data == "negation":
            return negated(self._meaning(children[0]))
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise self._problem(f"a filter has at most {MOST_TERMS} terms", children[0])
        if len(children) > 1 and children[1].start_pos != children[0].end_pos:
            raise self._problem(f"nothing stands after {children[0]}", children[1], ["the value, without a space"])
        term: Callable[..., Expression] = getattr(self, f"_{tree.data}")
        return term(*children)

    def _field(self, field: Token, value: Token) -> Expression:
        name = field[:-1].lower()
        pattern = self._pattern(value)
        if name == "result":
            outcome = (pattern.exact or "").lower()
            if outcome not in set(Outcome):
                raise self._problem(f"{value} is not a result", value, [str(word) for word in Outcome])
            return Field(name, Pattern((outcome,)))
        if name == "job" and pattern.pieces[0][:1] not in {"/", ""}:
            pattern = Pattern(("/" + pattern.pieces[0], *pattern.pieces[1:]))
        return Field(name, pattern)

    def _has_tag(self, _field: Token, value: Token) -> Expression:
        return Tagged(self._pattern(value))

    def _tag_is(self, field: Token, value: Token) -> Expression:
        return Tagged(read_pattern(field[len("tag.") : -1]), self._pattern(value))

    def _date(self, _field: Token, *rest: Token) -> Expression:
        *comparison, value = rest
        try:
            return read_date(read_text(value), "".join(comparison), self._zone, self._now)
        except ValueError as error:
            raise self._problem(str(error), value, DATES) from error

    def _duration(self, _field: Token, *rest: Token) -> Expression:
        *comparison, value = rest
        try:
            return read_duration(read_text(value), "".join(comparison))
        except ValueError as error:
            raise self._problem(str(error), value, DURATIONS) from error

    def _reason(self, _field: Token, value: Token) -> Expression:
        return Words(self._pattern(value))

    def _words(self, value: Token) -> Expression:
        if value.type == "WORD" and value in {"OR", "AND"}:
            raise self._problem(f"nothing stands before this {value}", value, ["a term"])
        found = LIKE_A_FIELD.match(value)
        if found and value.type == "WORD":
            name = found[1].lower()
            if name in ALL_FIELDS:
                raise self._problem(f"{found[0]} has no value", value, ["a value"])
            advice = nearest(found[1], ALL_FIELDS) or f"There are {', '.join(ALL_FIELDS)}."
            raise FilterError(
                f"there is no field {found[1]!r}",
                self._text,
                (value.start_pos or 0) + 1,
                [f"{field}:" for field in ALL_FIELDS],
                f"{advice[0].upper()}{advice[1:]} To look for it in failure reasons, put it in quotes.",
            )
        return Words(self._pattern(value))

    def _pattern(self, value: Token) -> Pattern:
        if value.type == "VALUE" and value[0] in "<>":
            raise self._problem(f"{value[0]} compares dates and durations only", value, ["a value"])
        return read_pattern(value)

    def _problem(self, problem: str, token: Token, expected: list[str] | None = None) -> FilterError:
        return FilterError(problem, self._text, (token.start_pos or 0) + 1, expected or ())


@lru_cache(maxsize=256)
def _parsed(text: str) -> Any:
    return _grammar().parse(text)


@cache
def _grammar() -> Lark:
    from lark import Lark

    return Lark(GRAMMAR.read_text(encoding="utf-8"), parser="lalr", lexer="contextual", maybe_placeholders=False)
