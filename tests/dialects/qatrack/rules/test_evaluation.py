"""A submitted list, all rules together: the rows of the API as they were observed."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qarunner.dialects.qatrack.rules.evaluation import evaluate
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import (
    Entry,
    Evaluation,
    ListDefinition,
    ListedTest,
    Reference,
    Refusal,
    Submission,
    Tolerance,
    ToleranceKind,
    Upload,
    Value,
)

TORONTO = ZoneInfo("America/Toronto")
LIMITS: dict[str, Any] = {
    "reference": Reference(3),
    "tolerance": Tolerance(kind=ToleranceKind.ABSOLUTE, act_low=-2, tol_low=-1, tol_high=1, act_high=2),
}
CHOICES = Tolerance(kind=ToleranceKind.CHOICES, pass_choices=("good",), tolerance_choices=("fair",))
SUM = (
    ListedTest(macro="number_1", kind=Kind.SIMPLE),
    ListedTest(macro="number_2", kind=Kind.SIMPLE),
    ListedTest(macro="sum_of_two", kind=Kind.COMPOSITE, procedure="sum_of_two = number_1 + number_2", **LIMITS),
)
ONE, TWO = {"value": 1, "comment": "hello number 1"}, {"value": 2, "skipped": False}


def submitted(members, tests, **how):
    return evaluate(ListDefinition(tuple(members)), Submission(tests=tests, zone=TORONTO, **how))


def accepted(members, tests, **how):
    found = submitted(members, tests, **how)
    assert isinstance(found, Evaluation), found
    return {entry.test.macro: entry for entry in found.tests}


def refused(members, tests, **how):
    found = submitted(members, tests, **how)
    assert isinstance(found, Refusal), found
    return found.body()


def verdicts(tests):
    return [entry.pass_fail.value for entry in tests.values()]


def a_test(kind, **fields):
    return ListedTest(macro="x", kind=kind, **fields)


def test_the_example_of_the_manual():
    tests = accepted(SUM, {"number_1": ONE, "number_2": TWO})
    assert list(tests) == ["number_1", "number_2", "sum_of_two"]
    first, _, total = tests.values()
    assert (first.value, first.value_display, first.comment) == (Value(number=1.0), "1", "hello number 1")
    assert first.pass_fail.pair == ("no_tol", "No Tol Set")
    assert first.diff_display == ""
    assert (total.value, total.value_display, total.diff_display) == (Value(number=3.0), "3", "0")
    assert total.pass_fail.pair == ("ok", "OK")


WRONG_TYPES = (
    "Wrong value type (number/string) for tests: {}\n"
    "If these are composite tests with missing dependencies, they should be marked as skipped in your request "
    "(e.g. {{'tests': {{'{}': {{'skipped': True}}}}}})"
)


@pytest.mark.parametrize(
    ("tests", "texts"),
    [
        ({"number_1": ONE}, ["Missing data for tests: number_2"]),
        ({}, ["Missing data for tests: number_1, number_2"]),
        (
            {"number_2": {"value": "two"}},
            ["Missing data for tests: number_1", WRONG_TYPES.format("number_2", "number_2")],
        ),
        ({"number_1": {}, "number_2": TWO}, [WRONG_TYPES.format("number_1, sum_of_two", "number_1")]),
        ({"number_1": {"value": None}, "number_2": TWO}, [WRONG_TYPES.format("number_1, sum_of_two", "number_1")]),
        ({"number_1": {"value": "1"}, "number_2": TWO}, [WRONG_TYPES.format("number_1, sum_of_two", "number_1")]),
        ({"number_1": {"skipped": True}, "number_2": TWO}, [WRONG_TYPES.format("sum_of_two", "sum_of_two")]),
        (
            {"number_1": ONE, "number_2": TWO, "sum_of_two": {"value": 4}},
            [
                "The following tests are calculated automatically and should not have values provided: sum_of_two",
            ],
        ),
    ],
)
def test_refused_lists(tests, texts):
    assert refused(SUM, tests) == {"non_field_errors": texts}


@pytest.mark.parametrize("value", [3, 3.0, None, ""])
def test_the_right_value_of_a_composite_may_be_sent(value):
    tests = accepted(SUM, {"number_1": ONE, "number_2": TWO, "sum_of_two": {"value": value, "comment": "mine"}})
    assert tests["sum_of_two"].value == Value(number=3.0)
    assert tests["sum_of_two"].comment == "mine"


def test_true_is_a_number():
    assert accepted(SUM, {"number_1": {"value": True}, "number_2": TWO})["sum_of_two"].value.number == 3.0


def test_all_skipped_is_not_done():
    skipped = {"skipped": True}
    tests = accepted(SUM, {"number_1": skipped, "number_2": skipped, "sum_of_two": skipped})
    assert [entry.pass_fail for entry in tests.values()] == ["not_done"] * 3
    assert [entry.value_display for entry in tests.values()] == ["Skipped"] * 3


def test_a_skipped_test_keeps_its_value_and_it_counts_for_composites():
    tests = accepted(SUM, {"number_1": {"value": 1, "skipped": True}, "number_2": TWO})
    assert tests["number_1"].value == Value(number=1.0)
    assert (tests["number_1"].pass_fail, tests["number_1"].value_display) == ("not_done", "Skipped")
    assert tests["sum_of_two"].value == Value(number=3.0)


@pytest.mark.parametrize("tests", [{}, {"number_1": ONE}, {"number_1": {"value": None}, "number_2": TWO}])
def test_values_may_be_missing_while_in_progress(tests):
    found = accepted(SUM, tests, in_progress=True)
    assert verdicts(found)[-1] == "not_done"
    assert found["sum_of_two"].value_display == "Not Done"
    assert {entry.pass_fail for entry in found.values() if entry.value.empty} == {"not_done"}


def test_unknown_macros_are_told_back_with_either_answer():
    unknown = {"numbre_1": {"value": 1}}
    assert submitted(SUM, {**unknown, "number_1": ONE, "number_2": TWO}).ignored == ("numbre_1",)
    assert submitted(SUM, unknown).ignored == ("numbre_1",)


@pytest.mark.parametrize(
    ("test", "sent", "verdict"),
    [
        (a_test(Kind.BOOLEAN), {"value": False}, "no_tol"),
        (a_test(Kind.BOOLEAN), {"value": None}, "no_tol"),
        (a_test(Kind.BOOLEAN, reference=Reference(1)), {"value": False}, "action"),
        (a_test(Kind.BOOLEAN, reference=Reference(1)), {"value": 7}, "action"),
        (a_test(Kind.STRING), {"value": 5}, "no_tol"),
        (a_test(Kind.STRING), {}, "no_tol"),
        (a_test(Kind.STRING, tolerance=CHOICES), {}, "action"),
        (a_test(Kind.MULTIPLE_CHOICE, tolerance=CHOICES), {"value": "GOOD"}, "ok"),
        (a_test(Kind.MULTIPLE_CHOICE, tolerance=CHOICES), {"value": "other"}, "action"),
        (a_test(Kind.MULTIPLE_CHOICE), {"value": "other"}, "no_tol"),
        (a_test(Kind.DATE), {"value": "2018-07-06"}, "no_tol"),
        (a_test(Kind.CONSTANT, constant=3.0), {}, "no_tol"),
        (a_test(Kind.CONSTANT, constant=3.0), {"value": 3}, "no_tol"),
        (a_test(Kind.STRING_COMPOSITE, procedure="x = 'good'", tolerance=CHOICES), {}, "ok"),
    ],
)
def test_other_types(test, sent, verdict):
    assert accepted([test], {"x": sent})["x"].pass_fail == verdict


@pytest.mark.parametrize(
    ("test", "sent", "text"),
    [
        (a_test(Kind.BOOLEAN, reference=Reference(1)), {"value": None}, "Wrong value type"),
        (a_test(Kind.BOOLEAN, reference=Reference(1)), {"value": "yes"}, "Wrong value type"),
        (a_test(Kind.BOOLEAN), {"value": "yes"}, "Wrong value type"),
        (a_test(Kind.MULTIPLE_CHOICE, tolerance=CHOICES), {"value": 5}, "Wrong value type"),
        (a_test(Kind.CONSTANT, constant=3.0), {"value": 4}, "Incorrect constant value passed for x"),
        (a_test(Kind.COMPOSITE, procedure="x = 1 / 0"), {}, "Error with x test: Invalid Test Procedure: division by"),
        (a_test(Kind.COMPOSITE, procedure="x = math.inf"), {}, "Error with x test: Invalid Test Procedure: x has a"),
        (a_test(Kind.COMPOSITE, procedure="x = 'words'"), {}, "Wrong value type"),
        (a_test(Kind.UPLOAD), {}, "x is missing the filename field"),
        (a_test(Kind.UPLOAD), {"filename": "a", "value": "?"}, "base64 encoding requested but"),
        (a_test(Kind.UPLOAD), {"filename": "a"}, "x is missing the value field"),
    ],
)
def test_where_the_original_refuses_or_crashes_a_reason_is_given(test, sent, text):
    (told,) = refused([test], {"x": sent})["non_field_errors"]
    assert told.startswith(text)


def test_constants_need_not_be_sent():
    double = ListedTest(macro="y", kind=Kind.COMPOSITE, procedure="y = x * 2")
    tests = accepted([a_test(Kind.CONSTANT, constant=3.0), double], {})
    assert (tests["x"].value.number, tests["y"].value.number) == (3.0, 6.0)


def test_a_skipped_composite_that_fails_is_skipped():
    failing = a_test(Kind.COMPOSITE, procedure="x = 1 / 0")
    assert verdicts(accepted([failing], {"x": {"skipped": True}})) == ["not_done"]


def test_text_composites_see_numbers_as_they_were_sent():
    label = ListedTest(macro="y", kind=Kind.STRING_COMPOSITE, procedure="y = f'{x} mm'")
    assert accepted([a_test(Kind.SIMPLE), label], {"x": {"value": 5}})["y"].value.text == "5 mm"


RICH = ListedTest(macro="y", kind=Kind.COMPOSITE, procedure="y = scipy.stats.norm.cdf(x)", **LIMITS)
LATER = ListedTest(macro="z", kind=Kind.COMPOSITE, procedure="z = y + 1", **LIMITS)


def test_what_cannot_be_calculated_here_is_not_done_and_says_why():
    tests = accepted([a_test(Kind.SIMPLE), RICH, LATER], {"x": {"value": 5}})
    assert verdicts(tests) == ["no_tol", "not_done", "not_done"]
    assert "scipy.stats.norm.cdf() is not known" in tests["y"].not_calculated
    assert tests["z"].not_calculated.startswith("it depends on y")


def test_its_value_is_taken_from_a_client_that_has_one():
    tests = accepted([a_test(Kind.SIMPLE), RICH, LATER], {"x": {"value": 5}, "y": {"value": 6}})
    assert (tests["y"].value.number, tests["y"].pass_fail) == (6.0, "action")
    assert (tests["z"].value.number, tests["z"].not_calculated) == (7.0, "")
    assert refused([RICH], {"y": {"value": "six"}})["non_field_errors"][0].startswith("Wrong value type")


def test_a_date_that_cannot_be_read_is_told_as_lost():
    found = submitted([a_test(Kind.DATE)], {"x": {"value": "yesterday"}})
    assert isinstance(found, Evaluation)
    assert found.tests[0].value.empty
    assert found.notices == ("The value of x is no date in a known format and was not kept",)


def test_dates_are_read_in_the_servers_zone_and_shown_in_it():
    tests = accepted([a_test(Kind.DATETIME)], {"x": {"value": "2018-07-06 10:00"}})
    assert tests["x"].value.datetime == datetime(2018, 7, 6, 14, tzinfo=UTC)
    assert tests["x"].value_display == "06 Jul 2018 10:00"


def test_uploads():
    file = {"filename": "dir/a.txt", "value": "hello", "encoding": "text"}
    tests = accepted([a_test(Kind.UPLOAD)], {"x": file})
    assert tests["x"].upload == Upload(filename="a.txt", content=b"hello")
    assert accepted([a_test(Kind.UPLOAD)], {"x": {"skipped": True}})["x"].value_display == "Skipped"
    assert verdicts(accepted([a_test(Kind.UPLOAD)], {}, in_progress=True)) == ["not_done"]
    assert refused([a_test(Kind.UPLOAD)], {}) == {"non_field_errors": ["Missing data for tests: x"]}


@pytest.mark.parametrize(("procedure", "known"), [("", True), ("x = None", True), ("x = FILE.read()", False)])
def test_what_depends_on_the_analysis_of_a_file_is_not_calculated(procedure, known):
    after = ListedTest(macro="y", kind=Kind.COMPOSITE, procedure="y = 1 if x is None else 2")
    file = {"filename": "a.txt", "value": "hello", "encoding": "text"}
    tests = accepted([a_test(Kind.UPLOAD, procedure=procedure), after], {"x": file})
    assert (tests["y"].value.number, bool(tests["y"].not_calculated)) == ((1.0, False) if known else (None, True))


def test_flags():
    raising = a_test(Kind.BOOLEAN, flag_when=False)
    for value, raised in ((False, True), (True, False)):
        found = submitted([raising], {"x": {"value": value}})
        assert isinstance(found, Evaluation)
        assert found.flagged is raised


STORED = {
    "number_1": Entry(value=Value(number=1.0), comment="first"),
    "number_2": Entry(value=Value(number=2.0)),
    "sum_of_two": Entry(value=Value(number=3.0), comment="total"),
}


def test_a_change_of_one_value_leaves_the_others_and_calculates_again():
    tests = accepted(SUM, {"number_2": {"value": 3}}, previous=STORED)
    assert [entry.value.number for entry in tests.values()] == [1.0, 3.0, 4.0]
    assert [entry.comment for entry in tests.values()] == ["first", "", "total"]
    assert verdicts(tests)[-1] == "ok"


def test_a_change_of_nothing_leaves_everything():
    tests = accepted(SUM, {}, previous=STORED)
    assert {macro: entry.value for macro, entry in tests.items()} == {macro: old.value for macro, old in STORED.items()}


def test_a_test_can_be_skipped_later_and_taken_up_again():
    skipping = {"number_1": {"skipped": True}, "sum_of_two": {"skipped": True}}
    tests = accepted(SUM, skipping, previous=STORED)
    assert tests["number_1"].value.empty
    assert (tests["number_1"].skipped, tests["number_1"].comment) == (True, "first")
    stored = {macro: Entry(value=entry.value, skipped=entry.skipped) for macro, entry in tests.items()}
    tests = accepted(SUM, {"number_1": {"value": 5}, "sum_of_two": {"skipped": False}}, previous=stored)
    assert [entry.value.number for entry in tests.values()] == [5.0, 2.0, 7.0]
    assert verdicts(tests)[-1] == "action"


def test_what_is_still_missing_when_a_session_is_completed_is_told_by_name():
    stored = {**STORED, "number_1": Entry(), "sum_of_two": Entry()}
    assert refused(SUM, {}, previous=stored) == {"non_field_errors": ["Missing data for tests: number_1"]}
    assert verdicts(accepted(SUM, {}, previous=stored, in_progress=True))[-1] == "not_done"
    assert verdicts(accepted(SUM, {"number_1": {"value": 1}}, previous=stored))[-1] == "ok"


def test_a_stored_file_stays_until_another_comes():
    stored = {"x": Entry(value=Value(text="17"))}
    kept = accepted([a_test(Kind.UPLOAD)], {"x": {"comment": "new"}}, previous=stored)["x"]
    assert (kept.value.text, kept.upload, kept.comment) == ("17", None, "new")
    file = {"filename": "b.txt", "value": "new", "encoding": "text"}
    assert accepted([a_test(Kind.UPLOAD)], {"x": file}, previous=stored)["x"].upload is not None
    assert refused([a_test(Kind.UPLOAD)], {}, previous={"x": Entry()}) == {
        "non_field_errors": ["Missing data for tests: x"]
    }


KEYS = ["value", "skipped", "comment", "filename", "encoding", "other"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
EVERY_LIMIT: list[dict[str, Any]] = [{}, LIMITS, {"reference": Reference(1), "tolerance": CHOICES}]
EVERY_KIND = [
    ListedTest(macro=kind.value, kind=kind, constant=1.0, wrap_low=0, wrap_high=9, procedure=procedure, **limits)
    for limits in EVERY_LIMIT
    for procedure in ("result = simple + 1", "result = 2")
    for kind in Kind
]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(EVERY_KIND), max_size=4, unique_by=lambda test: test.macro),
    st.dictionaries(st.sampled_from(sorted(Kind)), st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4) | JSON)
    | JSON,
    st.booleans(),
    st.none() | st.dictionaries(st.sampled_from(sorted(Kind)), st.just(Entry())),
)
def test_any_body_is_an_evaluation_or_a_refusal(members, tests, in_progress, previous):
    found = submitted(members, tests, in_progress=in_progress, previous=previous)
    if isinstance(found, Refusal):
        assert found.problems
        assert all(problem.text for problem in found.problems)
    else:
        assert [entry.test for entry in found.tests] == members
