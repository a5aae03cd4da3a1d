from __future__ import annotations

from typing import Any

from tests.peers.run_directory import DEVICE, STARTED
from tests.peers.sample_results import sample

from qarunner.dialects.qatrack.definition.completing import Part, complete
from qarunner.dialects.qatrack.definition.proposing import Proposal, propose
from qarunner.dialects.qatrack.definition.records import Test, Unit
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.results import Device, Measurement, Run

RUN = Run(id="r", node="living-room", started=STARTED, device=DEVICE)


def proposed(*results: Any, run: Run = RUN) -> Proposal:
    proposal = propose(run, results)
    complete([Part(proposal.definition)])  # whatever is proposed can be used
    return proposal


def lists(proposal: Proposal) -> dict[str, list[str | Test]]:
    return {test_list.name: test_list.tests for test_list in proposal.definition.lists}


def one(testcase: str, *measurements: Measurement, **more: Any) -> Any:
    return sample(testcase=testcase, measurements=measurements, **more)


def test_each_file_is_a_list_of_its_testcases_on_the_node_of_the_run() -> None:
    proposal = proposed(
        one("tests/menu.py::test_opens"), one("tests/live.py::test_zap"), one("tests/menu.py::test_shuts")
    )
    assert lists(proposal) == {"tests/menu.py": ["test_opens", "test_shuts"], "tests/live.py": ["test_zap"]}
    [unit] = proposal.definition.units
    assert unit == Unit(node="living-room", type="ACME STB-4K")
    assert proposed(one("a.py::x"), run=Run(id="r", node="b", started=STARTED, device=Device())).definition.units == [
        "b"
    ]


def test_a_measurement_is_a_number_with_the_limits_it_was_given() -> None:
    times = [
        Measurement(name="zap time", value=1.2, unit="s", high=2.0),
        Measurement(name="level", value=3, low=1, high=5),
    ]
    assert lists(proposed(one("a.py::test_zap", *times)))["a.py"] == [
        "test_zap",
        Test(macro="zap_time", display_name="zap time", high=2.0, formatting="%.4g s"),
        Test(macro="level", low=1.0, high=5.0),
    ]


def test_the_unit_stands_behind_the_value_or_where_no_format_can_say_it_in_the_name() -> None:
    units = ("%", "0.1 mm", "m" * 60)
    values = [Measurement(name=f"x{number}", value=1, high=2, unit=unit) for number, unit in enumerate(units)]
    assert lists(proposed(one("a.py::test_zap", *values)))["a.py"][1:] == [
        Test(macro="x0", high=2.0, formatting="%.4g %%"),
        Test(macro="x1", display_name="x1 [0.1 mm]", high=2.0),
        Test(macro="x2", display_name=f"x2 [{units[2]}]", high=2.0),
    ]


def test_one_without_limits_is_told() -> None:
    proposal = proposed(
        one("a.py::test_zap", Measurement(name="zap", value=1.2), Measurement(name="x", value=1, low=3, high=2))
    )
    assert lists(proposal)["a.py"][1:] == [Test(macro="zap", type=Kind.SIMPLE), Test(macro="x", type=Kind.SIMPLE)]
    assert proposal.remarks == ["measured without limits, so nothing is held against them yet: a.py: zap, a.py: x"]


def test_the_marker_says_which_list_and_the_last_limits_hold() -> None:
    first = one("a.py::test_zap", Measurement(name="zap", value=1, high=1), markers=("qa_list:Quick",))
    later = one("a.py::test_zap", Measurement(name="zap", value=1, high=2), markers=("qa_list:Quick",))
    assert lists(proposed(first, later)) == {"Quick": ["test_zap", Test(macro="zap", high=2.0)]}


def test_names_that_look_alike_have_macros_of_their_own() -> None:
    found = lists(proposed(one("a.py::test_a[x-y]"), one("a.py::test_a[x_y]"), one("a.py::max")))["a.py"]
    macros = [test if isinstance(test, str) else test.macro for test in found]
    assert len(set(macros)) == 3
    assert all(macro.startswith("test_a_x_y_") for macro in macros[:2])
    assert macros[2].startswith("max_")
    assert [test.display_name for test in found if isinstance(test, Test)] == ["test_a[x-y]", "test_a[x_y]", "max"]


def test_a_measurement_of_two_testcases_is_two_tests() -> None:
    zap = Measurement(name="zap", value=1, high=2)
    found = lists(proposed(one("a.py::test_one", zap), one("a.py::test_two", zap)))["a.py"]
    assert [test.macro for test in found if isinstance(test, Test)] == ["test_one_zap", "test_two_zap"]


def test_a_scenario_shows_its_name() -> None:
    assert lists(proposed(one("features/menu.feature::Settings open"))) == {
        "features/menu.feature": [Test(macro="settings_open", display_name="Settings open")]
    }


def test_a_list_that_is_too_long_is_told() -> None:
    proposal = propose(RUN, [one(f"a.py::test_{number}") for number in range(251)])
    assert "a.py has 251 tests, a list may have 250" in proposal.remarks[0]
