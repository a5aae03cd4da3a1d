"""Pictures with transparency that are laid over others, cheaply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[numpy.uint8]


@dataclass(frozen=True, slots=True)
class Sprite:
    """`colour` is already multiplied by the coverage; `keep` is what remains of what lies below (255 - coverage).

    Both have shape (height, width, 3). Inside `solid` rows and columns from either edge it covers fully (0: nowhere).
    """

    colour: Pixels
    keep: Pixels
    solid: int = 0

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self.colour.shape[1])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self.colour.shape[0])


def cut_out(pixels: Pixels, mask: Pixels, solid: int = 0) -> Sprite:
    """Make a sprite of a picture (height, width, 3) and its coverage (height, width)."""
    mask3 = cast("Pixels", cv2.merge([mask, mask, mask]))
    colour = cast("Pixels", cv2.multiply(pixels, mask3, scale=1 / 255))
    return Sprite(colour, cast("Pixels", cv2.bitwise_not(mask3)), solid)


def shrunk(picture: Pixels, width: int, height: int) -> Pixels:
    """Return a picture or mask made smaller, averaging."""
    return cast("Pixels", cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))


def coloured(mask: Pixels, colour: tuple[int, int, int]) -> Sprite:
    """Make a sprite of one colour."""
    steps = numpy.arange(256)[:, None] * numpy.array(colour)[None, :] / 255
    table = numpy.round(steps).astype(numpy.uint8)
    keep = cv2.bitwise_not(mask)
    return Sprite(numpy.ascontiguousarray(table[mask]), cast("Pixels", cv2.merge([keep, keep, keep])))


def blit(target: Pixels, sprite: Sprite, x: int, y: int, opacity: float = 1.0) -> None:
    """Lay a sprite over `target` with its upper left corner at (x, y); what lies outside is cut off."""
    left, top = max(x, 0), max(y, 0)
    right = min(x + sprite.width, target.shape[1])
    bottom = min(y + sprite.height, target.shape[0])
    if left >= right or top >= bottom or opacity <= 0:
        return
    edge = sprite.solid
    inner = (max(top, y + edge), min(bottom, y + sprite.height - edge), max(left, x + edge),
             min(right, x + sprite.width - edge))  # fmt: skip
    if not edge or opacity < 1 or inner[0] >= inner[1] or inner[2] >= inner[3]:
        _blend(target, sprite, x, y, (top, bottom, left, right), opacity)
        return
    up, down, west, east = inner
    target[up:down, west:east] = sprite.colour[up - y : down - y, west - x : east - x]
    for part in ((top, up, left, right), (down, bottom, left, right), (up, down, left, west), (up, down, east, right)):
        if part[0] < part[1] and part[2] < part[3]:
            _blend(target, sprite, x, y, part, 1.0)


def _blend(target: Pixels, sprite: Sprite, x: int, y: int, part: tuple[int, int, int, int], opacity: float) -> None:
    top, bottom, left, right = part
    region = target[top:bottom, left:right]
    where = (slice(top - y, bottom - y), slice(left - x, right - x))
    colour: Any = sprite.colour[where]
    keep: Any = sprite.keep[where]
    if opacity < 1:
        colour = cv2.convertScaleAbs(colour, alpha=opacity)
        keep = cv2.convertScaleAbs(keep, alpha=opacity, beta=255 * (1 - opacity))
    cv2.multiply(region, keep, dst=region, scale=1 / 255)
    cv2.add(region, colour, dst=region)
