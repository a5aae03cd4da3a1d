"""What the rules are given and what they give back: plain frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.rules.kinds import Kind

NO_FIELD = "non_field_errors"
"""Where the API puts problems that belong to no single field."""


class PassFail(StrEnum):
    """The verdict on a value, by its code in the API; `label` is what people read."""

    NOT_DONE = "not_done"
    OK = "ok"
    TOLERANCE = "tolerance"
    ACTION = "action"
    NO_TOL = "no_tol"

    @property
    def label(self) -> str:
        """Return the text beside the code, such as ``No Tol Set``."""
        return _LABELS[self]

    @property
    def pair(self) -> tuple[str, str]:
        """Return what `pass_fail` is in the answer to a POST or PATCH."""
        return self.value, self.label


_LABELS = {
    PassFail.NOT_DONE: "Not Done",
    PassFail.OK: "OK",
    PassFail.TOLERANCE: "Tolerance",
    PassFail.ACTION: "Action",
    PassFail.NO_TOL: "No Tol Set",
}


class ToleranceKind(StrEnum):
    """What the levels of a tolerance are measured in."""

    ABSOLUTE = "absolute"
    PERCENT = "percent"
    CHOICES = "multchoice"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Reference:
    """The value a device should have. `yes_no`: 1 and 0 are read as Yes and No."""

    value: float
    yes_no: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far from the reference a value may be. A level that is None is no limit.

    `warning_only`: a boolean that differs is at tolerance, not at action.
    """

    kind: ToleranceKind
    act_low: float | None = None
    tol_low: float | None = None
    tol_high: float | None = None
    act_high: float | None = None
    pass_choices: tuple[str, ...] = ()
    tolerance_choices: tuple[str, ...] = ()
    warning_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTest:
    """A test as a member of a list, with the limits that one unit has for it.

    `macro`: its name in submissions and procedures (the API's slug). `flag_when`: the boolean value that flags the
    session. `formatting`: of numbers, such as ``%.2F``.
    """

    macro: str
    kind: Kind
    reference: Reference | None = None
    tolerance: Tolerance | None = None
    choices: tuple[str, ...] = ()
    constant: float | None = None
    wrap_low: float | None = None
    wrap_high: float | None = None
    procedure: str = ""
    formatting: str = ""
    flag_when: bool | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ListDefinition:
    """The tests of a list in their order, those of sublists in their places."""

    tests: tuple[ListedTest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file somebody sent. `filename` is a base name."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a test instance holds: at most one of them is set, by the test's type.

    `text` of an upload is the store's own (an attachment's id). `number` of a boolean is 1 for yes.
    """

    number: float | None = None
    text: str | None = ""
    date: date | None = None
    datetime: datetime | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is set."""
        return self.number is None and not self.text and self.date is None and self.datetime is None


EMPTY = Value()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is stored of a test in a session that is about to be changed."""

    value: Value = EMPTY
    skipped: bool = False
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What somebody sent to complete a list, or to change a session.

    `tests`: as it came in JSON. `previous`: the stored entries by macro when a session is changed, else None.
    `zone`: the server's. `meta`: what procedures may look up in ``META``.
    """

    tests: Any
    in_progress: bool = False
    previous: Mapping[str, Entry] | None = None
    zone: tzinfo
    meta: Mapping[str, str | float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedTest:
    """A test of a completed list. `value_display` of an upload is the store's part: `displays.upload_display`.

    `upload`: the file to be stored; None also when an earlier one is kept. `not_calculated`: why a composite has no
    value of the server's own; empty when it has.
    """

    test: ListedTest
    value: Value
    skipped: bool
    comment: str
    pass_fail: PassFail
    value_display: str
    diff_display: str
    upload: Upload | None = None
    not_calculated: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a client must mend. `where`: the field of the body it is about."""

    text: str
    where: str = NO_FIELD


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A list that can be stored, its tests in order.

    `ignored`: macros that the list does not have. `notices`: what was accepted but lost, for a ``Warning`` header.
    """

    tests: tuple[EvaluatedTest, ...]
    flagged: bool
    ignored: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A list that cannot be stored; the first problem is the one to mend first."""

    problems: tuple[Problem, ...]
    ignored: tuple[str, ...] = ()

    def body(self) -> dict[str, list[str]]:
        """Return the body of the 400.

        Each problem is a string of its own: the pump of QATrack+ takes what follows a string's last colon for names.
        """
        return error_body(self.problems)


def error_body(problems: tuple[Problem, ...]) -> dict[str, list[str]]:
    """Return the problems by field, in their order."""
    fields: dict[str, list[str]] = {}
    for problem in problems:
        fields.setdefault(problem.where, []).append(problem.text)
    return fields
