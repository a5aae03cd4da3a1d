"""A strategy: the states of a device that a testcase may ask for, and the transitions between them.

This is only the declaration and the search for a way, without a device; the runner does what is found.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from qarunner.errors import ConfigurationError, nearest

if TYPE_CHECKING:
    from qarunner.runner.node import Node

    Check = Callable[[Node], object]
    Move = Callable[[Node], object]

CheckType = TypeVar("CheckType", bound="Check")
MoveType = TypeVar("MoveType", bound="Move")


@dataclass(frozen=True, slots=True)
class State:
    """A state by its name, and the function that says whether the device is in it now."""

    name: str
    check: Check


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from any of `sources` to the state `to`. None among them is an unknown state; no sources are anywhere.

    `within`: seconds after `move` has returned within which the device must be seen in the state.
    """

    name: str
    sources: tuple[str | None, ...]
    to: str
    within: float
    move: Move


class Strategy:
    """States and transitions of one kind of device. Functions are added by decorators.

    :param look_secs: how long to look for a known state before it counts as unknown.
    """

    def __init__(self, *, look_secs: float = 1.0) -> None:
        self.look_secs = look_secs
        self.states: dict[str, State] = {}
        self.transitions: list[Transition] = []

    def state(self, name: str) -> Callable[[CheckType], CheckType]:
        """Declare a state by its check, which gets the node and returns whether the device is in that state now.

        The first state whose check says yes is the one, in the order of declaration.

        :raises ConfigurationError: there is a state of that name.
        """

        def declare(check: CheckType) -> CheckType:
            if not name or name in self.states:
                raise ConfigurationError(
                    f"a strategy declares the state {name!r} {'twice' if name else 'without a name'}"
                )
            self.states[name] = State(name, check)
            return check

        return declare

    def transition(self, *sources: str | None, to: str, within: float = 10.0) -> Callable[[MoveType], MoveType]:
        """Declare a transition by its function, which gets the node and does what leads to the state `to`.

        :param sources: states from which it does so, None for an unknown one; without any it does so from anywhere.
        :param within: seconds after the function has returned within which the device must be seen in that state.
        :raises ConfigurationError: the time is not above 0.
        """

        def declare(move: MoveType) -> MoveType:
            name = getattr(move, "__name__", type(move).__name__)
            if not within > 0:
                raise ConfigurationError(f"transition {name}: within={within!r} is no time to wait for a state")
            self.transitions.append(Transition(name, sources, to, within, move))
            return move

        return declare

    def verify(self) -> None:
        """Check that every transition leads from and to states that are declared.

        :raises ConfigurationError: one does not, or there is no state at all.
        """
        if not self.states:
            raise ConfigurationError("it declares no states", 'Declare one: @NAME.state("home")')
        for transition in self.transitions:
            for name in (*transition.sources, transition.to):
                if name is not None and name not in self.states:
                    problem = f"its transition {transition.name} names the state {name!r}, which is not declared"
                    raise ConfigurationError(problem, nearest(name, self.states) or f"declared: {self.names}")

    @property
    def names(self) -> str:
        """All states, for people."""
        return ", ".join(self.states)


def route(transitions: Sequence[Transition], here: str | None, goal: str) -> tuple[Transition, ...] | None:
    """Return the fewest transitions that lead from one state to another; None when nothing does.

    Of two ways of one length the one whose transitions were declared first is taken.

    :param here: None for an unknown state.
    """
    ways: dict[str | None, tuple[Transition, ...]] = {here: ()}
    waiting = deque([here])
    while waiting and goal not in ways:
        state = waiting.popleft()
        for transition in transitions:
            if transition.to not in ways and (not transition.sources or state in transition.sources):
                ways[transition.to] = (*ways[state], transition)
                waiting.append(transition.to)
    return ways.get(goal)
