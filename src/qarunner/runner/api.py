"""What a testcase may call beside stbt_core: measurements, named steps, latency, and ending the job."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qarunner.results import Measurement, Step
from qarunner.runner import current


class MeasurementOutsideLimitsError(AssertionError):
    """A measured value is outside its limits: the device is wrong."""


def measure(
    name: str, value: float, *, unit: str = "", low: float | None = None, high: float | None = None
) -> Measurement:
    """Note a measured value in the result; outside its limits the testcase fails.

    :param value: in `unit`. Both limits are inclusive; None means unlimited.
    :raises MeasurementOutsideLimitsError: says by how much.
    :raises ValueError: `low` is above `high`, or the name is empty.
    """
    __tracebackhide__ = True
    if not name or (low is not None and high is not None and low > high):
        raise ValueError(f"measure({name!r}, low={low}, high={high}): needs a name, and low <= high")
    evidence = current.session().evidence
    now = time.monotonic()
    measurement = Measurement(name=name, value=float(value), unit=unit, low=low, high=high, time=now - evidence.start)
    evidence.measurements.append(measurement)
    within = measurement.within_limits
    limits = {"low": low, "high": high, "within_limits": within}
    evidence.event(now, "measurement", name, data={"value": measurement.value, "unit": unit, **limits})
    if not within:
        raise MeasurementOutsideLimitsError(explain(measurement))
    return measurement


def explain(measurement: Measurement) -> str:
    """Return ``zap_time = 1.3 s is 0.3 s above its high limit of 1 s``."""
    value, low, high = measurement.value, measurement.low, measurement.high
    unit = f" {measurement.unit}" if measurement.unit else ""
    measured = f"{measurement.name} = {value:.6g}{unit} is"
    if math.isnan(value):
        return f"{measurement.name} is not a number"
    if high is not None and value > high:
        return f"{measured} {value - high:.6g}{unit} above its high limit of {high:.6g}{unit}"
    if low is not None and value < low:
        return f"{measured} {low - value:.6g}{unit} below its low limit of {low:.6g}{unit}"
    return f"{measured} within its limits"


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Name a part of a testcase: it appears in the result's steps and in its timeline."""
    evidence = current.session().evidence
    start = time.monotonic()
    status, message = "failed", ""
    try:
        yield
        status = "passed"
    except BaseException as error:
        message = f"{type(error).__name__}: {error}"
        raise
    finally:
        duration = time.monotonic() - start
        started = start - evidence.start
        evidence.steps.append(
            Step(keyword="step", name=name, status=status, started=started, duration=duration, message=message)
        )
        evidence.event(start, "step", name, duration, data={"keyword": "step", "status": status})


@dataclass(frozen=True)
class Latency:
    """When a key was pressed and when the picture answered, both in epoch seconds as frames carry them.

    `seconds` is exact to the frame: the true answer came at most one frame period earlier.
    """

    pressed: float
    answered: float
    frame_before: Any
    frame_after: Any

    @property
    def seconds(self) -> float:
        """From the start of the press to the first frame that differs."""
        return self.answered - self.pressed


def press_latency(key: str, *, mask: Any = None, timeout_secs: float = 10.0) -> Latency:
    """Press a key and return when the first changed frame was captured.

    Let the screen be still before: an animation within `mask` would be taken for the answer.

    :param mask: a region or mask as stbt_core takes them; only changes inside count.
    :raises AssertionError: nothing changed within `timeout_secs`.
    """
    __tracebackhide__ = True
    import stbt_core

    keypress = stbt_core.press(key)
    before = keypress.frame_before
    differ = stbt_core.BGRDiff()
    where = differ.preprocess_mask(stbt_core.Region.ALL if mask is None else mask, before.region)
    for frame in stbt_core.frames(timeout_secs):
        if frame.time > keypress.start_time and differ.diff(before, frame, where):
            return Latency(keypress.start_time, frame.time, before, frame)
    raise AssertionError(f"nothing on the screen changed within {timeout_secs:g} s of {key}")


def stop_job(reason: str = "") -> None:
    """End the run after this testcase; the reason is shown."""
    current.session().stop(reason or "stop_job() was called")
