"""Pictures are compared as pixels, and the settings are read as a test would read them: with tesseract."""

from __future__ import annotations

import itertools
import subprocess
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest

from qarunner_plugins.virtual_stb.content import identity
from qarunner_plugins.virtual_stb.content.channels import CHANNELS
from qarunner_plugins.virtual_stb.machine.box import advance, press, start
from qarunner_plugins.virtual_stb.paint.renderer import Renderer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from qarunner_plugins.virtual_stb.machine.state import Box

SCREENS = {
    "home": "",
    "guide": "EPG",
    "live": "OK",
    "settings": "MENU",
    "about": "MENU OK DOWN DOWN DOWN DOWN OK",
    "search": "SEARCH",
    "loading": "DOWN OK",
    "standby": "POWER",
    "boot": "POWER POWER",
}


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(640, 360)


def box_after(keys: str, wait: float = 1.0) -> tuple[Box, float]:
    box, time = start(1, 2.5, "home"), 0.0
    for key in keys.split():
        time += 0.5
        box = press(box, f"KEY_{key}", time)
    return advance(box, time + wait), time + wait


def picture(renderer: Renderer, keys: str, wait: float = 1.0) -> NDArray[numpy.uint8]:
    return renderer.render(*box_after(keys, wait)).copy()


def difference(first: NDArray[numpy.uint8], second: NDArray[numpy.uint8]) -> float:
    return float(numpy.abs(first.astype(int) - second).mean())


def test_every_screen_looks_different(renderer: Renderer) -> None:
    pictures = {name: picture(renderer, keys) for name, keys in SCREENS.items()}
    for one, other in itertools.combinations(pictures, 2):
        assert difference(pictures[one], pictures[other]) > 0.8, f"{one} and {other}"


def test_every_channel_looks_different_and_moves(renderer: Renderer) -> None:
    stills = []
    for number in range(1, len(CHANNELS) + 1):
        keys = f"{number // 10} {number % 10}"
        still = picture(renderer, keys, wait=6.0)
        assert difference(still, picture(renderer, keys, wait=6.5)) > 0.05, f"channel {number} stands still"
        stills.append(still)
    for one, other in itertools.combinations(range(len(stills)), 2):
        assert difference(stills[one], stills[other]) > 5, f"channels {one + 1} and {other + 1}"


def test_standby_is_black_and_so_is_a_zap(renderer: Renderer) -> None:
    assert picture(renderer, "POWER").max() == 0
    zap = picture(renderer, "OK CHANNELUP", wait=0.2)
    assert zap[:180].max() == 0, "above the banner"
    assert zap[270:].max() > 100, "the banner"


def test_the_home_menu_stands_still_until_a_key_comes(renderer: Renderer) -> None:
    assert difference(picture(renderer, "", wait=2.0), picture(renderer, "", wait=20.0)) == 0


def test_the_spinner_turns(renderer: Renderer) -> None:
    assert difference(picture(renderer, "DOWN OK", wait=0.5), picture(renderer, "DOWN OK", wait=0.6)) > 0.01


def test_the_focus_is_on_its_way_between_two_cards(renderer: Renderer) -> None:
    before, between, after = picture(renderer, ""), picture(renderer, "RIGHT", 0.06), picture(renderer, "RIGHT")
    assert difference(before, between) > 0.5
    assert difference(between, after) > 0.5


def test_the_volume_bar_comes_grows_and_goes(renderer: Renderer) -> None:
    without, quiet = picture(renderer, "MENU"), picture(renderer, "MENU VOLUMEDOWN")
    loud = picture(renderer, "MENU " + "VOLUMEUP " * 9)
    assert difference(without, quiet) > 0.5
    assert difference(quiet, loud) > 0.1
    assert difference(without, picture(renderer, "MENU VOLUMEDOWN", wait=3.0)) == 0


def test_typed_letters_appear(renderer: Renderer) -> None:
    empty, typed = picture(renderer, "SEARCH"), picture(renderer, "SEARCH OK")
    assert difference(empty[48:84], typed[48:84]) > 1


def test_screens_fade_into_each_other(renderer: Renderer) -> None:
    home, settings = picture(renderer, ""), picture(renderer, "MENU")
    between = picture(renderer, "MENU", wait=0.05)
    assert difference(home, between) > 1
    assert difference(settings, between) > 1


@pytest.mark.parametrize(
    "size", [(160, 90), (640, 360), (720, 576), (1024, 768), (1280, 720), (1918, 1078), (1920, 1080)]
)
def test_any_size_is_drawn(size: tuple[int, int]) -> None:
    drawn = Renderer(*size).render(*box_after("MENU"))
    assert drawn.shape == (size[1], size[0], 3)
    assert drawn.dtype == numpy.uint8
    assert drawn.flags.c_contiguous
    assert drawn.max() > 200


def test_other_proportions_get_black_bars() -> None:
    drawn = Renderer(720, 576).render(*box_after("MENU"))
    assert drawn[:84].max() == 0
    assert drawn[-84:].max() == 0
    assert drawn[200].max() > 0


def test_the_same_keys_at_the_same_times_give_the_same_pictures() -> None:
    """Also when one renderer has drawn other things before, and was asked far more often."""
    keys = [
        (0.5, "DOWN"),
        (0.62, "RIGHT"),
        (1.0, "OK"),
        (3.4, "PAUSE"),
        (4.0, "EPG"),
        (4.5, "RIGHT"),
        (5.0, "VOLUMEUP"),
    ]
    keys += [(5.6, "OK"), (6.0, "4"), (8.4, "MENU"), (8.5, "OK"), (9.0, "POWER")]
    fresh, used = Renderer(320, 180), Renderer(320, 180)
    used.render(*box_after("SEARCH OK"))
    checkpoints = [0.55, 0.7, 1.1, 2.1, 3.0, 3.5, 4.1, 4.6, 5.1, 5.7, 5.9, 7.6, 8.0, 8.45, 8.6, 9.05]
    seldom, often = start(1, 2.5, "home"), start(1, 2.5, "home")
    pending, time = list(keys), 0.0
    for checkpoint in checkpoints:
        while time < checkpoint:
            time = min(time + 1 / 60, checkpoint)
            while pending and pending[0][0] <= time:
                at, name = pending.pop(0)
                seldom, often = press(seldom, f"KEY_{name}", at), press(often, f"KEY_{name}", at)
            often = advance(often, time)
            used.render(often, time)
        drawn = fresh.render(advance(seldom, checkpoint), checkpoint)
        assert difference(drawn, used.render(often, checkpoint)) == 0, f"at {checkpoint} s"


def test_another_seed_shows_another_guide() -> None:
    def guide_of(seed: int) -> NDArray[numpy.uint8]:
        box = press(start(seed, 2.5, "home"), "KEY_EPG", 1.0)
        return Renderer(320, 180).render(box, 3.0)

    assert difference(guide_of(1), guide_of(2)) > 1


@pytest.mark.needs("tesseract")
def test_the_about_page_can_be_read(tmp_path: Path) -> None:
    drawn = Renderer(1280, 720).render(*box_after("MENU OK DOWN DOWN DOWN DOWN OK"))
    file = tmp_path / "about.png"
    cv2.imwrite(str(file), cv2.resize(drawn[160:540, 420:1230], None, fx=2, fy=2))
    done = subprocess.run(["tesseract", str(file), "-"], capture_output=True, text=True, check=True, timeout=60)
    for expected in (identity.MODEL, identity.BUILD, identity.SERIAL, identity.ADDRESS, "Serial number"):
        assert expected in done.stdout
