from __future__ import annotations

import os
import resource
import signal
import threading
import time
from typing import TYPE_CHECKING

import av
import numpy
import pytest
from tests.peers.fake_rig import number_of, numbered_picture
from tests.peers.rig_node import eventually, got

from qarunner.errors import ConfigurationError, DeviceError
from qarunner.nodes import recorder_link, ring_layout
from qarunner.nodes.hub import FrameHub
from qarunner.nodes.recorder_link import RecorderLink
from qarunner.nodes.ring_layout import Signal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Studio:
    """A recorder process with a hub that a test feeds by hand."""

    def __init__(self, width: int = 320, height: int = 180) -> None:
        self.size = (width, height)
        self.ring, view = ring_layout.create(width, height)
        self.hub = FrameHub(self.ring, view)
        self.hub.set_signal(Signal.FRAMES)
        self.link = RecorderLink(self.ring, self.hub.add_doorbell, self.hub.remove_doorbell)
        self.number = 0
        self.last = 0.0
        threading.Thread(target=self.link.run, daemon=True).start()

    def feed(self, frames: int) -> list[float]:
        """Publish frames of 25 a second up to now, but faster than they would come; return their times."""
        times = []
        first = max(self.last + 0.04, time.monotonic() - frames * 0.04)
        for index in range(frames):
            self.number += 1
            self.last = first + index * 0.04
            times.append(self.last)
            self.hub.publish(numbered_picture(self.number, *self.size), self.last)
            time.sleep(0.006)
        return times

    def close(self) -> None:
        self.link.close()
        os.close(self.ring)


@pytest.fixture
def studio() -> Iterator[Studio]:
    studio = Studio()
    yield studio
    studio.close()


