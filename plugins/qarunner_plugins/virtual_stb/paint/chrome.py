"""What several menus share: the ground they stand on, the word mark, the clock, the legend of coloured keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import theme
from .shapes import diagonal_gradient, glow
from .sprite import blit, coloured
from .strokes import BOLD, LIGHT, MEDIUM

if TYPE_CHECKING:
    from .canvas import Canvas
    from .sprite import Pixels

MARGIN = 56
RIGHT = 1280 - MARGIN


def ground(canvas: Canvas) -> Pixels:
    """The dark ground of the menus, as a picture."""

    def make() -> Pixels:
        picture = diagonal_gradient(canvas.width, canvas.height, theme.bgr("141b30"), theme.INK)
        light = coloured(glow(canvas.px(1100)), theme.bgr("2c3f8f"))
        blit(picture, light, canvas.px(720), canvas.px(-700), 0.55)
        return picture

    return canvas.cache.get(("ground", canvas.width), make)


def logo(canvas: Canvas, x: float, y: float, size: float, opacity: float = 1.0) -> None:
    """The round mark: a play sign on a disc, its upper left corner at x, y."""
    canvas.panel((x, y, size, size), size / 2, theme.ACCENT, opacity)
    canvas.icon("play", (x + size * 0.25, y + size * 0.22), size * 0.56, theme.WHITE, opacity)


def word_mark(canvas: Canvas) -> None:
    """The mark and the name at the upper left."""
    logo(canvas, MARGIN, 36, 28)
    canvas.text("qarunner", (MARGIN + 38, 58), 23, theme.TEXT, BOLD)


def clock(canvas: Canvas, text: str) -> None:
    """The time at the upper right."""
    canvas.text(text, (RIGHT, 60), 28, theme.TEXT, LIGHT, align=1)


def heading(canvas: Canvas, text: str, y: float = 92) -> None:
    """The name of a screen."""
    canvas.text(text, (MARGIN, y), 40, theme.TEXT, BOLD)


def legend(canvas: Canvas, entries: tuple[tuple[theme.Colour, str], ...], y: float) -> None:
    """Coloured dots with what their keys do."""
    x: float = MARGIN
    for colour, text in entries:
        canvas.panel((x, y - 14, 14, 14), 7, colour)
        x += 24
        x += canvas.text(text, (x, y - 1), 18, theme.MUTED, MEDIUM) + 36
