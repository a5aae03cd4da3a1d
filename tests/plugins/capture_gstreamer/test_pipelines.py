"""`gstreamer:` shows what real pipelines send."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path

import numpy
import pytest
from tests.peers.capture_trial import await_picture, bar_errors, bars, exact, frames_until_the_end
from tests.peers.rig_node import eventually
from tests.peers.stream_sender import HEIGHT, WIDTH, samples
from tests.peers.x_display import XDisplay

from qarunner import ConfigurationError, DeviceError, DeviceLostError
from qarunner.testing import DriverRig, driver_rig

pytestmark = pytest.mark.needs("gstreamer")

__all__ = ["driver_rig"]

LIVE = "gstreamer:videotestsrc is-live=true pattern=smpte75 ! video/x-raw,width=322,height=180,framerate=30/1"


def pipelines() -> set[int]:
    """The processes of pipelines that this process has started."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="utf-8").split()
    threads = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # It has ended meanwhile.
            threads.append(task.joinpath("children").read_text(encoding="utf-8").split())
    candidates = {int(child) for listed in (children, *threads) for child in listed}
    return {child for child in candidates if "gst-launch" in Path(f"/proc/{child}/comm").read_text(encoding="utf-8")}


def test_pictures_arrive_whole_and_in_time(driver_rig: DriverRig) -> None:
    with driver_rig("capture", LIVE) as capture:
        first = await_picture(capture, lambda _pixels: True)
        times = [frame.time for frame in (capture.read(5) for _number in range(20)) if frame is not None]
    assert first.shape == (180, 322, 3)  # whose rows GStreamer fills up to a multiple of four bytes
    assert first[20, 10].tolist() == first[100, 10].tolist() == [191, 191, 191]  # the left bar of SMPTE, 75 % white
    assert numpy.median(numpy.diff(times)) == pytest.approx(1 / 30, abs=0.015)
    assert not pipelines()


@pytest.mark.parametrize("sample_range", ["limited", "full"])
@pytest.mark.parametrize("planes", ["I420", "Y444"])
def test_colour_bars_are_true(planes: str, sample_range: str, tmp_path: Path, driver_rig: DriverRig) -> None:
    full = sample_range == "full"
    y, cb, cr = samples(bars(WIDTH, HEIGHT), full=full)
    step = 2 if planes == "I420" else 1
    raw = b"".join(part.tobytes() for part in (y, cb[::step, ::step], cr[::step, ::step]))
    (tmp_path / "bars.yuv").write_bytes(raw * 5)
    caps = f"format={planes.lower()} width={WIDTH} height={HEIGHT} framerate=25/1"
    colorimetry = f"{1 if full else 2}:3:5:1"  # range; BT.709's matrix, transfer and primaries
    source = f"filesrc location={tmp_path}/bars.yuv ! rawvideoparse {caps} colorimetry={colorimetry}"
    with driver_rig("capture", f"gstreamer:{source} ! identity sync=true") as capture:
        assert bar_errors(await_picture(capture, lambda _pixels: True)).max() <= 3


@pytest.mark.needs("xvfb")
def test_an_x_display_is_shown_and_its_end_is_no_crash(driver_rig: DriverRig) -> None:
    with XDisplay(320, 180) as display:
        display.colour(191, 64, 32)
        uri = f"gstreamer:ximagesrc display-name={display.name} use-damage=false show-pointer=false"
        with driver_rig("capture", uri) as capture:
            await_picture(capture, exact((191, 64, 32)))
            display.stop()
            with pytest.raises(DeviceLostError, match=f"ximagesrc display-name={display.name}"):
                await_picture(capture, lambda _pixels: False)


def test_a_recording_ends_or_begins_again(driver_rig: DriverRig) -> None:
    short = "gstreamer:videotestsrc is-live=true num-buffers=12 ! video/x-raw,width=64,height=48,framerate=30/1"
    with driver_rig("capture", short, ends=True) as capture:
        assert 1 <= frames_until_the_end(capture) <= 12
    with driver_rig("capture", short) as capture, pytest.raises(DeviceLostError, match="has ended"):
        frames_until_the_end(capture)


def test_pictures_of_another_size_start_it_again(driver_rig: DriverRig) -> None:
    small, large = (f"videotestsrc num-buffers=30 ! video/x-raw,width={w},height=48,framerate=30/1" for w in (64, 96))
    uri = f"gstreamer:concat name=c {small} ! c. {large} ! c. c. ! identity sync=true"
    with driver_rig("capture", uri) as capture, pytest.raises(DeviceLostError, match="another kind"):
        await_picture(capture, lambda pixels: pixels.shape != (48, 64, 3))


@pytest.mark.parametrize(
    ("pipeline", "said"),
    [
        ("nosuchsrc", 'no element "nosuchsrc"'),
        ("v4l2src device=/dev/video97", "Cannot identify device '/dev/video97'.*No such file"),
        ("videotestsrc ! video/x-raw,width=abc", "width=abc"),
        ("fakesrc num-buffers=3", "has (ended|failed)"),
    ],
)
def test_what_gstreamer_says_is_told(pipeline: str, said: str, driver_rig: DriverRig) -> None:
    with pytest.raises(DeviceError, match=said) as raised, driver_rig("capture", f"gstreamer:{pipeline}"):
        pass
    assert raised.value.advice
    assert not pipelines()


@pytest.mark.parametrize("uri", ["gstreamer:", "gstreamer: ! ", 'gstreamer:videotestsrc ! "video/x-raw'])
def test_what_is_no_pipeline_is_refused_before(uri: str, driver_rig: DriverRig) -> None:
    with pytest.raises(ConfigurationError, match=r"pipeline|quotation"), driver_rig("capture", uri):
        pass


def test_a_pipeline_that_is_killed_is_lost(driver_rig: DriverRig) -> None:
    with driver_rig("capture", LIVE) as capture:
        await_picture(capture, lambda _pixels: True)
        [process] = eventually(pipelines, "the pipeline's process")
        os.kill(process, signal.SIGKILL)
        with pytest.raises(DeviceLostError, match="has failed"):
            await_picture(capture, lambda _pixels: False)


def test_without_gstreamer_the_package_is_named(driver_rig: DriverRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert shutil.which("gst-launch-1.0") is None
    with pytest.raises(DeviceError, match="not installed") as raised, driver_rig("capture", LIVE):
        pass
    assert "apt-get install gstreamer1.0-tools" in raised.value.advice


def test_devices_in_a_pipeline_are_taken(driver_rig: DriverRig) -> None:
    resolved = driver_rig.resolve("capture", "gstreamer:v4l2src device=/dev/../dev/null ! decodebin")
    assert list(resolved.resources()) == ["/dev/null"]
