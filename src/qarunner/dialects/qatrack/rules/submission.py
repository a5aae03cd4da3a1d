"""The ``tests`` of a body: their shapes, and what stays of a session that is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from qarunner.dialects.qatrack.rules.records import Entry, ListDefinition, Problem, Submission
from qarunner.dialects.qatrack.rules.texts import (
    COMMENT_NOT_TEXT,
    NOT_AN_OBJECT,
    NOT_NULL,
    SKIPPED_NOT_BOOLEAN,
    TEST_NOT_AN_OBJECT,
    names_of,
    quoted,
    type_name,
)

FIELD = "tests"
_TRUE, _FALSE = (True, 1, "true", "True", "t", "1"), (False, 0, None, "false", "False", "f", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is known of a test of the list before its value is looked at.

    `has_value`: whether the body says what the value is, be it null; else it is the `kept` entry's, if there is one.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    skipped: bool = False
    comment: str = ""
    kept: Entry | None = None
    has_value: bool = False

    @property
    def value(self) -> Any:
        """The submitted value, as it came; null when there is none."""
        return self.data.get("value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The tests of a list by macro; `missing` those nobody said anything about, `ignored` those it does not have."""

    given: Mapping[str, Given]
    missing: tuple[str, ...]
    ignored: tuple[str, ...]


def gather(definition: ListDefinition, submission: Submission) -> Gathered | tuple[Problem, ...]:
    """Return what is known of each test, or what is wrong with the shapes of the body."""
    tests = submission.tests
    if not isinstance(tests, Mapping):
        text = NOT_NULL if tests is None else NOT_AN_OBJECT.format(type=type_name(tests))
        return (Problem(text, FIELD),)
    if problems := _shape_problems(tests):
        return problems
    previous = submission.previous or {}
    given: dict[str, Given] = {}
    for test in definition.tests:
        if test.macro in tests:
            given[test.macro] = _given(tests[test.macro], previous.get(test.macro))
        elif test.macro in previous:
            kept = previous[test.macro]
            given[test.macro] = Given(skipped=kept.skipped, comment=kept.comment, kept=kept)
    macros = [test.macro for test in definition.tests]
    missing = tuple(macro for macro in macros if macro not in given)
    return Gathered(given=given, missing=missing, ignored=tuple(_without(tests, macros)))


def _without(macros: Iterable[str], known: Iterable[str]) -> list[str]:
    all_known = set(known)
    return [macro for macro in macros if macro not in all_known]


def _given(data: Mapping[str, Any], kept: Entry | None) -> Given:
    skipped = data.get("skipped", kept.skipped if kept and "value" not in data else False) in _TRUE
    comment = data["comment"] or "" if "comment" in data else kept.comment if kept else ""
    has_value = "value" in data or "filename" in data
    if skipped and kept is not None and not kept.skipped:
        kept = None  # newly skipped: what was measured is taken back
    return Given(data=data, skipped=skipped, comment=comment, kept=None if has_value else kept, has_value=has_value)


def _shape_problems(tests: Mapping[str, Any]) -> tuple[Problem, ...]:
    no_objects = [macro for macro, data in tests.items() if not isinstance(data, Mapping)]
    if no_objects:
        return (Problem(TEST_NOT_AN_OBJECT.format(names=quoted(no_objects)), FIELD),)
    unclear = [macro for macro, data in tests.items() if not _is_flag(data.get("skipped"))]
    wordless = [macro for macro, data in tests.items() if not isinstance(data.get("comment"), str | None)]
    texts = ((SKIPPED_NOT_BOOLEAN, unclear), (COMMENT_NOT_TEXT, wordless))
    return tuple(Problem(text.format(names=names_of(macros)), FIELD) for text, macros in texts if macros)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool | int | str | None) and value in _TRUE + _FALSE
