"""What each test that people submit is worth, and what is wrong with it: everything of a list but its composites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.rules.kinds import AUTOMATIC, COMPOSITES, Kind
from qarunner.dialects.qatrack.rules.records import EMPTY, ListedTest, Problem, Submission, Upload, Value
from qarunner.dialects.qatrack.rules.texts import WRONG_CONSTANT
from qarunner.dialects.qatrack.rules.uploads import read_upload
from qarunner.dialects.qatrack.rules.values import Lost, WrongType, read_value

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.rules.procedures.limits import Item
    from qarunner.dialects.qatrack.rules.submission import Given


@dataclass(frozen=True, slots=True)
class Held:
    """A value to be stored, and as procedures see it: as it was sent, so that an integer stays one."""

    value: Value = EMPTY
    seen: Item = None
    upload: Upload | None = None


@dataclass(slots=True)
class Findings:
    """What came up while tests were read, by macro where sentences list macros."""

    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    calculated: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_test(test: ListedTest, given: Given | None, submission: Submission, findings: Findings) -> Held:
    """Return what a test holds, of a composite what was submitted for it; what is wrong goes into the findings."""
    if test.kind is Kind.CONSTANT:
        return _constant(test, given, findings)
    if given is None:
        if test.kind not in AUTOMATIC and not submission.in_progress:
            findings.missing.append(test.macro)
        return Held()
    if given.kept is not None and (not given.kept.value.empty or test.kind in COMPOSITES):
        return Held(given.kept.value, _seen(given.kept.value))
    if test.kind in COMPOSITES:
        return Held(seen=_item(given.value))
    if test.kind is Kind.UPLOAD:
        return _upload(test, given, submission, findings)
    return _value(test, given, submission, findings)


def _constant(test: ListedTest, given: Given | None, findings: Findings) -> Held:
    if given is not None and given.value not in (None, "", test.constant):
        findings.problems.append(Problem(WRONG_CONSTANT.format(name=test.macro)))
    return Held(Value(number=test.constant), test.constant)


def _upload(test: ListedTest, given: Given, submission: Submission, findings: Findings) -> Held:
    absent = given.value is None and "filename" not in given.data
    if absent and (given.skipped or submission.in_progress):
        return Held()
    if given.kept is not None:
        findings.missing.append(test.macro)
        return Held()
    file = read_upload(test.macro, given.data)
    if isinstance(file, Problem):
        findings.problems.append(file)
        return Held()
    return Held(upload=file)


def _value(test: ListedTest, given: Given, submission: Submission, findings: Findings) -> Held:
    in_progress, zone = submission.in_progress, submission.zone
    # A text without a value is an empty one; of anything else, no value and null are the same.
    sent = given.data.get("value", "" if test.kind in _EMPTY_TEXT and given.kept is None else None)
    value = read_value(test, sent, skipped=given.skipped, in_progress=in_progress, zone=zone)
    if isinstance(value, WrongType):
        (findings.missing if given.kept is not None else findings.wrong).append(test.macro)
        return Held()
    if isinstance(value, Lost):
        findings.lost.append(test.macro)
        return Held()
    if given.kept is not None:
        return Held(given.kept.value)
    return Held(value, _seen(value) if test.kind not in _AS_SENT else _item(sent))


_EMPTY_TEXT = frozenset({Kind.STRING, Kind.MULTIPLE_CHOICE})
_AS_SENT = frozenset({Kind.BOOLEAN, Kind.SIMPLE, Kind.WRAPAROUND, Kind.STRING, Kind.MULTIPLE_CHOICE})


def _seen(value: Value) -> Item:
    for part in (value.number, value.date, value.datetime):
        if part is not None:
            return part
    return value.text or None


def _item(sent: object) -> Item:
    return sent if isinstance(sent, bool | int | float | str) else None
