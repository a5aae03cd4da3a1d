"""Tries a reference image at once: whether it is found where it was cut, and elsewhere, and is not too plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qarunner.commands.region import Region
    from qarunner.protocols import Pixels

PLAIN = 6.0
"""Standard deviation of the pixels, of 255, below which an image is nearly one colour."""

MOST_PLACES = 20
"""A plain image may match in thousands of places; nobody wants to know each."""


@dataclass(frozen=True)
class Place:
    """Where an image was found, and how well: 1 is perfect."""

    x: int
    y: int
    score: float


@dataclass(frozen=True)
class Trial:
    """What became of an image in the frames it was tried on.

    `frames`: how many. `found`: in how many of them it matched where it was cut. `score`: the worst of those matches.
    `elsewhere`: other places of the first frame where it matches too. `rival`: the best place that does not match.
    `threshold`: the score a match needs. `spread`: standard deviation of its pixels, of 255.
    """

    frames: int
    found: int
    score: float
    elsewhere: tuple[Place, ...]
    rival: Place | None
    threshold: float
    spread: float

    @property
    def warnings(self) -> list[str]:
        """What the person who cut it should know."""
        said = []
        if not self.found:
            said.append("it does not match in the very frame it was cut from: it is too small or too plain")
        elif self.found < self.frames:
            said.append(
                f"it matched in only {self.found} of {self.frames} frames: something moves there; cut what stands still"
            )
        if self.elsewhere:
            places = ", ".join(f"{place.x},{place.y} ({place.score:.3f})" for place in self.elsewhere[:3])
            more = " and more" if len(self.elsewhere) > len(self.elsewhere[:3]) else ""
            said.append(f"it matches elsewhere too, at {places}{more}: cut more, or search in a region")
        if self.spread < PLAIN:
            said.append(
                "it is nearly one colour and will match wherever that colour is: cut something with an edge in it"
            )
        return said


def try_image(path: Path, region: Region, frames: Sequence[Pixels]) -> Trial:
    """Match the image in `path` with stbt_core, as a testcase would.

    :param region: where in the first frame it was cut.
    :param frames: the frame it was cut from, then later ones; shape (height, width, 3), blue-green-red.
    """
    import stbt_core

    image = stbt_core.load_image(str(path.absolute()))
    own = stbt_core.Region(region.x, region.y, right=region.right, bottom=region.bottom)
    scores = [_score_at(stbt_core, image, frame, own) for frame in frames]
    found = [score for score in scores if score is not None]
    places = [
        Place(match.region.x, match.region.y, float(match.first_pass_result))
        for match in islice(stbt_core.match_all(image, frame=frames[0]), MOST_PLACES)
    ]
    elsewhere = tuple(place for place in places if not _overlaps(place, region))
    return Trial(
        frames=len(frames),
        found=len(found),
        score=min(found, default=0.0),
        elsewhere=elsewhere,
        rival=None if elsewhere else _rival(stbt_core, image, frames[0], region),
        threshold=float(stbt_core.MatchParameters().match_threshold),
        spread=float(max(image[:, :, channel].std() for channel in range(3))),
    )


def _score_at(stbt_core: Any, image: Any, frame: Pixels, own: Any) -> float | None:
    match = stbt_core.match(image, frame=frame, region=own.extend(x=-2, y=-2, right=2, bottom=2))
    return float(match.first_pass_result) if match else None


def _rival(stbt_core: Any, image: Any, frame: Pixels, region: Region) -> Place | None:
    """Return the place beside the image's own that is most like it; None when there is no room for one."""
    height, width = frame.shape[:2]
    around = (
        stbt_core.Region(0, 0, right=width, bottom=region.y),
        stbt_core.Region(0, region.bottom, right=width, bottom=height),
        stbt_core.Region(0, 0, right=region.x, bottom=height),
        stbt_core.Region(region.right, 0, right=width, bottom=height),
    )
    roomy = [part for part in around if part.width >= region.width and part.height >= region.height]
    matches = [stbt_core.match(image, frame=frame, region=part) for part in roomy]
    places = [Place(match.region.x, match.region.y, float(match.first_pass_result)) for match in matches]
    return max(places, key=lambda place: place.score, default=None)


def _overlaps(place: Place, region: Region) -> bool:
    return abs(place.x - region.x) < region.width // 2 + 1 and abs(place.y - region.y) < region.height // 2 + 1
