"""``node.go_to``: what a testcase, the timeline and the log see of it, on a real node."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from tests.peers.pack_run import Finished, Pack

from qarunner.errors import ConfigurationError
from qarunner.node_config import NodeConfig
from qarunner.runner.strategy_use import load

# KEY_RED of the pattern driver makes the picture red, and no longer red.
STRATEGY = """
    import sys
    import pytest, stbt_core
    from qarunner import Strategy

    colours = Strategy(look_secs=0.2)
    trouble = {}

    def is_red():
        frame = stbt_core.get_frame()
        return bool((frame[10, 10] == (0, 0, 255)).all())

    @colours.state("unsure")
    def is_unsure(node):
        if "check" in trouble: raise trouble["check"]
        return False

    @colours.state("red")
    def red(node): return is_red() and "hidden" not in trouble

    @colours.state("grey")
    def grey(node): return not is_red() and "hidden" not in trouble

    for name in ("broken", "slow", "far", "ghost", "nested", "island"):
        colours.state(name)(lambda node: False)

    @colours.transition("grey", to="red")
    def blush(node): node.press("KEY_RED")

    @colours.transition("red", to="grey")
    def fade(node): node.press("KEY_RED")

    @colours.transition("grey", to="broken")
    def break_down(node): raise trouble.get("move", ValueError("no move is given"))

    @colours.transition("grey", to="slow", within=0.3)
    def dawdle(node): pass

    @colours.transition("broken", to="far")
    def go_on(node): trouble["went on"] = True

    @colours.transition("grey", to="nested")
    def detour(node): node.go_to("red")

    @colours.transition("grey", to="ghost")
    def skip_it(node): pytest.skip("no ghosts here")
"""

TESTCASES = """
    import sys
    import pytest, stbt_core
    from ways.colours import is_red, trouble
    from qarunner import StrategyError

    @pytest.fixture(autouse=True)
    def no_trouble():
        trouble.clear()

    def test_goes_there_and_back(node):
        node.go_to("red")
        assert is_red() and node.state() == "red"
        node.go_to("grey")
        assert not is_red() and node.state() == "grey"

    def test_looks_instead_of_believing(node):
        node.go_to("red")
        stbt_core.press("KEY_RED")
        for frame in stbt_core.frames(5):
            if not is_red(): break
        node.go_to("red")
        assert is_red()

    def start(node, **troubles):
        node.go_to("grey")
        trouble.update(troubles)

    def test_assertion(node):
        start(node, move=AssertionError("the box is dead"))
        node.go_to("broken")
    def test_ui_failure(node):
        start(node, move=stbt_core.UITestFailure("no match"))
        node.go_to("broken")
    def test_pytest_fail(node):
        start(node, move=pytest.fail.Exception("on purpose"))
        node.go_to("broken")
    def test_exit(node):
        start(node, move=SystemExit(3))
        node.go_to("broken")
    def test_first_of_two_transitions(node):
        start(node, move=KeyError("k"))
        try: node.go_to("far")
        finally: assert "went on" not in trouble
    def test_not_in_time(node):
        start(node)
        node.go_to("slow")
    def test_check_raises(node):
        start(node, check=AssertionError("blurred"))
        node.go_to("red")
    def test_check_raises_at_the_end(node):
        start(node)
        press = node.press
        node.press = lambda key: (press(key), trouble.update(check=AssertionError("blurred")))
        try: node.go_to("red")
        finally: del node.press
    def test_no_such_state(node): node.go_to("gray")
    def test_no_way(node):
        start(node)
        node.go_to("island")
    def test_unknown_state(node):
        start(node, hidden=True)
        assert node.state() is None
        node.go_to("red")
    def test_nested(node):
        start(node)
        node.go_to("nested")
    def test_skip(node):
        start(node)
        node.go_to("ghost")
    def test_caught_and_gone_on(node):
        start(node, move=AssertionError("once"))
        with pytest.raises(StrategyError): node.go_to("broken")
        node.go_to("red")
        assert is_red()
    @pytest.mark.time_limit(2)
    def test_time_limit(node):
        start(node)
        from ways import colours
        import time
        colours.trouble["move"] = None
        node.press = lambda key: time.sleep(60)
        try: node.go_to("red")
        finally: del node.press
