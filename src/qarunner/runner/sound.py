"""What a testcase may ask of the sound: how loud it is, and to wait until there is some, or none.

Levels are in dBFS: 0 is full scale, a sine of full scale has an RMS of -3.0, silence is -100. Times are epoch seconds,
as frames and key presses carry them. Where the node delivers no sound, or it stops coming, that is an error of the rig;
a sound that does not come, or does not end, in time is a fail.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy
import stbt_core

from qarunner.runner.listening import WINDOW, Listener
from qarunner.runner.sound_levels import QUIETEST, Flags, LevelMeter, RunFinder, first_loud, loud_windows

if TYPE_CHECKING:
    from qarunner.nodes.audio_ring import Heard

THRESHOLD = -50.0
"""dBFS that count as sound: above the noise of an analog input, below quiet speech."""


class SoundTimeout(stbt_core.UITestFailure):  # type: ignore[misc]  # stbt_core has no types
    """The sound did not begin, or did not end, in time: the device is wrong."""


@dataclass(frozen=True)
class AudioLevel:
    """How loud it was.

    `time`: epoch seconds of its beginning. `duration`: seconds.
    `rms`, `peak`: dBFS of each channel, left before right.
    `missing`: seconds of it that the node did not deliver; they count neither as silence nor as sound.
    """

    time: float
    duration: float
    rms: tuple[float, ...]
    peak: tuple[float, ...]
    missing: float = 0.0

    @property
    def loudest(self) -> float:
        """The RMS of the loudest channel, dBFS."""
        return max(self.rms)


@dataclass(frozen=True)
class Sound:
    """A sound, or a silence, that was waited for.

    `time`: epoch seconds at which it began. `level`: of its beginning.
    """

    time: float
    level: AudioLevel


def audio_level(duration_secs: float = 1.0, *, since: float | None = None) -> AudioLevel:
    """Return how loud it is for `duration_secs` from now on, or from `since` on.

    :param since: epoch seconds, such as a frame's ``time`` or a press's ``end_time``; at most 10 s ago.
    :raises DeviceError: the node delivers no sound.
    """
    __tracebackhide__ = True
    _check_seconds("audio_level", duration_secs=duration_secs)
    listener = Listener(since)
    meter, missing = LevelMeter(), 0
    for heard in listener.portions(duration_secs):
        meter.add(*heard)
        missing += heard.missing
    begin = listener.epoch(listener.first)
    level = AudioLevel(begin, duration_secs, meter.rms, meter.peaks, missing / listener.rate)
    data = {**_shown(level), "missing": level.missing}
    listener.note(listener.first, f"{level.loudest:.1f} dBFS", duration_secs, data)
    return level


def wait_for_sound(
    timeout_secs: float = 10.0,
    threshold: float = THRESHOLD,
    *,
    duration_secs: float = 0.1,
    since: float | None = None,
) -> Sound:
    """Wait until the loudest channel reaches `threshold` dBFS (RMS over 10 ms) for `duration_secs` without a pause.

    :param timeout_secs: in which that must have happened, from now or `since` on.
    :param since: epoch seconds, such as a press's ``end_time``; at most 10 s ago.
    :raises SoundTimeout: it has not. :raises DeviceError: the node delivers no sound.
    """
    __tracebackhide__ = True
    return _wait("sound", timeout_secs, threshold, duration_secs, since)


def wait_for_silence(
    timeout_secs: float = 10.0,
    threshold: float = THRESHOLD,
    *,
    duration_secs: float = 1.0,
    since: float | None = None,
) -> Sound:
    """Wait until all channels stay below `threshold` dBFS (RMS over 10 ms) for `duration_secs`.

    Sound that the node did not deliver is no silence. Parameters and errors are those of `wait_for_sound`.
    """
    __tracebackhide__ = True
    return _wait("silence", timeout_secs, threshold, duration_secs, since)


def _wait(what: str, timeout_secs: float, threshold: float, duration_secs: float, since: float | None) -> Sound:
    __tracebackhide__ = True
    _check_seconds(f"wait_for_{what}", timeout_secs=timeout_secs, duration_secs=duration_secs)
    if not QUIETEST < threshold <= 0:
        raise ValueError(f"wait_for_{what}: threshold={threshold} must be in dBFS, above {QUIETEST:g} and at most 0")
    listener = Listener(since)
    finder = RunFinder(math.ceil(duration_secs / WINDOW - 1e-6))
    loudest = LevelMeter()
    for heard in listener.portions(timeout_secs):
        loudest.add(*heard)
        found = finder.feed(_flags(what, heard, listener.window, threshold))
        if found is not None:
            return _found(what, listener, listener.first + found * listener.window, threshold, duration_secs)
    listener.note(listener.first, f"no {what}", timeout_secs, {"found": False, "threshold": threshold})
    problem = f"no {what} of {duration_secs:g} s within {timeout_secs:g} s, at a threshold of {threshold:g} dBFS"
    raise SoundTimeout(
        f"{problem}; in that time it was at {max(loudest.rms):.1f} dBFS, its peak {max(loudest.peaks):.1f}"
    )


def _found(what: str, listener: Listener, first: int, threshold: float, duration_secs: float) -> Sound:
    if what == "sound":
        first += first_loud(listener.read(first, listener.window).samples, threshold)
    heard = listener.read(first, round(duration_secs * listener.rate))
    meter = LevelMeter()
    meter.add(*heard)
    begin = listener.epoch(first)
    level = AudioLevel(begin, duration_secs, meter.rms, meter.peaks, heard.missing / listener.rate)
    listener.note(first, what, duration_secs, {"found": True, "threshold": threshold, **_shown(level)})
    return Sound(begin, level)


def _shown(level: AudioLevel) -> dict[str, list[float]]:
    return {"rms": [round(each, 1) for each in level.rms], "peak": [round(each, 1) for each in level.peak]}


def _flags(what: str, heard: Heard, window: int, threshold: float) -> Flags:
    loud = loud_windows(heard.samples, window, threshold)
    if what == "sound":
        return loud
    return numpy.zeros_like(loud) if heard.missing else ~loud


def _check_seconds(function: str, **values: float) -> None:
    for name, value in values.items():
        if not 0 < value <= 3600:  # noqa: PLR2004 - an hour, in which a limit is a mistake
            raise ValueError(f"{function}: {name}={value} must be more than 0 seconds, and at most an hour")
