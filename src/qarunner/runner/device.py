"""The device under test as stbt_core wants it: the object behind ``stbt_core.press``, ``get_frame`` and the rest."""

from __future__ import annotations

import enum
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol
from weakref import ref

import stbt_core

from qarunner.errors import DeviceError

if TYPE_CHECKING:
    from qarunner.nodes.client import NodeHandle
    from qarunner.nodes.ring import Frame
    from qarunner.protocols import Pixels
    from qarunner.runner.annotations import Annotations
    from qarunner.runner.epoch import EpochClock

LONGEST_HOLD = 60.0
NO_VIDEO_AFTER = 10.0


class Watcher(Protocol):
    """Who wants to know what the test does with the device."""

    @property
    def annotations(self) -> Annotations:
        """Where matches are noted."""
        ...

    @property
    def epoch(self) -> EpochClock:
        """Between the node's clock and the time of day."""
        ...

    def uses_device(self) -> NodeHandle:
        """Called before each use: starts the video; returns the node to use."""
        ...

    def looked_at(self, pixels: Pixels, when: float) -> None:
        """The test got this frame."""
        ...

    def pressed(self, key: str, start: float, end: float, hold: float | None) -> None:
        """A key has been pressed."""
        ...


class DeviceUnderTest:
    """What ``stbt_core._dut`` is set to for a session."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._last_keypress: stbt_core.Keypress | None = None
        self._frame: stbt_core.Frame | None = None
        self._taken = 0.0
        self._epoch = watcher.epoch

    def last_keypress(self) -> stbt_core.Keypress | None:
        """Return what the last `press` returned."""
        return self._last_keypress

    def press(
        self, key: str | enum.Enum, interpress_delay_secs: float | None = None, hold_secs: float | None = None
    ) -> stbt_core.Keypress:
        """Send a key press, held for `hold_secs` where given."""
        __tracebackhide__ = True
        if hold_secs is not None and hold_secs > LONGEST_HOLD:
            raise ValueError(f"press: hold_secs={hold_secs} is more than {LONGEST_HOLD:g} s")
        if hold_secs is None or hold_secs <= 0:
            name, handle, before = self._prepare(key, interpress_delay_secs)
            start, end = handle.press(name)
            return self._note(name, start, end, before, None)
        with self.pressing(key, interpress_delay_secs) as keypress:
            time.sleep(hold_secs)
        return keypress

    @contextmanager
    def pressing(
        self, key: str | enum.Enum, interpress_delay_secs: float | None = None
    ) -> Iterator[stbt_core.Keypress]:
        """Hold a key for as long as the block runs."""
        name, handle, before = self._prepare(key, interpress_delay_secs)
        if not handle.can_hold:
            raise DeviceError(
                f"press: the remote of node {handle.id} cannot hold {name}", "Use single presses, or another remote"
            )
        start = handle.keydown(name)[0]
        keypress = stbt_core.Keypress(name, start + self._epoch.offset, None, before)
        self._last_keypress = keypress
        try:
            yield keypress
        finally:
            end = handle.keyup(name)[1]
            keypress.end_time = end + self._epoch.offset
            self._watcher.pressed(name, start, end, end - start)

    def draw_text(self, text: str, duration_secs: float = 3) -> None:
        """Put a note into the timeline."""
        self._watcher.annotations.draw(text, duration_secs)

    def press_until_match(
        self,
        key: str | enum.Enum,
        image: Any,
        interval_secs: float | None = None,
        max_presses: int | None = None,
        match_parameters: Any = None,
        region: Any = stbt_core.Region.ALL,
    ) -> stbt_core.MatchResult:
        """Press until the image is there, looking before the first press and after each."""
        interval = _configured("press_until_match", "interval_secs", interval_secs, float)
        presses = _configured("press_until_match", "max_presses", max_presses, int)
        image = stbt_core.load_image(image) if isinstance(image, str) else image
        for _press in range(presses):
            try:
                return stbt_core.wait_for_match(image, interval, match_parameters=match_parameters, region=region)
            except stbt_core.MatchTimeout:
                self.press(key)
        return stbt_core.wait_for_match(image, interval, match_parameters=match_parameters, region=region)

    def frames(self, timeout_secs: float | None = None) -> Iterator[stbt_core.Frame]:
        """Yield each new frame once, at least one; end when a frame is later than `timeout_secs` from now."""
        end = None if timeout_secs is None else time.time() + timeout_secs
        wait = max(NO_VIDEO_AFTER, timeout_secs or 0)
        sequence, frame = self._newest(0, wait)
        yield frame
        while True:
            sequence, frame = self._newest(sequence, wait)
            if end is not None and frame.time > end:
                return
            yield frame

    def get_frame(self) -> stbt_core.Frame:
        """Return the newest frame."""
        return self._newest(0, NO_VIDEO_AFTER)[1]

    def _newest(self, after: int, timeout: float) -> tuple[int, stbt_core.Frame]:
        """Wait for a frame with a higher number than `after`; with 0 any will do while pictures come."""
        __tracebackhide__ = True
        handle = self._watcher.uses_device()
        found = handle.frames.newest(after, timeout)
        if found is None:
            reason = handle.frames.problem or "the capture has stopped delivering"
            raise stbt_core.NoVideo(f"node {handle.id}: no picture for {timeout:g} s: {reason}")
        return found.sequence, self._as_stbt(found)

    def _as_stbt(self, found: Frame) -> stbt_core.Frame:
        """Make stbt_core's frame of the ring's; the same frame again is the same object."""
        if self._frame is None or self._taken != found.time:
            found.pixels.flags.writeable = False
            sink = ref(self._watcher.annotations)
            self._frame = stbt_core.Frame(found.pixels, time=found.time + self._epoch.refresh(), _draw_sink=sink)
            self._taken = found.time
        self._watcher.looked_at(found.pixels, found.time)
        return self._frame

    def _prepare(
        self, key: str | enum.Enum, interpress_delay_secs: float | None
    ) -> tuple[str, NodeHandle, stbt_core.Frame | None]:
        """Name the key, wait for the pause since the last press, and take the frame before."""
        name = _key_name(key)
        handle = self._watcher.uses_device()
        last_end = getattr(self._last_keypress, "end_time", None)
        if last_end is not None:
            delay = _configured("press", "interpress_delay_secs", interpress_delay_secs, float)
            time.sleep(max(0.0, last_end + delay - time.time()))
        before = self._newest(0, NO_VIDEO_AFTER)[1] if handle.config.capture else None
        return name, handle, before

    def _note(
        self, name: str, start: float, end: float, before: stbt_core.Frame | None, hold: float | None
    ) -> stbt_core.Keypress:
        self._last_keypress = stbt_core.Keypress(name, start + self._epoch.offset, end + self._epoch.offset, before)
        self._watcher.pressed(name, start, end, hold)
        return self._last_keypress


def _key_name(key: str | enum.Enum) -> str:
    """Return the key's name; ``[control] keymap_section`` may name a section that translates it."""
    name = str(key.value) if isinstance(key, enum.Enum) else str(key)
    section = stbt_core.get_config("control", "keymap_section", "")
    return str(stbt_core.get_config(section, name, name)) if section else name


def _configured(section: str, key: str, given: Any, kind: Any) -> Any:
    return stbt_core.get_config(section, key, type_=kind) if given is None else given
