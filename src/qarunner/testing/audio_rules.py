"""The rules of a capture's sound, tried on a real one."""

from __future__ import annotations

import statistics
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from qarunner.protocols import AudioBlock, AudioFormat, AudioSource

if TYPE_CHECKING:
    from qarunner.testing.rules import Trial

FORMAT_LIMIT = 1.0
READ_TIMEOUT = 0.5
READ_GRACE = 5.0
BLOCKS = 10
LARGEST_STEP = 0.03
"""Seconds that a block may be off the end of the one before: an exporter takes more for lost sound."""


def check_sound(trial: Trial, capture: Any, seconds: float, again: str) -> None:
    """Try the sound of an opened capture, where it is an `AudioSource` that has any."""
    if not isinstance(capture, AudioSource):
        return
    given = trial.call(f"audio_format(){again}", capture.audio_format, FORMAT_LIMIT)
    if given is None:
        return
    if not isinstance(given, AudioFormat):
        trial.stop(f"audio_format(){again} gives {given!r}, not a qarunner.AudioFormat or None")
    blocks: list[AudioBlock] = []
    deadline = time.monotonic() + seconds
    while len(blocks) < BLOCKS and time.monotonic() < deadline:
        block = trial.call("read_audio()", lambda: capture.read_audio(READ_TIMEOUT), READ_TIMEOUT + READ_GRACE)
        if block is not None:
            _look_at(trial, block, given, f"block {len(blocks) + 1} of sound{again}")
            blocks.append(block)
    trial.rule(blocks, f"audio_format(){again} tells of sound, but read_audio() gave none in {seconds:g} s")
    steps = [after.time - before.time - len(before.samples) / given.sample_rate for before, after in pairwise(blocks)]
    # A clock that is still settling may make a step or two.
    typical = statistics.median([abs(step) for step in steps]) if steps else 0.0
    problem = (
        f"the blocks of sound{again} do not follow each other: most are {typical:.3f} s off the end of the one before"
    )
    trial.rule(typical <= LARGEST_STEP, problem)


def _look_at(trial: Trial, block: Any, given: AudioFormat, name: str) -> None:
    import numpy

    if not isinstance(block, AudioBlock) or not isinstance(block.samples, numpy.ndarray):
        trial.stop(f"{name} is no qarunner.AudioBlock with a numpy array")
    samples, now = block.samples, time.monotonic()
    trial.rule(samples.dtype == numpy.int16, f"{name}: samples are {samples.dtype}, not int16")
    wanted = f"(samples, {given.channels})"
    trial.rule(samples.shape[1:] == (given.channels,), f"{name}: shape {samples.shape}, not {wanted}")
    if abs(block.time - time.time()) < abs(block.time - now):
        trial.stop(f"{name}: its time is a time of day; give time.monotonic() of when its first sample was heard")
    trial.rule(block.time <= now, f"{name}: its time is {block.time - now:.3g} s in the future")
