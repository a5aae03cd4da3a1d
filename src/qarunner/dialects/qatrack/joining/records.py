"""Turns a session into results. An error is never shown as a failure of the device."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.joining import SESSION_TAG
from qarunner.dialects.qatrack.rules.displays import diff_display
from qarunner.dialects.qatrack.rules.formatting import suffix_of
from qarunner.dialects.qatrack.rules.kinds import NUMBERS, Kind
from qarunner.dialects.qatrack.rules.outcomes import AS_BOOLEAN, outcome_of, outcome_of_list
from qarunner.dialects.qatrack.rules.records import ListedTest, PassFail, ToleranceKind, Value
from qarunner.dialects.qatrack.sessions.naming import INFORMATION
from qarunner.results import Failure, Measurement, Outcome, Phase, Result

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.rules.records import Tolerance

NO_VALUE = "it has no value"
WARNING = "at tolerance, which is a pass with a warning"
_FILE = re.compile(r"(?!.*\.\.)\w[\w./-]*\.(py|feature)")
SAID = INFORMATION - {Kind.CONSTANT}
"""Types of tests that say something of the others' results, such as a firmware's version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneTest:
    """A test of a completed session.

    `result`: id of the result that it stands for; empty for none. `text`: its value as people read it.
    """

    test: ListedTest
    result: str
    value: Value
    text: str
    pass_fail: PassFail
    comment: str

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        return outcome_of(self.pass_fail, self.comment)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneSession:
    """A completed session, its tests in order. `list_name`: what testcases of its list begin with."""

    number: int
    list_name: str
    node: str
    started: datetime
    completed: datetime
    comments: tuple[str, ...]
    tests: tuple[DoneTest, ...]


def name_of_list(name: str, slug: str) -> str:
    """Return what testcases of a list begin with.

    A list that is called after a file of testcases, as `qarunner qatrack plan` proposes it, has their histories.
    """
    return name if _FILE.fullmatch(name) else slug


def results_of_session(session: DoneSession) -> list[Result]:
    """Return the results that a session stands for; the time it took is shared among them."""
    groups: dict[str, list[DoneTest]] = defaultdict(list)
    for test in session.tests:
        if test.result:
            groups[test.result].append(test)
    said = [f"{test.test.macro}: {test.text}" for test in session.tests if _informs(test)]
    return [_result(session, group, said, len(groups)) for group in groups.values()]


def _informs(test: DoneTest) -> bool:
    return not test.result and test.test.kind in SAID and not test.value.empty


def _result(session: DoneSession, group: Sequence[DoneTest], said: Sequence[str], count: int) -> Result:
    deciding = [test for test in group if test.test.kind is Kind.BOOLEAN] or list(group)
    outcome = outcome_of_list(test.outcome for test in deciding)
    worst = next(test for test in deciding if test.outcome is outcome)
    why = _reason(worst)
    failed = outcome in (Outcome.FAIL, Outcome.ERROR)
    return Result(
        id=group[0].result,
        run_id="",
        testcase=f"{session.list_name}::{deciding[0].test.macro}",
        folder="",
        node=session.node,
        finished=True,
        outcome=outcome,
        failures=(Failure(outcome=outcome, phase=Phase.CALL, message=why),) if failed else (),
        reason=why if outcome is Outcome.SKIP else "",
        started=session.started,
        duration=(session.completed - session.started).total_seconds() / count,
        measurements=tuple(_measurement(test) for test in group if _is_measured(test)),
        tags={SESSION_TAG: str(session.number)},
        notes=(*_notes(group, worst if failed or outcome is Outcome.SKIP else None), *session.comments, *said),
    )


def _reason(test: DoneTest) -> str:
    """Return why it ended as it did: what somebody wrote, else what was measured."""
    comment = test.comment
    if test.outcome in (Outcome.ERROR, Outcome.SKIP):
        return comment.removeprefix(AS_BOOLEAN[test.outcome].comment) or NO_VALUE
    difference = diff_display(test.test, test.value)
    measured = f"{test.test.macro} is {test.text}" + (f", {difference} from its reference" if difference else "")
    return comment or measured


def _notes(group: Sequence[DoneTest], told: DoneTest | None) -> list[str]:
    """Return what a reader must know of the tests, besides the reason. :param told: the test that the reason is of."""
    notes = [f"{test.test.macro}: {test.comment}" for test in group if test.comment and test is not told]
    warned = (test for test in group if test.pass_fail is PassFail.TOLERANCE)
    return [*notes, *(f"{test.test.macro} is {test.text}: {WARNING}" for test in warned)]


def _is_measured(test: DoneTest) -> bool:
    return test.test.kind in NUMBERS and test.value.number is not None and test.pass_fail is not PassFail.NOT_DONE


def _measurement(test: DoneTest) -> Measurement:
    number = test.value.number
    assert number is not None, "only measured ones come here"
    low, high = action_limits(test.test)
    unit = suffix_of(test.test.formatting)
    return Measurement(name=test.test.macro, value=number, unit=unit, low=low, high=high)


def action_limits(test: ListedTest) -> tuple[float | None, float | None]:
    """Return the least and the greatest value that is no failure; None where there is no such limit.

    An angle whose limits lie on both sides of where it begins anew has none that two numbers could say.
    """
    reference, tolerance = test.reference, test.tolerance
    if reference is None or tolerance is None or test.kind not in NUMBERS:
        return None, None
    if test.kind is Kind.WRAPAROUND:
        return _limits_on_circle(test, reference.value, tolerance)
    if tolerance.kind is ToleranceKind.ABSOLUTE:
        return _moved(reference.value, tolerance.act_low), _moved(reference.value, tolerance.act_high)
    if tolerance.kind is not ToleranceKind.PERCENT or reference.value == 0:
        return None, None
    low, high = (
        None if level is None else reference.value * (1 + level / 100)
        for level in (tolerance.act_low, tolerance.act_high)
    )
    # A percentage of a negative number points the other way.
    return (low, high) if reference.value > 0 else (high, low)


def _limits_on_circle(test: ListedTest, reference: float, tolerance: Tolerance) -> tuple[float | None, float | None]:
    low, high = _moved(reference, tolerance.act_low), _moved(reference, tolerance.act_high)
    if low is None or high is None or test.wrap_low is None or test.wrap_high is None:
        return None, None
    return (low, high) if test.wrap_low <= low and high <= test.wrap_high else (None, None)


def _moved(reference: float, level: float | None) -> float | None:
    return None if level is None else reference + level
