"""What a session is as results: by tables, without a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from qarunner.dialects.qatrack.joining.records import (
    DoneSession,
    DoneTest,
    action_limits,
    name_of_list,
    results_of_session,
)
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import (
    EMPTY,
    ListedTest,
    PassFail,
    Reference,
    Tolerance,
    ToleranceKind,
    Value,
)
from qarunner.results import Outcome, Result, new_id

STARTED = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE, TWO = new_id(), new_id()
OK, WARNED, ACTION, NO_TOL, NOT_DONE = (
    PassFail.OK,
    PassFail.TOLERANCE,
    PassFail.ACTION,
    PassFail.NO_TOL,
    PassFail.NOT_DONE,
)
ABSOLUTE = Tolerance(kind=ToleranceKind.ABSOLUTE, act_low=-200.0, tol_low=-100.0, tol_high=100.0, act_high=200.0)


def done(
    macro: str,
    verdict: PassFail,
    kind: Kind = Kind.SIMPLE,
    *,
    result: str = ONE,
    number: float | None = 1.0,
    text: str = "1",
    comment: str = "",
    **more: Any,
) -> DoneTest:
    value = EMPTY if number is None else Value(number=number)
    test = ListedTest(macro=macro, kind=kind, **more)
    return DoneTest(test=test, result=result, value=value, text=text, pass_fail=verdict, comment=comment)


def results(*tests: DoneTest, comments: tuple[str, ...] = ()) -> list[Result]:
    session = DoneSession(
        number=7,
        list_name="menus",
        node="living-room",
        started=STARTED,
        completed=STARTED + timedelta(minutes=10),
        comments=comments,
        tests=tests,
    )
    return results_of_session(session)


@pytest.mark.parametrize(
    ("verdict", "comment", "outcome", "why"),
    [
        (OK, "", Outcome.PASS, ""),
        (WARNED, "", Outcome.PASS, ""),
        (NO_TOL, "", Outcome.PASS, ""),
        (ACTION, "", Outcome.FAIL, "menu is No"),
        (ACTION, "no menu at all", Outcome.FAIL, "no menu at all"),
        (NOT_DONE, "error: no power", Outcome.ERROR, "no power"),
        (NOT_DONE, "skipped: no remote", Outcome.SKIP, "no remote"),
        (NOT_DONE, "by hand tomorrow", Outcome.SKIP, "by hand tomorrow"),
        (NOT_DONE, "", Outcome.SKIP, "it has no value"),
    ],
)
def test_each_verdict_is_an_outcome_and_an_error_is_never_a_failure(
    verdict: PassFail, comment: str, outcome: Outcome, why: str
) -> None:
    number = None if verdict is NOT_DONE else 0.0
    [result] = results(done("menu", verdict, Kind.BOOLEAN, number=number, text="No", comment=comment))
    assert (result.outcome, result.testcase, result.finished) == (outcome, "menus::menu", True)
    told = result.failure.message if result.failure else result.reason
    assert told == why
    assert (result.failure is not None) == (outcome in (Outcome.FAIL, Outcome.ERROR))


def test_a_session_is_one_result_for_each_id_in_order() -> None:
    first, second = results(done("b", OK), done("a", ACTION, result=TWO), done("c", ACTION, result=""))
    assert [(one.id, one.testcase, one.outcome) for one in (first, second)] == [
        (ONE, "menus::b", Outcome.PASS),
        (TWO, "menus::a", Outcome.FAIL),
    ]
    assert {one.tags["qatrack-session"] for one in (first, second)} == {"7"}
    assert (first.node, first.started, first.duration + second.duration) == ("living-room", STARTED, 600.0)


def test_a_measurement_has_the_unit_that_its_format_shows() -> None:
    units = [
        result.measurements[0].unit
        for form in ("%.1f ms", "%.2f", "", "nonsense %")
        for result in results(done("zap", OK, number=1.0, formatting=form))
    ]
    assert units == ["ms", "", "", ""]


def test_of_a_testcase_and_its_measurements_the_testcase_decides() -> None:
    measured = done("zap", ACTION, number=1300.0, text="1300", reference=Reference(1000.0), tolerance=ABSOLUTE)
    [result] = results(measured, done("menu", OK, Kind.BOOLEAN))
    assert (result.outcome, result.testcase) == (Outcome.PASS, "menus::menu")
    [measurement] = result.measurements
    assert (measurement.name, measurement.value, measurement.low, measurement.high) == ("zap", 1300.0, 800.0, 1200.0)
    assert not measurement.within_limits


def test_a_reason_tells_how_far_off_a_value_is() -> None:
    [result] = results(done("zap", ACTION, number=1300.0, text="1300", reference=Reference(1000.0), tolerance=ABSOLUTE))
    assert result.failure is not None
    assert result.failure.message == "zap is 1300, 300 from its reference"


def test_notes_tell_what_else_was_said() -> None:
    tests = (
        done("zap", WARNED, text="1150", comment="slow today"),
        done("firmware", NO_TOL, Kind.STRING, result="", text="4.2.1"),
        done("lines", NO_TOL, Kind.CONSTANT, result="", text="1080"),
        done("sum", NO_TOL, Kind.COMPOSITE, result="", text="3"),
    )
    [result] = results(*tests, comments=("first", "second"))
    assert result.notes == (
        "zap: slow today",
        "zap is 1150: at tolerance, which is a pass with a warning",
        "first",
        "second",
        "firmware: 4.2.1",
    )


@pytest.mark.parametrize(
    ("kind", "reference", "tolerance", "limits"),
    [
        (Kind.SIMPLE, 1000.0, ABSOLUTE, (800.0, 1200.0)),
        (Kind.COMPOSITE, -1000.0, ABSOLUTE, (-1200.0, -800.0)),
        (Kind.SIMPLE, 1000.0, Tolerance(kind=ToleranceKind.ABSOLUTE, act_high=5.0), (None, 1005.0)),
        (Kind.SIMPLE, 1000.0, Tolerance(kind=ToleranceKind.ABSOLUTE, tol_high=5.0), (None, None)),
        (Kind.SIMPLE, 200.0, Tolerance(kind=ToleranceKind.PERCENT, act_low=-5.0, act_high=10.0), (190.0, 220.0)),
        (Kind.SIMPLE, -200.0, Tolerance(kind=ToleranceKind.PERCENT, act_low=-5.0, act_high=10.0), (-220.0, -190.0)),
        (Kind.SIMPLE, 0.0, Tolerance(kind=ToleranceKind.PERCENT, act_low=-5.0, act_high=10.0), (None, None)),
        (Kind.WRAPAROUND, 180.0, Tolerance(kind=ToleranceKind.ABSOLUTE, act_low=-5.0, act_high=5.0), (175.0, 185.0)),
        (Kind.WRAPAROUND, 1.0, Tolerance(kind=ToleranceKind.ABSOLUTE, act_low=-5.0, act_high=5.0), (None, None)),
        (Kind.BOOLEAN, 1.0, ABSOLUTE, (None, None)),
        (Kind.SIMPLE, None, ABSOLUTE, (None, None)),
        (Kind.SIMPLE, 1.0, None, (None, None)),
    ],
)
def test_limits_of_a_measurement_are_those_of_action(
    kind: Kind, reference: float | None, tolerance: Tolerance | None, limits: tuple[float | None, float | None]
) -> None:
    held = None if reference is None else Reference(reference)
    test = ListedTest(macro="x", kind=kind, reference=held, tolerance=tolerance, wrap_low=0.0, wrap_high=360.0)
    assert action_limits(test) == pytest.approx(limits)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tests/menu.py", "tests/menu.py"),
        ("features/live.feature", "features/live.feature"),
        ("Daily menu.py", "the-slug"),
        ("Menus", "the-slug"),
        ("a::b.py", "the-slug"),
        ("../menu.py", "the-slug"),
    ],
)
def test_a_list_that_is_called_after_a_file_has_the_histories_of_its_testcases(name: str, expected: str) -> None:
    assert name_of_list(name, "the-slug") == expected
