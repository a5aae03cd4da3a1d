"""A children's programme: friendly shapes that hop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy

from ..shapes import disc, glow, rounded, vertical_gradient
from ..sprite import Sprite, blit, coloured, cut_out, shrunk
from ..theme import Colour, Palette, bgr, mix

if TYPE_CHECKING:
    from ..sprite import Pixels

_COLOURS = ("ff6b6b", "ffd93d", "4dd599", "4d9de0", "c77dff", "ff9f45", "f78fb3")
_KINDS = ("circle", "square", "triangle", "star", "circle", "square", "circle")


class Shapes:
    """Seven friends on a meadow."""

    def __init__(self, width: int, height: int, palette: Palette, seed: int) -> None:
        self._scale = height / 720
        self._ground = vertical_gradient(width, height, [(0, bgr("7fd3ff")), (0.7, bgr("d6f3ff")), (1, palette.light)])
        light = coloured(glow(int(height * 0.9)), bgr("ffffff"))
        blit(self._ground, light, int(width * 0.7), int(-height * 0.3), 0.9)
        meadow = (int(width * 0.5), int(height * 1.62))
        cv2.ellipse(self._ground, meadow, (int(width * 0.95), int(height * 0.86)), 0, 0, 360, bgr("8ad67a"), cv2.FILLED,
                    cv2.LINE_AA)  # fmt: skip
        cloud = coloured(_cloud(int(height * 0.13)), bgr("ffffff"))
        self._clouds = [(cloud, 0.12, 0.03), (cloud, 0.2, 0.021), (cloud, 0.08, 0.038)]
        dice = numpy.random.default_rng(seed)
        self._friends = [
            (_friend(int(height * size), kind, bgr(colour)), phase, speed)
            for size, phase, speed, kind, colour in zip(
                dice.uniform(0.15, 0.23, 7),
                dice.uniform(0, 3, 7),
                dice.uniform(2.2, 3.3, 7),
                _KINDS,
                _COLOURS,
                strict=True,
            )
        ]

    def paint(self, pixels: Pixels, time: float) -> None:
        """Paint the moment `time`."""
        height, width = pixels.shape[:2]
        numpy.copyto(pixels, self._ground)
        for number, (cloud, y, speed) in enumerate(self._clouds):
            along = (0.37 * number + time * speed) % 1.4 - 0.25
            blit(pixels, cloud, int(along * width), int(y * height), 0.85)
        for number, (friend, phase, speed) in enumerate(self._friends):
            hop = abs(math.sin(time * speed + phase))
            x = width * (0.09 + 0.137 * number) + math.sin(time * 0.7 + phase) * 18 * self._scale
            foot = height * (0.80 + 0.035 * (number % 2))
            shade = (int(x), int(foot))
            axes = (max(1, int(friend.width * (0.46 - 0.14 * hop))), max(1, int(friend.width * 0.08)))
            cv2.ellipse(pixels, shade, axes, 0, 0, 360, bgr("63b357"), cv2.FILLED, cv2.LINE_AA)
            blit(pixels, friend, round(x - friend.width / 2), round(foot - friend.height - hop * height * 0.27))


def _cloud(size: int) -> Pixels:
    mask = numpy.zeros((size, size * 2), numpy.uint8)
    for x, y, radius in ((0.5, 0.66, 0.3), (0.95, 0.46, 0.42), (1.42, 0.64, 0.32)):
        cv2.circle(mask, (int(x * size), int(y * size)), int(radius * size), 255, cv2.FILLED, cv2.LINE_AA)
    mask[int(size * 0.92) :] = 0
    return mask


def _friend(size: int, kind: str, colour: Colour) -> Sprite:
    over = 3
    large = size * over
    if kind == "circle":
        mask = disc(large)
    elif kind == "square":
        mask = rounded(large, large, large * 0.2)
    else:
        corners = 3 if kind == "triangle" else 10
        mask = numpy.zeros((large, large), numpy.uint8)
        centre, points = large / 2, []
        for corner in range(corners):
            reach = 0.44 if corners == 3 or corner % 2 == 0 else 0.25
            angle = -math.pi / 2 + corner * 2 * math.pi / corners
            drop = 0.1 * large if corners == 3 else 0
            points.append(
                (int(centre + math.cos(angle) * reach * large), int(centre + drop + math.sin(angle) * reach * large))
            )
        outline = numpy.array(points)
        cv2.fillPoly(mask, [outline], 255, cv2.LINE_AA)
        cv2.polylines(mask, [outline], isClosed=True, color=255, thickness=int(large * 0.11), lineType=cv2.LINE_AA)
    picture = vertical_gradient(
        large, large, [(0, mix(colour, (255, 255, 255), 0.22)), (1, mix(colour, (0, 0, 0), 0.1))]
    )
    _face(picture, large, 0.62 if kind == "triangle" else 0.5)
    return cut_out(shrunk(picture, size, size), shrunk(mask, size, size))


def _face(picture: Pixels, size: int, middle: float) -> None:
    dark = bgr("27304f")
    for side in (-1, 1):
        eye = (int(size * (0.5 + side * 0.13)), int(size * (middle - 0.06)))
        cv2.circle(picture, eye, int(size * 0.055), dark, cv2.FILLED, cv2.LINE_AA)
        cv2.circle(picture, (eye[0] + int(size * 0.018), eye[1] - int(size * 0.02)), int(size * 0.018), (255, 255, 255),
                   cv2.FILLED, cv2.LINE_AA)  # fmt: skip
    mouth = (int(size * 0.5), int(size * (middle + 0.05)))
    cv2.ellipse(
        picture, mouth, (int(size * 0.11), int(size * 0.1)), 0, 15, 165, dark, max(2, int(size * 0.028)), cv2.LINE_AA
    )