"""

SAID = {
    "test_assertion": "transition break_down (grey → broken) raised AssertionError: the box is dead",
    "test_ui_failure": "transition break_down (grey → broken) raised UITestFailure: no match",
    "test_pytest_fail": "transition break_down (grey → broken) raised Failed: on purpose",
    "test_exit": "transition break_down (grey → broken) raised SystemExit: 3",
    "test_first_of_two_transitions": "transition break_down (grey → broken) raised KeyError: 'k'",
    "test_not_in_time": "transition dawdle (grey → slow) has not arrived within 0.3 s: the device is in 'grey'",
    "test_check_raises": "the check of 'unsure' raised AssertionError: blurred",
    "test_check_raises_at_the_end": (
        "transition blush (grey → red) raised AssertionError, in the check of 'unsure': blurred"
    ),
    "test_no_such_state": "strategy ways.colours:colours has no state 'gray'",
    "test_no_way": "the device is in 'grey', and no way leads from there to 'island'",
    "test_unknown_state": "the device is in no state that is declared, and no way leads from there to 'red'",
    "test_nested": "transition detour (grey → nested) asks to go to 'red' on its way",
}


@pytest.fixture(scope="module")
def done(module_pack: Pack) -> Finished:
    module_pack.write("ways/colours.py", STRATEGY)
    module_pack.write(f"config/test-farm/{module_pack.node}.conf", "[node]\nstrategy = ways.colours:colours\n")
    module_pack.write("tests/a.py", TESTCASES)
    return module_pack.run()


def states(done: Finished, testcase: str) -> list[dict[str, Any]]:
    timeline = json.loads((done.folder(testcase) / "timeline.json").read_text())
    return [event for event in timeline["events"] if event["kind"] == "state"]


@pytest.mark.parametrize(
    "testcase", ["test_goes_there_and_back", "test_looks_instead_of_believing", "test_caught_and_gone_on"]
)
def test_the_device_is_brought_into_the_state(done: Finished, testcase: str):
    assert done.results[testcase].outcome == "pass", done.output


@pytest.mark.parametrize("testcase", SAID)
def test_trouble_is_an_error_that_names_node_strategy_and_transition(done: Finished, testcase: str):
    result = done.results[testcase]
    assert result.outcome == "error", done.output
    [failure] = result.failures
    assert (failure.kind, failure.phase) == ("StrategyError", "call")
    assert SAID[testcase] in failure.message
    assert failure.message.startswith(f"node '{done.pack.node}', strategy ways.colours:colours")


def test_a_misspelt_state_is_answered_with_the_nearest(done: Finished):
    assert "did you mean 'grey'?" in done.results["test_no_such_state"].failures[0].traceback


def test_the_original_exception_and_its_line_are_shown_without_the_machinery(done: Finished):
    shown = done.results["test_assertion"].failures[0].traceback
    assert "def break_down(node): raise trouble" in shown
    assert "AssertionError: the box is dead" in shown
    assert "strategy_use.py" not in shown


def test_a_skip_stays_a_skip_and_a_time_limit_an_error_of_its_own(done: Finished):
    assert (done.results["test_skip"].outcome, done.results["test_skip"].reason) == ("skip", "no ghosts here")
    limited = done.results["test_time_limit"]
    assert (limited.outcome, limited.failures[0].kind) == ("error", "TimeLimitExceededError")
    assert states(done, "test_time_limit")[-1]["data"]["status"] == "interrupted"


def test_the_timeline_tells_what_was_seen_and_each_transition(done: Finished):
    seen, blush, there, fade = states(done, "test_goes_there_and_back")[-4:]
    assert (seen["label"], seen["data"]) == ("in 'grey'", {"state": "grey"})
    assert blush["label"] == "grey → red (blush)"
    assert blush["data"] == {"transition": "blush", "from": "grey", "to": "red", "status": "passed"}
    assert blush["duration"] > 0
    assert there["data"] == {"state": "red"}
    assert fade["label"] == "red → grey (fade)"
    last = states(done, "test_not_in_time")[-1]
    assert last["data"]["status"] == "error"
    assert last["duration"] >= 0.3


def test_the_log_tells_the_way_and_what_went_wrong(done: Finished):
    log = (done.folder("test_goes_there_and_back") / "stbt.log").read_text()
    assert "INFO qarunner.strategy: go to red: the device is in 'grey'; blush\n" in log
    assert re.search(r"INFO qarunner\.strategy: transition blush \(grey → red\) took \d+\.\d\d s\n", log)
    log = (done.folder("test_not_in_time") / "stbt.log").read_text()
    assert "ERROR qarunner.strategy: node" in log
    assert "transition dawdle (grey → slow) has not arrived" in log


def test_scenarios_have_it_on_the_node_and_as_a_step(pack: Pack):
    pack.write("ways/colours.py", STRATEGY)
    pack.write(f"config/test-farm/{pack.node}.conf", "[node]\nstrategy = ways.colours:colours\n")
    pack.write(
        "features/a.feature",
        """
        Feature: a
          Scenario: by the step
            Given I go to the state "red"
            Then it is red
          Scenario: by the node
            When I ask the node
            Then it is red
          Scenario: an assertion on the way
            Given I go to the state "grey"
            Given I go to the state "broken"
          Scenario: in a sub-step
            Given I go there by a sub-step
        """,
    )
    pack.write(
        "features/steps/steps.py",
        """
        from behave import given, when, then
        from ways.colours import is_red, trouble
        @when("I ask the node")
        def ask(context):
            context.node.go_to("grey")
            context.node.go_to("red")
            trouble["move"] = AssertionError("dead")
        @then("it is red")
        def check(context): assert is_red()
        @given("I go there by a sub-step")
        def sub(context): context.execute_steps('Given I go to the state "broken"')
        """,
    )
    done = pack.run()
    assert done.outcomes() == {
        "by the step": "pass",
        "by the node": "pass",
        "an assertion on the way": "error",
        "in a sub-step": "error",
    }, done.output
    message = done.results["an assertion on the way"].failures[0].message
    assert "transition break_down (grey → broken) raised AssertionError: dead" in message


def test_a_node_without_a_strategy_is_an_error_only_of_who_asks_for_one(pack: Pack):
    pack.write("tests/a.py", "def test_goes(node): node.go_to('red')\ndef test_does_not(node): pass\n")
    done = pack.run()
    assert done.outcomes() == {"test_goes": "error", "test_does_not": "pass"}, done.output
    failure = done.results["test_goes"].failures[0]
    assert (failure.kind, failure.message) == (
        "ConfigurationError",
        f"node '{pack.node}' has no strategy, so it can go to no state",
    )
    assert f"config/test-farm/{pack.node}.conf" in failure.traceback


@pytest.mark.parametrize(
    ("named", "content", "said"),
    [
        ("gone:x", "", "strategy gone:x cannot be imported: ModuleNotFoundError: No module named 'gone'"),
        (
            "{}:colour",
            "import qarunner\ncolours = qarunner.Strategy()",
            "has no such strategy\n  did you mean 'colours'?",
        ),
        ("{}:x", "x = 3", "has no such strategy\n  Write x = qarunner.Strategy() in it"),
        ("{}:x", "assert False, 'at import'", "cannot be imported: AssertionError: at import"),
        ("{}:x", "import sys\nsys.exit(1)", "cannot be imported: SystemExit: 1"),
        ("{}:x", "def x(:", "cannot be imported: line 1: "),
        (
            "{}:x",
            "from qarunner import Strategy\nx = Strategy()\nx.transition(to='y')(print)\nx.state('z')(print)",
            "its transition print names the state 'y', which is not declared",
        ),
    ],
)
def test_a_strategy_that_cannot_be_used_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, content: str, said: str
):
    module = f"colours_of_{uuid.uuid4().hex}"
    (tmp_path / f"{module}.py").write_text(content)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        load(NodeConfig(id="tv", strategy=named.format(module)))
    assert str(caught.value).startswith("node 'tv': strategy ")
    assert said in str(caught.value)
