"""`screen:` shows what is on a real X display."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy
import pytest
from tests.peers.capture_trial import COLOURS, await_picture, exact
from tests.peers.x_display import XDisplay

from qarunner import ConfigurationError, DeviceError
from qarunner.testing import DriverRig, driver_rig

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.needs("xvfb")

__all__ = ["driver_rig"]


@pytest.fixture(scope="module")
def display() -> Iterator[XDisplay]:
    with XDisplay() as display:
        yield display


def test_colours_arrive_exactly(display: XDisplay, driver_rig: DriverRig) -> None:
    with driver_rig("capture", f"screen:{display.name}", fps=100) as capture:
        for colour in COLOURS:
            display.colour(*colour)
            await_picture(capture, exact(colour))


def test_a_program_is_seen_and_what_it_changes(display: XDisplay, driver_rig: DriverRig) -> None:
    display.colour(0, 0, 0)
    terminal = ["xterm", "-geometry", "20x4+0+0", "-bg", "#204060", "-fg", "#ffffff", "-b", "0", "+sb", "-e", "cat"]
    with driver_rig("capture", f"screen:{display.name}", fps=50) as capture:
        program = display.run(terminal)
        await_picture(capture, lambda pixels: (pixels[10:30, 100] == (0x60, 0x40, 0x20)).all())
        program.kill()
        program.wait()
        await_picture(capture, lambda pixels: not pixels.any())


def test_an_area_is_cut_out(display: XDisplay, driver_rig: DriverRig) -> None:
    with driver_rig("capture", f"screen:{display.name}?area=320x180%2B10%2B20") as capture:
        assert await_picture(capture, lambda _pixels: True).shape == (180, 320, 3)


def test_pictures_come_at_the_rate_that_was_asked_for(display: XDisplay, driver_rig: DriverRig) -> None:
    with driver_rig("capture", f"screen:{display.name}?fps=20") as capture:
        times = [frame.time for frame in (capture.read(5) for _ in range(11)) if frame]
    assert numpy.median(numpy.diff(times)) == pytest.approx(0.05, abs=0.02)


def test_an_area_beyond_the_screen_is_refused_with_its_size(display: XDisplay, driver_rig: DriverRig) -> None:
    with (
        pytest.raises(DeviceError, match=r"is 640x360: the area 640x360\+1\+0 reaches beyond it"),
        driver_rig("capture", f"screen:{display.name}", area="640x360+1+0"),
    ):
        pass


def test_who_names_no_display_is_told_which_there_are(
    display: XDisplay, driver_rig: DriverRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(ConfigurationError, match="names no display") as raised, driver_rig("capture", "screen:"):
        pass
    assert display.name in raised.value.advice


@pytest.mark.parametrize("area", ["100", "0x10+0+0", "10x10"])
def test_an_area_that_is_none_is_refused(area: str, driver_rig: DriverRig) -> None:
    with pytest.raises(ConfigurationError, match="not of the form 1280x720"):
        driver_rig.resolve("capture", "screen::0", area=area)


def test_one_display_is_one_resource_however_it_is_written(driver_rig: DriverRig) -> None:
    def names(uri: str) -> Any:
        return driver_rig.resolve("capture", uri).resources()

    assert names("screen::7") == names("screen::7.0")
    assert names("screen::7") != names("screen::8")
