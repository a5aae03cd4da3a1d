"""A property's value is stored so that it is equal whenever the page says the same."""

from __future__ import annotations

import enum
import json
import math
from typing import Any

import numpy
import pytest
import stbt_core

from qarunner.pack.page_values import plain


class Size(enum.IntEnum):
    SMALL = 1


class Shape(enum.Enum):
    ROUND = "round"


class Home(stbt_core.FrameObject):  # type: ignore[misc]  # stbt_core has no types
    @property
    def is_visible(self) -> bool:
        return True


FRAME = stbt_core.Frame(numpy.zeros((20, 30, 3), numpy.uint8), time=1.0)
REGION = stbt_core.Region(1, 2, 3, 4)


def loop() -> list[Any]:
    endless: list[Any] = []
    endless.append(endless)
    return endless


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, None),
        (True, True),
        ("ä", "ä"),
        (0.1 + 0.2, 0.3),
        (math.nan, "nan"),
        (Shape.ROUND, "Shape.ROUND"),
        (Size.SMALL, "1"),
        (numpy.float32(0.5), 0.5),
        (numpy.int64(7), 7),
        (numpy.bool_(1), True),
        (FRAME, "array 20x30x3"),
        ((1, [2, {3: (4,)}]), [1, [2, {"3": [4]}]]),
        ({"b", "a"}, ["a", "b"]),
        (REGION, "Region(x=1, y=2, right=4, bottom=6)"),
        (stbt_core.match(FRAME[2:8, 2:9], FRAME), {"match": True, "region": "Region(x=0, y=0, right=7, bottom=6)"}),
        (stbt_core.MotionResult(time=1.0, motion=False, region=None, frame=FRAME), {"match": False, "region": None}),
        (Home(frame=FRAME), {"page": "Home", "is_visible": True}),
    ],
)
def test_values_are_said_plainly(value: Any, said: Any) -> None:
    assert plain(value) == said
    assert json.loads(json.dumps(plain(value))) == said


def test_no_address_of_memory_is_said() -> None:
    assert "0x" not in plain(object())


def test_a_value_that_holds_itself_is_cut_off() -> None:
    assert "[[[[[[" in json.dumps(plain(loop())).replace(" ", "")
