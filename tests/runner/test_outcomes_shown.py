"""One run with every way a testcase can end: the record, pytest's summary, ``--junitxml`` and the exit code agree."""

from __future__ import annotations

import re

import pytest
from tests.peers.pack_run import Finished, Pack, junit_cases

TESTCASES = """
    import pytest, stbt_core, sys
    from qarunner import measure

    def test_passes(): pass
    def test_asserts(): assert 1 == 2, "one is not two"
    def test_asserts_without_a_word():
        answer = 41
        assert answer == 42
    def test_no_match():
        green = stbt_core.Image([[[0, 255, 0]] * 40] * 40, dtype="uint8")
        stbt_core.wait_for_match(green, timeout_secs=0.1)
    def test_pytest_fail(): pytest.fail("on purpose")
    def test_unmet_raises():
        with pytest.raises(ValueError): pass
    def test_outside_limits(): measure("zap", 1.5, unit="s", high=1.0)
    def test_raises(): raise OSError("cable is out")
    def test_exits(): sys.exit(0)
    def test_precondition():
        with stbt_core.as_precondition("Tuned"): assert False
    def test_unknown_key(): stbt_core.press("KEY_UPP")
    @pytest.mark.xfail(reason="bug 7", strict=True)
    def test_expected_failure(): assert False
    @pytest.mark.xfail(strict=True, reason="bug 8")
    def test_strict_xpass(): pass
    @pytest.mark.xfail
    def test_xpass(): pass
    @pytest.mark.skip(reason="no tuner")
    def test_marked_skip(): pass
    def test_skips(): pytest.skip("not today")

    @pytest.fixture
    def broken(): assert False, "set-up"
    def test_broken_setup(broken): pass
    @pytest.fixture
    def untidy():
        yield
        assert False, "teardown"
    def test_broken_teardown(untidy): pass
    def test_fails_and_broken_teardown(untidy): assert False, "call"
"""

EXPECTED = {
    "test_passes": "pass",
    "test_asserts": "fail",
    "test_asserts_without_a_word": "fail",
    "test_no_match": "fail",
    "test_pytest_fail": "fail",
    "test_unmet_raises": "fail",
    "test_outside_limits": "fail",
    "test_raises": "error",
    "test_exits": "error",
    "test_precondition": "error",
    "test_unknown_key": "error",
    "test_expected_failure": "skip",
    "test_strict_xpass": "fail",
    "test_xpass": "pass",
    "test_marked_skip": "skip",
    "test_skips": "skip",
    "test_broken_setup": "error",
    "test_broken_teardown": "error",
    "test_fails_and_broken_teardown": "fail",
    "a step fails": "fail",
    "a step raises": "error",
    "a hook raises": "error",
    "undefined": "error",
    "passes": "pass",
    "test_in_broken_file": "error",
}


@pytest.fixture(scope="module")
def finished(module_pack: Pack) -> Finished:
    module_pack.write("tests/all.py", TESTCASES)
    module_pack.write("tests/broken.py", "def test_in_broken_file(): return (\n")
    module_pack.write(
        "features/all.feature",
        """
        Feature: all
          Scenario: passes
            Given it is 1
          Scenario: a step fails
            Given it is 2
          Scenario: a step raises
            Given it is x
          @hook
          Scenario: a hook raises
            Given it is 1
          Scenario: undefined
            Given nobody knows
        """,
    )
    module_pack.write(
        "features/steps/steps.py",
        """
        from behave import given

        @given("it is {number}")
        def step(context, number):
            assert int(number) == 1, "not one"
        """,
    )
    module_pack.write(
        "features/environment.py",
        """
        def before_tag(context, tag):
            assert tag != "hook"
        """,
    )
    return module_pack.run("--junitxml=pytest.xml", "-rA")


@pytest.mark.parametrize(("testcase", "outcome"), EXPECTED.items())
def test_the_record_says(finished, testcase, outcome):
    assert finished.outcomes().get(testcase) == outcome, finished.output


def test_nothing_else_ran(finished):
    assert set(finished.results) == set(EXPECTED)


def test_pytest_counts_fails_and_errors_as_the_records_do(finished):
    (last,) = re.findall(r"=+ (.* in [\d.]+s)", finished.output.strip().splitlines()[-1])
    outcomes = list(EXPECTED.values())
    assert f"{outcomes.count('fail')} failed" in last
    # The broken teardown of a failed testcase is shown as well, as pytest does.
    assert f"{outcomes.count('error') + 1} errors" in last


def test_an_error_of_the_call_is_called_error_and_a_fail_failed(finished):
    assert re.search(r"^ERROR tests/all.py::test_raises - OSError: cable is out", finished.output, re.MULTILINE)
    assert re.search(r"^FAILED tests/all.py::test_asserts - ", finished.output, re.MULTILINE)


def test_junitxml_tells_error_from_failure(finished):
    tags = {"pass": "pass", "fail": "failure", "error": "error", "skip": "skipped"}
    written = junit_cases(finished.pack.folder / "pytest.xml")
    mixed = "test_fails_and_broken_teardown"  # pytest writes such a testcase twice
    assert {name: tag for name, tag in written.items() if name != mixed} == {
        name: tags[outcome] for name, outcome in EXPECTED.items() if name != mixed
    }
    text = (finished.pack.folder / "pytest.xml").read_text()
    assert f'failures="{list(EXPECTED.values()).count("fail")}"' in text


def test_a_fail_anywhere_gives_exit_code_1(finished):
    assert finished.code == 1
    assert finished.directory.run.exit_code == 1


def test_both_failures_of_a_testcase_are_kept(finished):
    kept = finished.results["test_fails_and_broken_teardown"].failures
    assert [(failure.outcome, failure.phase) for failure in kept] == [("fail", "call"), ("error", "teardown")]


@pytest.mark.parametrize(
    ("testcase", "message"),
    [
        ("test_asserts", "one is not two"),
        ("test_asserts_without_a_word", "assert 41 == 42"),
        ("test_pytest_fail", "on purpose"),
        ("test_outside_limits", "zap = 1.5 s is 0.5 s above its high limit of 1 s"),
        ("test_raises", "cable is out"),
        ("test_precondition", "Tuned"),
        ("test_unknown_key", "has no key 'KEY_UPP'"),
        ("test_in_broken_file", "line 1: '(' was never closed"),
        ("a step fails", "not one"),
        ("undefined", "nobody knows"),
    ],
)
def test_the_message_says_what_was_wrong(finished, testcase, message):
    assert message in finished.results[testcase].failure.message


def test_reasons_of_skips_are_kept(finished):
    reasons = {
        name: finished.results[name].reason for name in ("test_marked_skip", "test_skips", "test_expected_failure")
    }
    assert reasons == {
        "test_marked_skip": "no tuner",
        "test_skips": "not today",
        "test_expected_failure": "expected to fail: bug 7",
    }


def test_a_traceback_ends_in_the_pack(finished):
    traceback = finished.results["test_unknown_key"].failure.traceback
    assert "all.py" in traceback
    assert "client.py" not in traceback
