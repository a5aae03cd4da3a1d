"""The box's icons, drawn with the same pen as its letters, on a field of 24 x 24."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, cast

import cv2
import numpy

from .strokes import lines_of

if TYPE_CHECKING:
    from .sprite import Pixels

# y counts downwards here; a trailing F fills the outline drawn last
ICONS: dict[str, str] = {
    "tv": "M 5 5 L 19 5 C 20.5 5 21 5.5 21 7 L 21 15 C 21 16.5 20.5 17 19 17 L 5 17 C 3.5 17 3 16.5 3 15 L 3 7 "
          "C 3 5.5 3.5 5 5 5 M 8 20.5 L 16 20.5",
    "guide": "M 3.5 6 L 8 6 M 11.5 6 L 20.5 6 M 3.5 12 L 13 12 M 16.5 12 L 20.5 12 M 3.5 18 L 7 18 M 10.5 18 L 20.5 18",
    "search": "O 10.5 10.5 6.8 6.8 M 15.6 15.6 L 20.8 20.8",
    "settings": "O 12 12 3.1 3.1 O 12 12 7 7 M 12 2.2 L 12 4.6 M 12 19.4 L 12 21.8 M 2.2 12 L 4.6 12 M 19.4 12 L "
              "21.8 12 "
                "M 5.07 5.07 L 6.77 6.77 M 17.23 17.23 L 18.93 18.93 M 5.07 18.93 L 6.77 17.23 M 17.23 6.77 L 18.93 "
              "5.07",
    "play": "M 7.5 4.5 L 19 12 L 7.5 19.5 L 7.5 4.5 F",
    "pause": "M 8 5 L 8 19 M 16 5 L 16 19",
    "note": "M 9 17.5 L 9 5.5 L 19.5 3.5 L 19.5 15.5 O 6.2 17.8 2.8 2.6 O 16.7 15.8 2.8 2.6",
    "picture": "M 5 4.5 L 19 4.5 C 20.5 4.5 21 5 21 6.5 L 21 17.5 C 21 19 20.5 19.5 19 19.5 L 5 19.5 C 3.5 19.5 3 19 "
              "3 17.5 "
               "L 3 6.5 C 3 5 3.5 4.5 5 4.5 M 3.6 17 L 9 11 L 13.4 15.4 L 16 13 L 20.4 17 O 15.6 8.8 1.3 1.3",
    "cloud": "M 7 18.5 C 3.4 18.5 2 16.2 2 14.2 C 2 12 3.6 10.2 6 10 C 6.6 7 9 5.4 11.8 5.4 C 15 5.4 17.2 7.6 17.6 "
              "10.4 "
             "C 20.4 10.4 22 12.2 22 14.4 C 22 16.8 20.2 18.5 17.8 18.5 L 7 18.5",
    "wifi": "M 2.6 9.4 C 8 4.2 16 4.2 21.4 9.4 M 6.1 13.2 C 9.4 10 14.6 10 17.9 13.2 M 9.6 16.8 C 11 15.5 13 15.5 "
              "14.4 16.8 "
            "M 12 20 L 12 20.1",
    "volume": "M 3.5 9.5 L 7 9.5 L 11.5 5.5 L 11.5 18.5 L 7 14.5 L 3.5 14.5 L 3.5 9.5 F M 15.2 9 C 16.7 10.7 16.7 13.3 "
              "15.2 15 M 18.2 6.4 C 21.2 9.6 21.2 14.4 18.2 17.6",
    "mute": "M 3.5 9.5 L 7 9.5 L 11.5 5.5 L 11.5 18.5 L 7 14.5 L 3.5 14.5 L 3.5 9.5 F M 16 9.5 L 21 14.5 M 21 9.5 L "
              "16 14.5",
    "person": "O 12 7 3.6 3.6 M 4.5 20.5 C 4.5 16 7.6 13.6 12 13.6 C 16.4 13.6 19.5 16 19.5 20.5",
    "globe": "O 12 12 9 9 O 12 12 4 9 M 3 12 L 21 12",
    "power": "M 12 3 L 12 11.5 M 7 6 C 1.4 10 3.4 20.5 12 20.5 C 20.6 20.5 22.6 10 17 6",
    "bell": "M 5 17 C 6.8 15 6.4 13 6.4 10.6 C 6.4 7.2 8.8 5 12 5 C 15.2 5 17.6 7.2 17.6 10.6 C 17.6 13 17.2 15 19 "
              "17 L 5 17 F "
            "M 10.4 20.4 L 13.6 20.4",
    "chevron": "M 9 5 L 16 12 L 9 19",
    "delete": "M 8.5 5.5 L 20 5.5 L 20 18.5 L 8.5 18.5 L 2.8 12 L 8.5 5.5 M 11.4 9.4 L 16.6 14.6 M 16.6 9.4 L 11.4 "
              "14.6",
    "check": "M 4.5 12.5 L 9.8 17.8 L 19.8 7",
}  # fmt: skip


@functools.lru_cache(maxsize=256)
def icon_mask(name: str, size: int, weight: float = 2.0) -> Pixels:
    """Return the coverage of an icon, shape (size, size); `weight` is the pen's width on the field of 24."""
    oversampling = 4
    large = numpy.zeros((size * oversampling, size * oversampling), numpy.uint8)
    unit = size * oversampling / 24
    thickness = max(1, round(weight * unit))
    for part in ICONS[name].replace(" F", " F|").split("|"):
        filled = part.endswith(" F")
        for number, line in enumerate(reversed(lines_of(part.removesuffix(" F")))):
            fixed = numpy.round((line * unit - 0.5) * 16).astype(numpy.int32)
            if filled and number == 0:
                cv2.fillPoly(large, [fixed], 255, cv2.LINE_AA, 4)
            cv2.polylines(large, [fixed], isClosed=False, color=255, thickness=thickness, lineType=cv2.LINE_AA, shift=4)
    mask = cast("Pixels", cv2.resize(large, (size, size), interpolation=cv2.INTER_AREA))
    mask.flags.writeable = False
    return mask