def play(path: Path) -> tuple[list[float], list[int]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    pictures = [frame.to_ndarray(format="bgr24").astype(numpy.uint8) for frame in frames]
    return [frame.time or 0.0 for frame in frames], [number_of(picture) for picture in pictures]


def test_a_video_has_the_frames_between_start_and_stop_at_their_times(studio: Studio, tmp_path: Path) -> None:
    before = studio.feed(3)
    with (tmp_path / "a.mp4").open("wb") as file:
        number = studio.link.begin(file.fileno(), 25)
    times = [*before[-1:], *studio.feed(40)]
    info = studio.link.end(number)
    studio.feed(3)
    seconds, numbers = play(tmp_path / "a.mp4")
    assert info.frames + info.skipped == 41  # with the picture that was there when it began
    assert not info.cut
    by_number = dict(zip(range(3, 44), times, strict=True))
    assert set(numbers) <= set(by_number)
    assert len(numbers) == info.frames
    assert [got(info.start) + second for second in seconds] == pytest.approx([by_number[n] for n in numbers], abs=0.001)


def test_two_videos_at_once_do_not_mind_each_other(studio: Studio, tmp_path: Path) -> None:
    files = [(tmp_path / name).open("wb") for name in ("a.mp4", "b.mp4")]
    first = studio.link.begin(files[0].fileno(), 25)
    studio.feed(5)
    second = studio.link.begin(files[1].fileno(), 25)
    studio.feed(5)
    assert studio.link.end(first).duration > studio.link.end(second).duration
    for file in files:
        file.close()
    assert play(tmp_path / "a.mp4")[1][-1] == play(tmp_path / "b.mp4")[1][-1] == 10
    assert play(tmp_path / "b.mp4")[1][0] == 5  # the picture that was there when it began


def test_a_video_without_any_frame_is_an_empty_file(studio: Studio, tmp_path: Path) -> None:
    with (tmp_path / "a.mp4").open("wb") as file:
        info = studio.link.end(studio.link.begin(file.fileno(), 25))
    assert (info.frames, info.start, info.size, info.cut) == (0, None, 0, False)
    assert (tmp_path / "a.mp4").stat().st_size == 0


def test_a_still_picture_lasts_until_the_recording_is_stopped(studio: Studio, tmp_path: Path) -> None:
    with (tmp_path / "a.mp4").open("wb") as file:
        number = studio.link.begin(file.fileno(), 25)
    studio.feed(1)
    time.sleep(0.5)
    info = studio.link.end(number)
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert (container.duration or 0) / 1e6 == pytest.approx(info.duration, abs=0.001)
    assert info.frames == 1
    assert info.duration > 0.5


def test_a_recorder_that_is_killed_is_replaced_and_the_video_says_so_and_can_be_played(
    studio: Studio, tmp_path: Path
) -> None:
    with (tmp_path / "a.mp4").open("wb") as file:
        number = studio.link.begin(file.fileno(), 25)
    studio.feed(80)
    os.kill(studio.link.status.pid, signal.SIGKILL)
    info = studio.link.end(number)
    assert info.cut
    assert "video is cut: the recorder was killed (SIGKILL) after " in info.notes[-1]
    assert len(play(tmp_path / "a.mp4")[1]) >= info.frames > 20
    with (tmp_path / "b.mp4").open("wb") as file:
        number = studio.link.begin(file.fileno(), 25)
    studio.feed(3)
    assert studio.link.end(number).frames > 0
    assert studio.link.restarts == 1


def test_a_recorder_that_does_not_answer_is_replaced(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_link, "END_LIMIT", 0.3)
    with (tmp_path / "a.mp4").open("wb") as file:
        number = studio.link.begin(file.fileno(), 25)
    os.kill(studio.link.status.pid, signal.SIGSTOP)
    assert "the recorder was killed" in studio.link.end(number).notes[-1]
    eventually(lambda: studio.link.status.ready, "a new recorder")


def test_when_the_file_cannot_grow_the_video_is_cut_and_can_be_played(studio: Studio, tmp_path: Path) -> None:
    limit = 20_000
    eventually(lambda: studio.link.status.ready, "the recorder")
    resource.prlimit(studio.link.status.pid, resource.RLIMIT_FSIZE, (limit, limit))
    with (tmp_path / "a.mp4").open("wb") as file:
        number = studio.link.begin(file.fileno(), 25)
    while not studio.link.info(number).cut:
        studio.feed(10)
    info = studio.link.end(number)
    assert info.notes[-1].startswith("video is cut: ")
    assert "File too large" in info.notes[-1]
    assert info.size == (tmp_path / "a.mp4").stat().st_size < limit
    assert len(play(tmp_path / "a.mp4")[0]) > 10


def test_a_video_ends_at_its_limits(studio: Studio, tmp_path: Path) -> None:
    with (tmp_path / "a.mp4").open("wb") as file:
        number = studio.link.begin(file.fileno(), 25, longest=0.3)
    while not studio.link.info(number).cut:
        studio.feed(5)
        time.sleep(0.1)
    info = studio.link.end(number)
    assert info.notes[-1] == "video ends at its limit of 0.3 s"
    assert play(tmp_path / "a.mp4")[0][-1] == pytest.approx(info.duration, abs=0.05)


def test_a_recorder_that_cannot_keep_up_halves_its_rate_and_says_so(tmp_path: Path) -> None:
    studio = Studio(1920, 1080)
    eventually(lambda: studio.link.status.ready, "the recorder")
    with (tmp_path / "a.mp4").open("wb") as file:
        number = studio.link.begin(file.fileno(), 60)
    picture = numpy.random.default_rng(1).integers(0, 256, (1080, 1920, 3), numpy.uint8)
    deadline = time.monotonic() + 30
    while not studio.link.info(number).notes and time.monotonic() < deadline:
        studio.hub.publish(picture, time.monotonic())
        time.sleep(0.001)
    info = studio.link.end(number)
    studio.close()
    assert "only every 2. frame from " in info.notes[0]
    assert "encoding could not keep up" in info.notes[0]
    assert info.skipped > 0
    assert not info.cut


@pytest.mark.parametrize("mode", ["r", "pipe"])
def test_only_a_regular_file_that_is_open_for_writing_is_taken(studio: Studio, tmp_path: Path, mode: str) -> None:
    (tmp_path / "a.mp4").touch()
    descriptors = list(os.pipe()) if mode == "pipe" else [os.open(tmp_path / "a.mp4", os.O_RDONLY)]
    with pytest.raises(ConfigurationError, match="file"):
        studio.link.begin(descriptors[-1], 25)
    for descriptor in descriptors:
        os.close(descriptor)


def test_no_more_than_a_few_videos_are_recorded_at_once(studio: Studio, tmp_path: Path) -> None:
    with (tmp_path / "a.mp4").open("wb") as file:
        for _ in range(recorder_link.MOST_RECORDINGS):
            studio.link.begin(file.fileno(), 25)
        with pytest.raises(DeviceError, match="videos of this node are being recorded already"):
            studio.link.begin(file.fileno(), 25)


def test_when_its_exporter_is_gone_the_recorder_finishes_its_videos_and_ends(tmp_path: Path) -> None:
    studio = Studio()
    with (tmp_path / "a.mp4").open("wb") as file:
        studio.link.begin(file.fileno(), 25)
    studio.feed(10)
    studio.close()
    assert studio.link._process.returncode == 0
    assert play(tmp_path / "a.mp4")[1] == list(range(1, 11))
