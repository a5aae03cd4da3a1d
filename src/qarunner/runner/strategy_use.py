"""How a session uses its node's strategy: finds the way to a state, goes it, and tells of it.

Nothing is remembered between two calls: where the device is, its strategy's checks say.
"""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from qarunner.errors import ConfigurationError, QarunnerError, StrategyError, nearest
from qarunner.runner.pack_module import explain_import
from qarunner.strategies import Strategy, route

if TYPE_CHECKING:
    from qarunner.node_config import NodeConfig
    from qarunner.runner.node import Node
    from qarunner.strategies import Transition
    from qarunner.timeline import EventKind

    Tell = Callable[[float, EventKind, str, float, dict[str, Any]], None]

LOOK_AGAIN = 0.05
"""Seconds between two looks."""
PASS_THROUGH = (KeyboardInterrupt, GeneratorExit, pytest.exit.Exception, pytest.skip.Exception)
"""What ends more than the strategy, or is a decision and no trouble."""
LOOKS_FIRST = "The next go_to looks first where the device is"

logger = logging.getLogger("qarunner.strategy")


class StrategyUse:
    """The strategy of one node, imported at the first use.

    :param tell: puts an event into the running testcase's timeline: time, kind, label, duration, data.
    """

    def __init__(self, config: NodeConfig, node: Node, tell: Tell) -> None:
        self._config, self._node, self._tell = config, node, tell
        self._strategy: Strategy | None = None
        self._going = ""

    @property
    def strategy(self) -> Strategy:
        """The strategy.

        :raises ConfigurationError: the node names none, or it is not usable.
        """
        if self._strategy is None:
            self._strategy = load(self._config)
        return self._strategy

    def go_to(self, goal: str) -> None:
        """Bring the device into a state.

        :raises StrategyError: it is not declared, nothing leads to it, or something went wrong on the way.
        """
        __tracebackhide__ = True
        strategy = self.strategy
        if goal not in strategy.states:
            raise StrategyError(
                f"{self._name} has no state {goal!r}", nearest(goal, strategy.states) or f"It has {strategy.names}"
            )
        if self._going:
            problem = f"{self._name}: {self._going} asks to go to {goal!r} on its way"
            raise StrategyError(problem, "A check or a transition does one thing; declare a transition for the rest")
        here = self._find()
        way = route(strategy.transitions, here, goal)
        if way is None:
            raise self._no_way(here, goal)
        names = ", then ".join(transition.name for transition in way)
        logger.info("go to %s: the device is %s; %s", goal, _in(here), names or "nothing to do")
        for transition in way:
            self._perform(transition, here)
            here = transition.to

    def look(self) -> str | None:
        """Return the state whose check says yes right now; None for an unknown one."""
        __tracebackhide__ = True
        for state in self.strategy.states.values():
            with self._inside(self._going or f"the check of {state.name!r}", during=f"the check of {state.name!r}"):
                if state.check(self._node):
                    return state.name
        return None

    def _find(self) -> str | None:
        """Look until a state is seen, for as long as the strategy says."""
        __tracebackhide__ = True
        began = time.monotonic()
        here = None
        try:
            here = self._look_until(None, self.strategy.look_secs)
        finally:
            self._tell(began, "state", _in(here), time.monotonic() - began, {"state": here})
        return here

    def _look_until(self, wanted: str | None, seconds: float) -> str | None:
        """Look, at least once, until the wanted state is seen (any, where none is named); return the last one seen."""
        __tracebackhide__ = True
        ends = time.monotonic() + seconds
        while True:
            seen = self.look()
            if (seen == wanted if wanted else seen) or time.monotonic() >= ends:
                return seen
            time.sleep(LOOK_AGAIN)

    def _perform(self, transition: Transition, here: str | None) -> None:
        """Go one transition and see that it has arrived."""
        __tracebackhide__ = True
        label = f"{here or 'anywhere'} \N{RIGHTWARDS ARROW} {transition.to}"
        self._going = what = f"transition {transition.name} ({label})"
        began, status = time.monotonic(), "interrupted"
        try:
            with self._inside(what):
                transition.move(self._node)
            seen = self._look_until(transition.to, transition.within)
            if seen != transition.to:
                raise self._not_arrived(what, transition, seen)
            status = "passed"
        except StrategyError as error:
            status = "error"
            logger.error("%s", error.problem)  # noqa: TRY400 - its traceback is the result's
            raise
        finally:
            self._going = ""
            duration = time.monotonic() - began
            data = {"transition": transition.name, "from": here, "to": transition.to, "status": status}
            self._tell(began, "state", f"{label} ({transition.name})", duration, data)
        logger.info("%s took %.2f s", what, duration)

    @contextmanager
    def _inside(self, what: str, during: str = "") -> Iterator[None]:
        """Turn whatever a function of the strategy raises into an error that names it."""
        __tracebackhide__ = True
        outer, self._going = self._going, what
        try:
            yield
        except (*PASS_THROUGH, StrategyError):
            raise
        except BaseException as error:
            said = error.problem if isinstance(error, QarunnerError) else str(error).strip()
            place = f", in {during}" if during and during != what else ""
            kind = type(error).__name__
            problem = f"{self._name}: {what} raised {kind}{place}{': ' if said else ''}{said}"
            advice = "A check says whether the device is in its state, and does not raise. " if during else ""
            raise StrategyError(problem, f"{advice}{LOOKS_FIRST}") from error
        finally:
            self._going = outer

    def _not_arrived(self, what: str, transition: Transition, seen: str | None) -> StrategyError:
        problem = f"{what} has not arrived within {transition.within:g} s: the device is {_in(seen)}"
        advice = f"The screenshot shows what was seen last. {LOOKS_FIRST}"
        return StrategyError(f"{self._name}: {problem}", advice)

    def _no_way(self, here: str | None, goal: str) -> StrategyError:
        leading = [transition.name for transition in self.strategy.transitions if transition.to == goal]
        advice = f"To {goal!r} lead {', '.join(leading)}" if leading else f"No transition has to={goal!r}"
        problem = f"the device is {_in(here)}, and no way leads from there to {goal!r}"
        return StrategyError(f"{self._name}: {problem}", advice)

    @property
    def _name(self) -> str:
        return f"node {self._config.id!r}, strategy {self._config.strategy}"


