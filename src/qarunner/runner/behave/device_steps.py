"""Steps for a device that every pack can use without writing Python.

They fit under any keyword (Given, When, Then, And) and stand behind a pack's own: where a pack defines a step of the
same text, the pack's runs. Images are looked for in the folder of the feature file, then in the pack's root. Where no
time is given a step waits up to 10 seconds for what it wants to see, which is what stbt_core does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from behave.matchers import Match
from behave.model_type import Argument

from qarunner.errors import QarunnerError, nearest

PATIENCE = 10.0
"""Seconds a step waits when it says no time."""
STILL = 1.0
"""Seconds without a change that make a still screen."""

_SECONDS = r"(?P<seconds>\d+(?:\.\d+)?) seconds?"
_WITHIN = rf"(?: within {_SECONDS})?"


@dataclass(frozen=True)
class DeviceStep:
    """One step: how it reads (an example), the regular expression it must fit whole, and the function that does it."""

    example: str
    expression: re.Pattern[str]
    function: Callable[..., None]

    @property
    def explanation(self) -> str:
        """What it does, one sentence."""
        return (self.function.__doc__ or "").strip()


LIBRARY: list[DeviceStep] = []
"""All device steps, in the order they are tried."""


def find_match(step: Any) -> Match | None:
    """Return behave's match of the device step that fits a step of a feature, or None."""
    for each in LIBRARY:
        fit = each.expression.fullmatch(step.name)
        if fit is not None:
            groups = fit.groupdict().items()
            arguments = [Argument(fit.start(name), fit.end(name), value, value, name) for name, value in groups]
            return Match(each.function, arguments)
    return None


def _device_step(example: str, expression: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def register(function: Callable[..., None]) -> Callable[..., None]:
        LIBRARY.append(DeviceStep(example, re.compile(expression), function))
        return function

    return register


@_device_step("I press KEY_OK 3 times", r"I press (?P<key>[^\s\"]+)(?: (?P<count>\d+) times?)?")
def press(_context: Any, key: str, count: str | None) -> None:
    """Press a key of the remote control, once or several times."""
    import stbt_core

    for _ in range(int(count or 1)):
        stbt_core.press(key)


@_device_step("I hold KEY_RIGHT for 2 seconds", rf"I hold (?P<key>[^\s\"]+) for {_SECONDS}")
def hold(_context: Any, key: str, seconds: str) -> None:
    """Hold a key of the remote control down."""
    import stbt_core

    stbt_core.press(key, hold_secs=float(seconds))


@_device_step('I see "menu.png" within 5 seconds', rf'I see "(?P<image>[^"]+)"{_WITHIN}')
def see(context: Any, image: str, seconds: str | None) -> None:
    """Wait until an image is on the screen."""
    import stbt_core

    stbt_core.wait_for_match(_find_image(context, image), timeout_secs=_patience(seconds))


@_device_step('I do not see "spinner.png" within 5 seconds', rf'I do not see "(?P<image>[^"]+)"{_WITHIN}')
def do_not_see(context: Any, image: str, seconds: str | None) -> None:
    """Wait until an image is not, or no longer, on the screen."""
    import stbt_core

    reference = stbt_core.load_image(_find_image(context, image))
    for frame in stbt_core.frames(timeout_secs=_patience(seconds)):
        if not stbt_core.match(reference, frame=frame):
            return
    raise AssertionError(f"{image} is still on the screen after {_patience(seconds):g} seconds")


@_device_step('I read "Settings" within 5 seconds', rf'I read "(?P<text>[^"]+)"{_WITHIN}')
def read(_context: Any, text: str, seconds: str | None) -> None:
    """Wait until a text can be read on the screen; blanks and line breaks count alike."""
    import stbt_core

    wanted, seen = " ".join(text.split()), ""
    for frame in stbt_core.frames(timeout_secs=_patience(seconds)):
        seen = " ".join(stbt_core.ocr(frame=frame).split())
        if wanted in seen:
            return
    raise AssertionError(f"{text!r} cannot be read on the screen after {_patience(seconds):g} seconds, but {seen!r}")


@_device_step("the screen moves within 5 seconds", rf"the screen moves{_WITHIN}")
def moves(_context: Any, seconds: str | None) -> None:
    """Wait until the picture moves."""
    import stbt_core

    stbt_core.wait_for_motion(timeout_secs=_patience(seconds))


@_device_step("the screen stops moving within 5 seconds", rf"the screen (?:stops moving|is still){_WITHIN}")
def is_still(_context: Any, seconds: str | None) -> None:
    """Wait until the picture has not changed for a second."""
    import stbt_core

    end = stbt_core.wait_for_transition_to_end(timeout_secs=_patience(seconds), stable_secs=STILL)
    assert end, f"the screen still moves after {_patience(seconds):g} seconds"


@_device_step("the screen is black within 5 seconds", rf"the screen is black{_WITHIN}")
def is_black(_context: Any, seconds: str | None) -> None:
    """Wait until the whole screen is black."""
    import stbt_core

    for frame in stbt_core.frames(timeout_secs=_patience(seconds)):
        if stbt_core.is_screen_black(frame):
            return
    raise AssertionError(f"the screen is not black after {_patience(seconds):g} seconds")


@_device_step('I go to the state "home"', r'I go to the state "(?P<state>[^"]+)"')
def go_to(context: Any, state: str) -> None:
    """Bring the device into a state of the node's strategy, from wherever it is."""
    context.node.go_to(state)


@_device_step("I hear sound within 5 seconds", rf"I hear sound{_WITHIN}")
def hear(_context: Any, seconds: str | None) -> None:
    """Wait until there is sound."""
    from qarunner.runner.sound import wait_for_sound

    wait_for_sound(_patience(seconds))


@_device_step("it is silent for 2 seconds", rf"it is silent for {_SECONDS}")
def is_silent(_context: Any, seconds: str) -> None:
    """Wait until it has been silent for so long; that must begin within 10 seconds."""
    from qarunner.runner.sound import wait_for_silence

    wait_for_silence(PATIENCE + float(seconds), duration_secs=float(seconds))


def _patience(seconds: str | None) -> float:
    return PATIENCE if seconds is None else float(seconds)


def _find_image(context: Any, image: str) -> str:
    folders = [Path(context.feature.filename).resolve().parent, Path(context.config.pack_root)]
    for folder in folders:
        if (folder / image).is_file():
            return str(folder / image)
    known = {path.name for folder in folders for path in folder.glob("*.png")}
    raise QarunnerError(
        f"there is no image {image} in {' or '.join(str(folder) for folder in dict.fromkeys(folders))}",
        nearest(image, known) or "Put the reference image beside the feature file, or give its path from there.",
    )
