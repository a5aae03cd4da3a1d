from __future__ import annotations

from tests.peers.qatrack_run import Sender

from qarunner import Check, ForeseenTestcase

GOOD = ForeseenTestcase("tests/menu.py::test_opens", measurements=("zap time",))


def checked(sender: Sender, *testcases: ForeseenTestcase, node: str = "living-room") -> list[Check]:
    return sender.reporter().check(node, testcases)


def test_a_list_that_fits_works_and_what_nobody_runs_is_noted(sender: Sender) -> None:
    token, unit, idle, works = checked(sender, GOOD)
    assert (token.subject, token.status) == ("token", "works")
    assert (unit.status, unit.detail) == ("works", "living-room, number 1")
    assert idle.status == "note"
    assert "test_closes, test_stays_open" in idle.detail
    assert (works.subject, works.status, works.detail) == ("list tests/menu.py", "works", "10 tests on living-room")


def test_nothing_is_stored_by_a_check(sender: Sender) -> None:
    before = sender.get("qa/testlistinstances")["count"]
    checked(sender, GOOD)
    assert sender.get("qa/testlistinstances")["count"] == before


def test_a_boolean_without_the_reference_one_is_told_loudly(sender: Sender) -> None:
    found = checked(sender, ForeseenTestcase("x.py::test_open_ended", ["qa_list:tests/other.py"]))
    assert any(
        check.status == "broken"
        and check.detail == "FAILURES WILL NOT SHOW of test_open_ended: the reference on this unit is not 1"
        for check in found
    )


def test_what_has_no_test_is_named_with_the_nearest_that_there_is(sender: Sender) -> None:
    missing = [
        check
        for check in checked(sender, GOOD, ForeseenTestcase("tests/menu.py::test_open", measurements=("weight",)))
        if check.status == "missing"
    ]
    assert [check.detail for check in missing] == [
        "no test for tests/menu.py::test_open (test_open)",
        "no test for tests/menu.py::test_open weight (weight)",
    ]
    assert "did you mean 'test_opens'" in missing[0].advice


def test_a_test_of_the_wrong_type_is_named(sender: Sender) -> None:
    named = ForeseenTestcase("tests/menu.py::firmware", measurements=("test closes",))
    details = [check.detail for check in checked(sender, named) if check.status == "broken"]
    assert details == [
        "firmware is a test of type string, tests/menu.py::firmware gives a boolean",
        "test_closes is a test of type boolean, tests/menu.py::firmware test closes gives a simple",
    ]


def test_parameters_that_are_not_known_yet_are_no_reason_to_worry(sender: Sender) -> None:
    found = checked(sender, ForeseenTestcase("tests/menu.py::test_stays"))
    assert not [check for check in found if check.status == "missing"]


def test_a_unit_or_list_that_is_missing_ends_only_its_own_look(sender: Sender) -> None:
    [_token, unit] = checked(sender, GOOD, node="living-rom")
    assert unit.status == "missing"
    assert "did you mean 'living-room'" in unit.advice
    found = checked(sender, ForeseenTestcase("tests/nowhere.py::test_x"), GOOD)
    assert [check.subject for check in found if check.status == "missing"] == ["list tests/nowhere.py"]
    assert found[-1].status == "works"


def test_a_wrong_token_and_a_server_that_is_away_are_told_as_what_they_are(sender: Sender) -> None:
    [wrong] = Sender(sender.url, "wrong").reporter().check("living-room", [GOOD])
    assert "does not accept the token" in wrong.detail
    [away] = Sender("http://127.0.0.1:9/api", "x").reporter().check("living-room", [GOOD])
    assert away.detail.startswith("ConnectionError: ")
