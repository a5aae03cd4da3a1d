"""The `node` fixture and ``context.node``: the device under test with what stbt_core has no words for."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qarunner.runner.power import Power
from qarunner.runner.strategy_use import StrategyUse

if TYPE_CHECKING:
    from qarunner.node_config import NodeConfig
    from qarunner.runner.node_use import NodeUse
    from qarunner.runner.sound import AudioLevel, Sound


class Node:
    """One node, driven by the running testcase. Presses and frames are stbt_core's and land in the same timeline."""

    def __init__(self, config: NodeConfig, use: NodeUse) -> None:
        self._config = config
        self._use = use
        self._strategy = StrategyUse(config, self, use.told)
        self.power = Power(config, use)

    @property
    def id(self) -> str:
        """The node's id."""
        return self._config.id

    @property
    def device(self) -> Mapping[str, str]:
        """What the configuration says of the device under test: model, build and other properties."""
        return self._config.device

    def press(self, key: str, hold_secs: float | None = None) -> Any:
        """Press a key; see ``stbt_core.press``."""
        return _stbt().press(key, hold_secs=hold_secs)

    def get_frame(self) -> Any:
        """Return the newest frame; see ``stbt_core.get_frame``."""
        return _stbt().get_frame()

    def frames(self, timeout_secs: float | None = None) -> Iterator[Any]:
        """Yield new frames; see ``stbt_core.frames``."""
        frames: Iterator[Any] = _stbt().frames(timeout_secs)
        return frames

    def go_to(self, state: str) -> None:
        """Bring the device into a state of its strategy, from wherever it is.

        :raises StrategyError: there is no such state, nothing leads to it, or something went wrong on the way. It is an
            error of the result, never a fail.
        :raises ConfigurationError: the node has no strategy, or one that cannot be used.
        """
        __tracebackhide__ = True
        self._strategy.go_to(state)

    def state(self) -> str | None:
        """Look which state of its strategy the device is in right now; None for one that is not declared.

        :raises StrategyError: a check raised. :raises ConfigurationError: as `go_to` does.
        """
        __tracebackhide__ = True
        return self._strategy.look()

    def audio_level(self, duration_secs: float = 1.0, *, since: float | None = None) -> AudioLevel:
        """Return how loud it is; see `qarunner.audio_level`."""
        level: AudioLevel = _sound_module().audio_level(duration_secs, since=since)
        return level

    def wait_for_sound(self, timeout_secs: float = 10.0, threshold: float = -50.0, **more: float | None) -> Sound:
        """Wait until there is sound; see `qarunner.wait_for_sound`."""
        found: Sound = _sound_module().wait_for_sound(timeout_secs, threshold, **more)
        return found

    def wait_for_silence(self, timeout_secs: float = 10.0, threshold: float = -50.0, **more: float | None) -> Sound:
        """Wait until it is silent; see `qarunner.wait_for_silence`."""
        found: Sound = _sound_module().wait_for_silence(timeout_secs, threshold, **more)
        return found

    @property
    def keys(self) -> Collection[str] | None:
        """The keys the remote can send; None when it takes any."""
        return self._use.handle.keys()

    @property
    def faults(self) -> Mapping[str, str]:
        """The faults that the node's drivers can inject, each with a sentence."""
        return self._use.handle.faults()

    def inject_fault(self, name: str, value: float = 1.0) -> None:
        """Switch a fault on; 0 switches it off. All are switched off when the testcase ends."""
        self._use.uses_device().inject_fault(name, value)
        self._use.noted("fault", f"{name} = {value:g}", time.monotonic())

    @contextmanager
    def fault(self, name: str, value: float = 1.0) -> Iterator[None]:
        """Have a fault on for as long as the block runs."""
        self.inject_fault(name, value)
        try:
            yield
        finally:
            self.inject_fault(name, 0.0)

    def status(self) -> Any:
        """Return the exporter's status: capture format, frame rate, dropped frames, signal, lease, readers."""
        return self._use.handle.status()


def _sound_module() -> Any:
    from qarunner.runner import sound

    return sound


def _stbt() -> Any:
    import stbt_core

    return stbt_core
