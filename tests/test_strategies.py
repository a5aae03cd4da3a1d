"""What a strategy declares, and the way that is found between two states, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from qarunner import Strategy
from qarunner.errors import ConfigurationError
from qarunner.strategies import route


def strategy_of(*transitions: str) -> Strategy:
    """Return a strategy from words such as ``"wake: standby ? > home"``: ? is the unknown state, no source anywhere."""
    made = Strategy()
    for state in ("off", "standby", "boot", "home", "app", "island"):
        made.state(state)(lambda _node: False)
    for words in transitions:
        name, _, way = words.partition(": ")
        sources, _, to = way.partition("> ")

        def move(_node: Any) -> None:
            pass

        move.__name__ = name
        made.transition(*(None if source == "?" else source for source in sources.split()), to=to)(move)
    made.verify()
    return made


WAKE, START, OPEN = "wake: standby > home", "start: boot > home", "open: home > app"
HOME_KEY, CUT, PLUG = "home_key: app ? > home", "cut: > off", "plug: off > boot"

WAYS = [
    # transitions, from, to, the way (None: there is none)
    ([WAKE], "standby", "home", ["wake"]),
    ([WAKE], "home", "home", []),
    ([WAKE], "home", "standby", None),
    ([WAKE, OPEN], "standby", "app", ["wake", "open"]),
    ([OPEN, WAKE], "standby", "app", ["wake", "open"]),
    # an unknown state
    ([WAKE, OPEN], None, "app", None),
    ([WAKE, OPEN, HOME_KEY], None, "app", ["home_key", "open"]),
    ([WAKE, HOME_KEY], "boot", "home", None),
    # what starts anywhere
    ([CUT], None, "off", ["cut"]),
    ([CUT], "home", "off", ["cut"]),
    ([CUT, PLUG, START, HOME_KEY], None, "boot", ["cut", "plug"]),
    ([CUT, PLUG, START], None, "home", ["cut", "plug", "start"]),
    ([CUT, PLUG, START, HOME_KEY], None, "home", ["home_key"]),
    ([CUT, PLUG, START, WAKE], "standby", "home", ["wake"]),
    # the fewest transitions; of two ways of one length the one declared first
    (["long: standby > boot", START, WAKE], "standby", "home", ["wake"]),
    (["one: standby > home", "two: standby > home"], "standby", "home", ["one"]),
    (["two: standby > home", "one: standby > home"], "standby", "home", ["two"]),
    (["a: off > standby", "b: off > boot", "c: boot > app", "d: standby > app"], "off", "app", ["a", "d"]),
    # several sources, and circles
    (["sleep: home app > standby", WAKE], "app", "standby", ["sleep"]),
    (["round: home > app", "back: app > home"], "home", "island", None),
]


@pytest.mark.parametrize(("transitions", "here", "goal", "way"), WAYS)
def test_the_way_is(transitions: list[str], here: str | None, goal: str, way: list[str] | None) -> None:
    found = route(strategy_of(*transitions).transitions, here, goal)
    assert (found if found is None else [transition.name for transition in found]) == way


def test_decorated_functions_stay_what_they_are() -> None:
    made = Strategy()

    @made.state("home")
    def is_at_home(_node: Any) -> bool:
        return True

    @made.transition(to="home", within=3)
    def press_home(_node: Any) -> None:
        pass

    assert is_at_home(None)
    [transition] = made.transitions
    assert (transition.name, transition.sources, transition.to, transition.within) == ("press_home", (), "home", 3)
    assert transition.move is press_home


def test_a_state_is_declared_once() -> None:
    made = strategy_of()
    with pytest.raises(ConfigurationError, match="declares the state 'home' twice"):
        made.state("home")(lambda _node: True)


@pytest.mark.parametrize(
    ("transition", "said"),
    [
        ("wake: standbye > home", "its transition wake names the state 'standbye', which is not declared\n.*'standby'"),
        ("wake: standby > hom", "its transition wake names the state 'hom', which is not declared\n.*'home'"),
    ],
)
def test_a_transition_between_states_that_are_not_declared_is_refused(transition: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        strategy_of(transition)


def test_a_strategy_without_states_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="declares no states"):
        Strategy().verify()


@pytest.mark.parametrize("within", [0, -1, float("nan")])
def test_a_transition_needs_time_to_arrive(within: float) -> None:
    with pytest.raises(ConfigurationError, match=r"transition move: within=.* is no time"):

        @Strategy().transition(to="home", within=within)
        def move(_node: Any) -> None:
            pass
