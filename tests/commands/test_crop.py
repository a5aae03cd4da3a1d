"""``qarunner crop`` from saved pictures, and what its trial finds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest

from qarunner.commands.crop_trial import try_image
from qarunner.commands.region import Region, parse_region
from qarunner.commands.screenshot import write_picture
from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from tests.commands.conftest import Qarunner

    from qarunner.protocols import Pixels

PLACE = Region(40, 30, 72, 62)


@pytest.fixture
def picture() -> Pixels:
    """A picture with one small thing in it, unlike anything else."""
    pixels = numpy.full((240, 320, 3), 60, numpy.uint8)
    cv2.putText(pixels, "@", (44, 56), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (250, 200, 90), 2)
    return pixels


@pytest.fixture
def saved(picture: Pixels, here: Path) -> Path:
    write_picture(here / "shot.png", picture)
    return here / "shot.png"


def cut(pixels: Pixels, region: Region, here: Path) -> Path:
    path = here / "image.png"
    write_picture(path, pixels[region.y : region.bottom, region.x : region.right])
    return path


@pytest.mark.parametrize("text", ["40,30,72,62", "40,30+32x32", " 40, 30 + 32x32 "])
def test_regions_are_corners_or_a_corner_and_a_size(text: str) -> None:
    assert parse_region(text) == PLACE


@pytest.mark.parametrize(
    "text", ["", "40,30", "40,30,72", "a,b,c,d", "40,30,40,62", "72,62,40,30", "-1,0,9,9", "1,1+3x9"]
)
def test_what_is_no_region_is_answered_with_how_to_write_one(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"x,y,right,bottom"):
        parse_region(text)


def test_something_unique_matches_and_has_no_warnings(picture: Pixels, here: Path) -> None:
    trial = try_image(cut(picture, PLACE, here), PLACE, [picture, picture])
    assert (trial.frames, trial.found, trial.elsewhere, trial.warnings) == (2, 2, (), [])
    assert trial.score > 0.99
    assert trial.rival is not None
    assert trial.rival.score < trial.threshold


def test_a_second_place_that_matches_is_named(picture: Pixels, here: Path) -> None:
    picture[150:182, 200:232] = picture[30:62, 40:72]
    trial = try_image(cut(picture, PLACE, here), PLACE, [picture])
    assert [(place.x, place.y) for place in trial.elsewhere] == [(200, 150)]
    assert trial.warnings == ["it matches elsewhere too, at 200,150 (1.000): cut more, or search in a region"]


def test_a_plain_image_is_told_to_be_one(picture: Pixels, here: Path) -> None:
    region = Region(200, 100, 240, 140)
    trial = try_image(cut(picture, region, here), region, [picture])
    assert "it is nearly one colour" in " ".join(trial.warnings)


def test_an_image_that_moves_is_told_to_match_in_some_frames_only(picture: Pixels, here: Path) -> None:
    moved = numpy.roll(picture, 90, axis=1)
    trial = try_image(cut(picture, PLACE, here), PLACE, [picture, moved, moved])
    assert (trial.found, trial.frames) == (1, 3)
    assert "matched in only 1 of 3 frames" in trial.warnings[0]


def test_an_image_can_be_cut_from_a_saved_screenshot(qarunner: Qarunner, saved: Path, here: Path) -> None:
    (here / "images").mkdir()
    said = qarunner("crop", "--from", saved, "40,30+32x32", "-o", "images/at.png")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("images/at.png: 32x32, cut at 40,30\ntried: matches in the picture where it was cut")
    assert "the next best place has " in said.out


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["40,30+32x32", "-o", "a.png"], "crop from what?"),
        (["some-node", "40,30+32x32", "--from", "shot.png", "-o", "a.png"], "crop from what?"),
        (["--from", "shot.png", "300,30+32x32", "-o", "a.png"], "the region ends at 332,62, the frame at 320,240"),
        (["--from", "shot.png", "40,30+32x32", "-o", "a.jpg"], "a.jpg would lose detail"),
        (["--from", "shot.png", "40,30+32x32", "-o", "no/a.png"], "there is no folder no\n  mkdir -p no"),
        (["--from", "shot.png", "40,30+32x32", "-o", "shot.png"], "shot.png exists\n  Name another, or replace it"),
        (["--from", "none.png", "40,30+32x32", "-o", "a.png"], "none.png: No such file"),
        (["--from", "empty.png", "40,30+32x32", "-o", "a.png"], "empty.png is no picture"),
    ],
)
def test_what_cannot_be_cut_is_refused_with_advice(
    qarunner: Qarunner, saved: Path, here: Path, words: list[str], answer: str
) -> None:
    (here / "empty.png").touch()
    said = qarunner("crop", *words)
    assert said.code == 2
    assert answer in said.err
    assert not (here / "a.png").exists()


def test_an_image_is_replaced_when_asked_for(qarunner: Qarunner, saved: Path, here: Path) -> None:
    (here / "a.png").touch()
    assert qarunner("crop", "--from", saved, "40,30+32x32", "-o", "a.png", "--force").code == 0
    assert (here / "a.png").stat().st_size
