"""A football match from the stand: the camera follows the ball, and the clock of the match runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy

from ..shapes import vertical_gradient
from ..sprite import Sprite, blit, cut_out, shrunk
from ..strokes import BOLD, MEDIUM, text_mask, text_width
from ..theme import Colour, Palette, bgr

if TYPE_CHECKING:
    from ..sprite import Pixels

_TEAMS: tuple[Colour, Colour] = (bgr("f4f6fc"), bgr("e6394a"))
_PLAYERS = 18
_PAN = 1.45
"""The ground is this much wider than the picture."""


class Pitch:
    """Northern against Seaside, two to one."""

    def __init__(self, width: int, height: int, _palette: Palette, seed: int) -> None:
        self._scale = height / 720
        self._ground = _ground(int(width * _PAN), height, seed)
        tall = max(10, int(height * 0.085))
        self._figures = [[_figure(tall, shirt, step) for step in range(2)] for shirt in _TEAMS]
        dice = numpy.random.default_rng(seed)
        low, high = (0.08, 0.36, 0.02, 0.02, 0), (0.92, 0.88, 0.10, 0.07, 6.3)
        self._paths = dice.uniform(low, high, (_PLAYERS, 5)).tolist()
        self._bug: tuple[str, Pixels] | None = None

    def paint(self, pixels: Pixels, time: float) -> None:
        """Paint the moment `time`."""
        height, width = pixels.shape[:2]
        wide = self._ground.shape[1]
        ball_x, ball_y, lift = self._ball(time)
        camera = min(max(ball_x * wide - width / 2, 0), wide - width)
        begin = int(camera)
        numpy.copyto(pixels, self._ground[:, begin : begin + width])
        places = sorted((self._place(number, time), number) for number in range(_PLAYERS))
        for (y, x), number in places:
            far = 0.62 + 0.5 * y
            self._player(pixels, x * wide - begin, y * height, number, time, far)
        unit = self._scale
        x, y = ball_x * wide - begin, ball_y * height
        shade = (round(x * 16), round((y + 4 * unit) * 16))
        cv2.ellipse(
            pixels, shade, (round(80 * unit), round(32 * unit)), 0, 0, 360, (30, 70, 20), cv2.FILLED, cv2.LINE_AA, 4
        )
        centre = (round(x * 16), round((y - lift * 90 * unit) * 16))
        cv2.circle(pixels, centre, max(16, round(6 * unit * 16)), (255, 255, 255), cv2.FILLED, cv2.LINE_AA, 4)
        self._score(pixels, time)

    def _place(self, number: int, time: float) -> tuple[float, float]:
        x, y, swing_x, swing_y, phase = self._paths[number]
        pull = 0.06 * math.sin(time * 0.23)
        return (
            min(max(y + swing_y * math.cos(time * 0.7 + phase), 0.34), 0.93),
            min(max(x + pull + swing_x * math.sin(time * 0.5 + phase * 2), 0.03), 0.97),
        )

    def _ball(self, time: float) -> tuple[float, float, float]:
        """Where the ball is: passed from one player to another every 1.8 s."""
        passing, progress = divmod(time / 1.8, 1)
        # play moves to and fro: the order is a walk, not chance
        first, second = int(passing) * 5 % _PLAYERS, (int(passing) + 1) * 5 % _PLAYERS
        (from_y, from_x), (to_y, to_x) = self._place(first, time), self._place(second, time)
        share = progress * progress * (3 - 2 * progress)
        lift = math.sin(progress * math.pi) * min(1.0, abs(to_x - from_x) * 2)
        return from_x + (to_x - from_x) * share, from_y + (to_y - from_y) * share, lift

    def _player(self, pixels: Pixels, x: float, y: float, number: int, time: float, far: float) -> None:
        figure = self._figures[number % 2][int(time * 5 + number * 0.37) % 2]
        unit = self._scale * far
        foot = (round(x * 16), round(y * 16))
        cv2.ellipse(
            pixels, foot, (round(260 * unit), round(80 * unit)), 0, 0, 360, (36, 84, 26), cv2.FILLED, cv2.LINE_AA, 4
        )
        blit(pixels, figure, round(x - figure.width / 2), round(y - figure.height))

    def _score(self, pixels: Pixels, time: float) -> None:
        seconds = 67 * 60 + int(time)
        text = f"NOR 2-1 SEA   {seconds // 60}:{seconds % 60:02}"
        if self._bug is None or self._bug[0] != text:
            self._bug = text, _badge(text, 22 * self._scale)
        picture = self._bug[1]
        top, left = int(36 * self._scale), int(56 * self._scale)
        region = pixels[top : top + picture.shape[0], left : left + picture.shape[1]]
        numpy.copyto(region, picture[: region.shape[0], : region.shape[1]])


def _badge(text: str, size: float) -> Pixels:
    width, height = int(text_width(text, size, MEDIUM) + size * 1.4), int(size * 1.9)
    picture = numpy.empty((height, width, 3), numpy.uint8)
    picture[:] = bgr("141a2e")
    picture[:, : max(2, int(size * 0.25))] = bgr("3ddbc0")
    mask = text_mask(text, size, MEDIUM)[:, : width - int(size * 0.8)]
    blit(picture, cut_out(numpy.full((*mask.shape, 3), 255, numpy.uint8), mask), int(size * 0.8), int(size * 0.34))
    return picture


def _figure(size: int, shirt: Colour, step: int) -> Sprite:
    over = 4
    width, height = int(size * 0.62) * over, size * over
    picture, mask = numpy.zeros((height, width, 3), numpy.uint8), numpy.zeros((height, width), numpy.uint8)
    pen = int(height * 0.11)

    def limb(colour: Colour, *points: tuple[float, float], thick: int = pen) -> None:
        line = numpy.array([(int(x * width), int(y * height)) for x, y in points])
        cv2.polylines(picture, [line], isClosed=False, color=colour, thickness=thick, lineType=cv2.LINE_AA)
        cv2.polylines(mask, [line], isClosed=False, color=255, thickness=thick, lineType=cv2.LINE_AA)

    stride = 0.2 if step else 0.08
    dark, skin = bgr("1b2238"), bgr("c98f6b")
    limb(skin, (0.5, 0.6), (0.5 - stride, 0.78), (0.4 - stride, 0.94))
    limb(skin, (0.5, 0.6), (0.5 + stride, 0.78), (0.5 + stride * 1.6, 0.92))
    limb(dark, (0.46, 0.56), (0.5 - stride * 0.6, 0.68), thick=int(pen * 1.3))
    limb(dark, (0.54, 0.56), (0.5 + stride * 0.6, 0.68), thick=int(pen * 1.3))
    limb(shirt, (0.5, 0.33), (0.5, 0.52), thick=int(pen * 2.1))
    limb(shirt, (0.4, 0.33), (0.28, 0.5), thick=int(pen * 0.8))
    limb(shirt, (0.6, 0.33), (0.74, 0.46), thick=int(pen * 0.8))
    limb(skin, (0.5, 0.14), (0.5, 0.15), thick=int(pen * 1.7))
    small = (width // over, height // over)
    return cut_out(shrunk(picture, *small), shrunk(mask, *small))


def _ground(width: int, height: int, seed: int) -> Pixels:
    stand, board = int(height * 0.2), int(height * 0.265)
    light, dark = bgr("3f9b4b"), bgr("368c42")
    picture = vertical_gradient(
        width, height, [(0, bgr("0d1424")), (0.2, bgr("1d2a44")), (0.27, light), (1, bgr("57b85f"))]
    )
    dice = numpy.random.default_rng(seed)
    _crowd(picture[:stand], dice)
    lean = 0.55
    stripe = max(8, width // 18)
    for number in range(-8, 30, 2):
        left = number * stripe
        middle = width / 2
        top = [middle + (x - middle) * lean for x in (left, left + stripe)]
        bottom = [middle + (x - middle) * 1.2 for x in (left, left + stripe)]
        area = numpy.array([(top[0], board), (top[1], board), (bottom[1], height), (bottom[0], height)]).astype(
            numpy.int32
        )
        layer = picture.copy()
        cv2.fillPoly(layer, [area], dark, cv2.LINE_AA)
        cv2.addWeighted(picture, 0.45, layer, 0.55, 0, dst=picture)
    _boards(picture, stand, board)
    _lines(picture, board)
    return picture


def _crowd(stand: Pixels, dice: numpy.random.Generator) -> None:
    """Rows of heads and scarves, darker towards the back."""
    height, width = stand.shape[:2]
    scarves = [bgr(code) for code in ("f4f6fc", "e6394a", "2f5fd0", "e8b98a", "8d6a55", "3a4468")]
    step = max(3.0, height / 13)
    for row in range(14):
        y, light = row * step, 0.18 + 0.42 * row / 13
        for x in numpy.arange(step / 2 * (row % 2), width, step * 0.92):
            if dice.uniform() < 0.88:
                colour = tuple(part * light for part in scarves[int(dice.integers(0, len(scarves)))])
                centre = (
                    round((x + dice.uniform(-0.2, 0.2) * step) * 16),
                    round((y + dice.uniform(-0.2, 0.2) * step) * 16),
                )
                cv2.circle(stand, centre, round(step * 0.4 * 16), colour, cv2.FILLED, cv2.LINE_AA, 4)


def _boards(picture: Pixels, top: int, bottom: int) -> None:
    size = (bottom - top) * 0.6
    x, number = 0, 0
    words = (("QARUNNER", "1b4dd8"), ("MERIDIAN", "e6394a"), ("DEEP BLUE", "0b7d8c"), ("ORBIT", "6b2fb3"))
    while x < picture.shape[1]:
        word, colour = words[number % len(words)]
        mask = text_mask(word, size, BOLD, 80)
        width = int(mask.shape[1] * 1.5)
        cv2.rectangle(picture, (x, top), (x + width, bottom), bgr(colour), cv2.FILLED)
        letters = cut_out(numpy.full((*mask.shape, 3), 255, numpy.uint8), mask)
        blit(picture, letters, int(x + mask.shape[1] * 0.25), int(top + size * 0.3))
        x, number = x + width, number + 1


def _lines(picture: Pixels, board: int) -> None:
    height, width = picture.shape[:2]
    white, pen = (225, 240, 225), max(1, round(height / 300))
    near, far = int(height * 0.95), int(board + height * 0.035)
    middle = width // 2

    def spot(x: float, y: float) -> tuple[int, int]:
        return int(middle + (x - 0.5) * width * (0.62 + 0.4 * y)), int(far + (near - far) * y)

    def line(*spots: tuple[float, float]) -> None:
        points = numpy.array([spot(*place) for place in spots])
        cv2.polylines(picture, [points], isClosed=False, color=white, thickness=pen, lineType=cv2.LINE_AA)

    line((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    line((0.5, 0), (0.5, 1))
    for side in (0.0, 1.0):
        inward = 0.16 if side == 0 else -0.16
        line((side, 0.2), (side + inward, 0.2), (side + inward, 0.8), (side, 0.8))
        line((side, 0.37), (side + inward / 3, 0.37), (side + inward / 3, 0.63), (side, 0.63))
    axes = (int(width * 0.085), int((near - far) * 0.17))
    cv2.ellipse(picture, spot(0.5, 0.46), axes, 0, 0, 360, white, pen, cv2.LINE_AA)