def load(config: NodeConfig) -> Strategy:
    """Import the strategy that a node names.

    :raises ConfigurationError: it names none, or it cannot be imported, or it is not usable.
    """
    if not config.strategy:
        advice = f'Name one in the pack\'s config/test-farm/{config.id}.conf, "strategy = tests.strategies.box:box"'
        raise ConfigurationError(f"node {config.id!r} has no strategy, so it can go to no state", advice)
    module, _, name = config.strategy.partition(":")
    where = f"node {config.id!r}: strategy {config.strategy}"
    try:
        found = vars(importlib.import_module(module))
    except PASS_THROUGH:
        raise
    except BaseException as error:
        advice = "MODULE:NAME is found from the test pack's root, and among the installed packages"
        raise ConfigurationError(f"{where} cannot be imported: {explain_import(error)}", advice) from error
    strategy = found.get(name)
    if not isinstance(strategy, Strategy):
        known = [key for key, value in found.items() if isinstance(value, Strategy)]
        raise ConfigurationError(f"{where}: {module} has no such strategy", _known(name, known))
    try:
        strategy.verify()
    except ConfigurationError as error:
        raise ConfigurationError(f"{where}: {error.problem}", error.advice) from error
    return strategy


def _known(name: str, known: Sequence[str]) -> str:
    listed = f"It has {', '.join(known)}" if known else f"Write {name} = qarunner.Strategy() in it"
    return nearest(name, known) or listed


def _in(state: str | None) -> str:
    return f"in {state!r}" if state else "in no state that is declared"
