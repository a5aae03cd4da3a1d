"""What a person may set on browsers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from qarunner import Options

SMALLEST, LARGEST = (160, 90), (3840, 2160)


class ProgramOptions(Options, frozen=True, kw_only=True):
    """How a browser of this machine is found and started."""

    program: Annotated[str, msgspec.Meta(description="the browser's program, where it is not found by its name")] = ""
    driver: Annotated[str, msgspec.Meta(description="chromedriver or geckodriver, where it is not on PATH")] = ""
    headless: Annotated[bool, msgspec.Meta(description="without a window; false needs a display (DISPLAY)")] = True
    display: Annotated[
        Literal["", "xvfb"],
        msgspec.Meta(description="xvfb: on an X display started for it, from which its pictures are taken"),
    ] = ""
    arguments: Annotated[list[str], msgspec.Meta(description="further arguments of the browser's program")] = []
    size: Annotated[
        str, msgspec.Meta(pattern=r"^\d{2,4}x\d{2,4}$", description="width x height of the page in pixels")
    ] = "1280x720"

    def __post_init__(self) -> None:
        """Refuse a size that no browser shows."""
        (width, height), (least, lowest), (most, highest) = self.width_height, SMALLEST, LARGEST
        if not (least <= width <= most and lowest <= height <= highest):
            message = f"size {self.size} is outside {least}x{lowest} to {most}x{highest}"
            raise ValueError(message)

    @property
    def width_height(self) -> tuple[int, int]:
        """Size of the page in pixels."""
        width, height = self.size.split("x")
        return int(width), int(height)


class PageOptions(ProgramOptions, frozen=True, kw_only=True):
    """Options of ``capture = "browser:ADDRESS"``."""

    browser: Annotated[Literal["chromium", "firefox"], msgspec.Meta(description="which browser: chromium, firefox")] = (
        "chromium"
    )
    fps: Annotated[
        float, msgspec.Meta(ge=1, le=60, description="frames a second while the page stands still; of a display always")
    ] = 25
    picture: Annotated[
        Literal["jpeg", "png", "screenshots"],
        msgspec.Meta(description="of Chromium: jpeg or (exact, slower) png of its screencast, or screenshots"),
    ] = "jpeg"
    quality: Annotated[int, msgspec.Meta(ge=1, le=100, description="of jpeg, up to 100")] = 90


class KeyboardOptions(Options, frozen=True, kw_only=True):
    """Options of ``remote = "browser:"``."""

    keys: Annotated[
        dict[str, str | int],
        msgspec.Meta(
            description='other keys for this application: KEY_BACK = "Backspace" (DOM key) or 10009 (keyCode)'
        ),
    ] = {}
    repeat_after: Annotated[float, msgspec.Meta(ge=0.05, le=5, description="seconds until a held key repeats")] = 0.4
    repeats: Annotated[float, msgspec.Meta(ge=1, le=60, description="repeats a second of a held key")] = 9
