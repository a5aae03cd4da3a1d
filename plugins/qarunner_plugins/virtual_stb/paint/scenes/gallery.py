"""Makes the scene of a name."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ..theme import PALETTES, Palette
from .city import City
from .hills import Hills
from .news import News
from .ocean import Ocean
from .pitch import Pitch
from .rings import Rings
from .shapes import Shapes
from .space import Space
from .testcard import TestCard

if TYPE_CHECKING:
    from ..sprite import Pixels


class Scene(Protocol):
    """A moving picture of one size."""

    def paint(self, pixels: Pixels, time: float) -> None:
        """Paint the moment `time` over the whole of `pixels`, which have the scene's size."""
        ...


_MAKERS: dict[str, Callable[[int, int, Palette, int], Scene]] = {
    "hills": Hills,
    "desert": functools.partial(Hills, kind="desert"),
    "waves": functools.partial(Hills, kind="waves"),
    "space": Space,
    "city": City,
    "ocean": Ocean,
    "pitch": Pitch,
    "news": News,
    "shapes": Shapes,
    "testcard": TestCard,
    "rings": Rings,
}
SCENES = tuple(_MAKERS)


def make_scene(name: str, width: int, height: int, palette: str, seed: int) -> Scene:
    """Make the scene `name` (one of `SCENES`) for a size in pixels, in the colours of a palette."""
    return _MAKERS[name](width, height, PALETTES[palette], seed)
