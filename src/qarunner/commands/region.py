"""A region of a frame as a person types it: ``x,y,right,bottom`` or ``x,y+WIDTHxHEIGHT``, in pixels."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qarunner.errors import ConfigurationError

SMALLEST = 4
"""Pixels on each side; anything smaller matches everywhere."""

_CORNERS = re.compile(r"(\d+),(\d+),(\d+),(\d+)")
_SIZE = re.compile(r"(\d+),(\d+)\+(\d+)x(\d+)")
_ADVICE = "Write x,y,right,bottom such as 100,50,164,114 - or x,y+WIDTHxHEIGHT such as 100,50+64x64"


@dataclass(frozen=True)
class Region:
    """Pixels from `x`, `y` up to, not including, `right`, `bottom`."""

    x: int
    y: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.x

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.y


def parse_region(text: str) -> Region:
    """Read a region.

    :raises ConfigurationError: it is none, or too small.
    """
    compact = re.sub(r"\s+", "", text)
    if corners := _CORNERS.fullmatch(compact):
        region = Region(*(int(number) for number in corners.groups()))
    elif size := _SIZE.fullmatch(compact):
        x, y, width, height = (int(number) for number in size.groups())
        region = Region(x, y, x + width, y + height)
    else:
        raise ConfigurationError(f"{text!r} is no region", _ADVICE)
    if region.width < SMALLEST or region.height < SMALLEST:
        problem = f"region {text!r} is {region.width}x{region.height} pixels; an image needs {SMALLEST}x{SMALLEST}"
        raise ConfigurationError(problem, _ADVICE)
    return region


def check_inside(region: Region, width: int, height: int) -> None:
    """Refuse a region that reaches out of a frame of this size.

    :raises ConfigurationError: it does.
    """
    if region.right > width or region.bottom > height:
        problem = f"the region ends at {region.right},{region.bottom}, the frame at {width},{height}"
        raise ConfigurationError(problem, "Regions are in pixels of the node's frame_size")
