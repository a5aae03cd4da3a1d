"""``node.power``: the power of the device under test."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from qarunner.errors import DeviceError

if TYPE_CHECKING:
    from qarunner.node_config import NodeConfig
    from qarunner.runner.node_use import NodeUse


class Power:
    """The outlet of one node. Whatever goes wrong with it is an error, and names the node."""

    def __init__(self, config: NodeConfig, use: NodeUse) -> None:
        self._config = config
        self._use = use

    def on(self) -> None:
        """Restore it."""
        self._use.uses_device().power_on()
        self._use.noted("power", "on", time.monotonic())

    def off(self) -> None:
        """Cut it."""
        self._use.uses_device().power_off()
        self._use.noted("power", "off", time.monotonic())

    @property
    def is_on(self) -> bool | None:
        """Whether it is on; None when the outlet cannot tell."""
        return self._use.handle.power_state()

    def cycle(self, off_secs: float = 2.0, timeout_secs: float = 60.0) -> None:
        """Cut it for `off_secs` seconds, restore it, and wait for a picture that is not black.

        The power is on again whatever ends the pause, a time limit included. A node without capture is not waited for.

        :param timeout_secs: from the moment the power is on again.
        :raises DeviceError: there was no such picture within that time; says whether there was a black one.
        """
        if off_secs < 0 or timeout_secs <= 0:
            given = f"off_secs={off_secs}, timeout_secs={timeout_secs}"
            raise ValueError(f"power.cycle({given}): off_secs must be at least 0, timeout_secs above 0")
        self.off()
        try:
            time.sleep(off_secs)
        finally:
            self.on()
        if self._config.capture is not None:
            self._wait_for_picture(time.monotonic(), timeout_secs)

    def _wait_for_picture(self, since: float, timeout: float) -> None:
        """Wait for a picture taken after `since` (monotonic) that is not black."""
        import stbt_core

        frames = self._use.uses_device().frames
        newest, black = 0, False
        while (left := since + timeout - time.monotonic()) > 0:
            frame = frames.newest(newest, left)
            if frame is None:
                break
            newest = frame.sequence
            if frame.time <= since:
                continue  # the last one from before
            self._use.looked_at(frame.pixels, frame.time)
            black = bool(stbt_core.is_screen_black(frame.pixels))
            if not black:
                now = time.monotonic()
                self._use.told(since, "power", "picture", now - since, {})
                return
        seen = "a black picture" if black else f"no picture{f' ({frames.problem})' if frames.problem else ''}"
        model = self._config.device.get("model", "")
        device = f"node {self._config.id!r}{f' ({model})' if model else ''}"
        problem = f"{device} shows {seen}, {timeout:g} s after its power came back"
        advice = "Does it start by itself when the power returns? Does it need longer, cycle(timeout_secs=...)?"
        raise DeviceError(problem, advice)
