"""Turns a state and a time into a picture, doing again only what changed since the picture before.

Each screen is two functions: what is to be seen (equal answers are equal pictures), and drawing that. Notices, bars and
banners are drawn over a copy of the screen, so they may move while the screen below is not drawn again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy

from ..machine import timing
from ..machine.state import Box, Screen
from ..machine.tween import ease_out
from . import guide, home, live, overlays, player, search, settings, system
from .cache import Cache
from .canvas import HEIGHT, WIDTH, Canvas

if TYPE_CHECKING:
    from .sprite import Pixels

_CACHE_BYTES, _SCENE_COUNT = 160_000_000, 3

_SCREENS: dict[Screen, tuple[Callable[[Box, float], Any], Callable[[Canvas, Any], None]]] = {
    Screen.STANDBY: (system.look_standby, system.paint_standby),
    Screen.BOOT: (system.look_boot, system.paint_boot),
    Screen.HOME: (home.look, home.paint),
    Screen.LIVE: (live.look, live.paint),
    Screen.GUIDE: (guide.look, guide.paint),
    Screen.SETTINGS: (settings.look, settings.paint),
    Screen.SEARCH: (search.look, search.paint),
    Screen.LOADING: (player.look_loading, player.paint_loading),
    Screen.PLAYER: (player.look, player.paint),
}


def _digits(box: Box, _time: float) -> str | None:
    return box.live.digits or None


_OVERLAYS: tuple[tuple[Callable[[Box, float], Any], Callable[[Canvas, Any], None]], ...] = (
    (live.banner, live.paint_banner),
    (player.controls, player.paint_controls),
    (_digits, live.paint_digits),
    (overlays.toast, overlays.paint_toast),
    (overlays.volume, overlays.paint_volume),
)


class Renderer:
    """Draws pictures of one size. Not for several threads at once."""

    def __init__(self, width: int, height: int) -> None:
        self.size = width, height
        cache, scenes = Cache(_CACHE_BYTES), Cache(_SCENE_COUNT * 64)
        self._pictures = [numpy.zeros((height, width, 3), numpy.uint8) for _ in range(3)]
        self._screen, self._before, self._whole = (Canvas(_wide(picture), cache, scenes) for picture in self._pictures)
        self._screen_look: Any = None
        self._before_look: Any = None
        self._whole_look: Any = None

    def prepare(self) -> None:
        """Draw the home menu once, so that its cards are there when it is opened."""
        self.render(Box(), 0.0)

    def black(self) -> Pixels:
        """A black picture."""
        self._whole_look = None
        self._pictures[2].fill(0)
        return self._pictures[2]

    def render(self, box: Box, time: float) -> Pixels:
        """Return the picture of `box` at `time`: shape (height, width, 3), BGR. It is valid until the next call."""
        look, paint = _SCREENS[box.screen]
        seen = box.screen, look(box, time)
        if seen != self._screen_look:
            paint(self._screen, seen[1])
            self._screen_look = seen
        share = ease_out((time - box.since) / timing.FADE) if box.previous else 1.0
        over = tuple((paint_over, found) for find, paint_over in _OVERLAYS if (found := find(box, time)) is not None)
        if share >= 1 and not over:
            return self._pictures[0]
        whole = seen, over, round(share, 3), box.previous, box.since
        if whole != self._whole_look:
            numpy.copyto(self._pictures[2], self._pictures[0])
            if share < 1 and box.previous:
                self._fade_from(box, box.previous, share)
            for paint_over, found in over:
                paint_over(self._whole, found)
            self._whole_look = whole
        return self._pictures[2]

    def _fade_from(self, box: Box, screen: Screen, share: float) -> None:
        """Mix in the screen before, as it was when it was left."""
        look, paint = _SCREENS[screen]
        seen = screen, look(box, box.since)
        if seen != self._before_look:
            paint(self._before, seen[1])
            self._before_look = seen
        self._whole.fade(self._before.pixels, 1 - share)


def _wide(picture: Pixels) -> Pixels:
    """The largest part of a picture with the proportions 16:9, in its middle; the rest stays black."""
    height, width = picture.shape[:2]
    inner_width = min(width, height * WIDTH // HEIGHT)
    inner_height = min(height, width * HEIGHT // WIDTH)
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    return picture[top : top + inner_height, left : left + inner_width]
