"""A submitted list as it will be stored, or everything that is wrong with it: all rules together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.rules.calculation import Calculated, Failed, NotCalculated, Outcome, calculate
from qarunner.dialects.qatrack.rules.displays import diff_display, value_display
from qarunner.dialects.qatrack.rules.flags import flagged
from qarunner.dialects.qatrack.rules.kinds import COMPOSITES, Kind
from qarunner.dialects.qatrack.rules.records import (
    EMPTY,
    EvaluatedTest,
    Evaluation,
    ListDefinition,
    ListedTest,
    PassFail,
    Problem,
    Refusal,
    Submission,
    Value,
)
from qarunner.dialects.qatrack.rules.submission import Gathered, Given, gather
from qarunner.dialects.qatrack.rules.submitted_values import Findings, Held, read_test
from qarunner.dialects.qatrack.rules.texts import CALCULATED, MISSING_DATA, PROCEDURE_FAILED, WRONG_TYPE, names_of
from qarunner.dialects.qatrack.rules.values import as_number
from qarunner.dialects.qatrack.rules.verdicts import pass_fail

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.rules.procedures.limits import Item

NO_PROCEDURE = "there is no procedure for files here"
_NOTHING = Given()


def evaluate(definition: ListDefinition, submission: Submission) -> Evaluation | Refusal:
    """Return every test of a list with value, verdict and displays, or the problems, the first to be mended first.

    Missing tests come before all else, and nothing is calculated without them. When a session is changed
    (`submission.previous`), tests that are not in the body keep what they have, and composites are calculated again.
    """
    gathered = gather(definition, submission)
    if not isinstance(gathered, Gathered):
        return Refusal(problems=gathered)
    findings = Findings()
    held = {
        test.macro: read_test(test, gathered.given.get(test.macro), submission, findings) for test in definition.tests
    }
    reasons: dict[str, str] = {}
    if not findings.missing:
        seen = {macro: what.seen for macro, what in held.items()}
        outcomes = calculate(definition, seen, uncalculated=_files(definition), meta=submission.meta)
        for test in definition.tests:
            if test.kind in COMPOSITES:
                composite = _Composite(test, gathered.given.get(test.macro, _NOTHING), submission.in_progress)
                held[test.macro] = composite.held(outcomes[test.macro], held[test.macro], findings, reasons)
    if problems := _problems(definition, findings):
        return Refusal(problems=problems, ignored=gathered.ignored)
    tests = tuple(_evaluated(test, held[test.macro], gathered, submission, reasons) for test in definition.tests)
    notices = tuple(f"The value of {macro} is no date in a known format and was not kept" for macro in findings.lost)
    return Evaluation(tests=tests, flagged=flagged(tests), ignored=gathered.ignored, notices=notices)


def _files(definition: ListDefinition) -> dict[str, str]:
    trivial = ("", "none")
    uploads = (test for test in definition.tests if test.kind is Kind.UPLOAD)
    return {
        test.macro: NO_PROCEDURE
        for test in uploads
        if test.procedure.replace(test.macro, "", 1).strip(" =\r\n").lower() not in trivial
    }


@dataclass(frozen=True, slots=True)
class _Composite:
    """A composite of a submission, about to become a value."""

    test: ListedTest
    given: Given
    in_progress: bool

    def held(self, outcome: Outcome, sent: Held, findings: Findings, reasons: dict[str, str]) -> Held:
        if isinstance(outcome, NotCalculated):
            reasons[self.test.macro] = outcome.reason
            return sent if not sent.value.empty else Held(self._value(sent.seen, findings, optional=True), sent.seen)
        if isinstance(outcome, Failed):
            if not self.given.skipped:
                findings.problems.append(Problem(outcome.text))
            return Held()
        return self._calculated(outcome, findings)

    def _calculated(self, outcome: Calculated, findings: Findings) -> Held:
        result, provided = outcome.value, self.given.value
        if provided not in (None, "") and provided not in (result, str(result)):
            findings.calculated.append(self.test.macro)
            return Held()
        return Held(self._value(result, findings, optional=self.given.skipped or self.in_progress), result)

    def _value(self, result: Item, findings: Findings, *, optional: bool) -> Value:
        if self.test.kind is Kind.STRING_COMPOSITE:
            if result is None and not optional and self.test.tolerance is not None:
                findings.wrong.append(self.test.macro)
            return Value(text=None if result is None else str(result))
        if result is None and optional:
            return EMPTY
        number = as_number(result)
        if number is not None:
            return Value(number=number)
        if isinstance(result, float | int):
            reason = f"{self.test.macro} has a result of '{result}'"
            findings.problems.append(Problem(PROCEDURE_FAILED.format(name=self.test.macro, reason=reason)))
        else:
            findings.wrong.append(self.test.macro)
        return EMPTY


def _problems(definition: ListDefinition, findings: Findings) -> tuple[Problem, ...]:
    order = {test.macro: place for place, test in enumerate(definition.tests)}

    def told(text: str, macros: Iterable[str]) -> list[Problem]:
        names = sorted(macros, key=order.__getitem__)
        return [Problem(text.format(names=names_of(names), first=names[0]))] if names else []

    return (
        *told(MISSING_DATA, findings.missing),
        *told(WRONG_TYPE, findings.wrong),
        *told(CALCULATED, findings.calculated),
        *findings.problems,
    )


def _evaluated(
    test: ListedTest, held: Held, gathered: Gathered, submission: Submission, reasons: Mapping[str, str]
) -> EvaluatedTest:
    given = gathered.given.get(test.macro, _NOTHING)
    skipped, value, reason = given.skipped, held.value, reasons.get(test.macro, "")
    verdict = pass_fail(test, value, skipped=skipped, in_progress=submission.in_progress)
    return EvaluatedTest(
        test=test,
        value=value,
        skipped=skipped,
        comment=given.comment,
        # Nobody calculated it, so nobody can say how it is, not even that it has no limits.
        pass_fail=PassFail.NOT_DONE if reason and value.empty else verdict,
        value_display=value_display(test, value, skipped=skipped, zone=submission.zone),
        diff_display=diff_display(test, value),
        upload=held.upload,
        not_calculated=reason,
    )
