from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import av
import numpy
import pytest
from tests.peers.fake_rig import number_of, numbered_picture
from tests.peers.videos import top_level_boxes

from qarunner.nodes.ring import NANOSECONDS
from qarunner.nodes.video import Planes, VideoWriter

if TYPE_CHECKING:
    from pathlib import Path

    from qarunner.protocols import Pixels

START = 5_000_000_000_123
TIMES = [START + round(offset * NANOSECONDS) for offset in (0, 0.04, 0.0801, 0.1, 0.35, 0.4, 1.9, 2.0004, 3.2, 3.21)]

KILLED = """
import os, signal, sys
from tests.peers.fake_rig import numbered_picture
from qarunner.nodes.video import Planes, VideoWriter
planes = Planes(320, 180)
writer = VideoWriter(os.open(sys.argv[1], os.O_RDWR | os.O_CREAT), 320, 180, 25)
for number in range(1, 100):
    writer.add(planes.convert(numbered_picture(number, 320, 180)), number * 40_000_000)
os.kill(os.getpid(), signal.SIGKILL)
"""


def write(path: Path, times: list[int], size: tuple[int, int] = (320, 180), end: int | None = None) -> VideoWriter:
    planes = Planes(*size)
    with path.open("wb") as file:
        writer = VideoWriter(file.fileno(), planes.width, planes.height, 25)
        for number, time_ns in enumerate(times, 1):
            writer.add(planes.convert(numbered_picture(number, *size)), time_ns)
        writer.finish(times[-1] + 40_000_000 if end is None else end)
    return writer


def read(path: Path) -> tuple[list[float], list[Pixels]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        pictures = [frame.to_ndarray(format="bgr24").astype(numpy.uint8) for frame in frames]
        return [frame.time or 0.0 for frame in frames], pictures


def test_each_frame_has_its_real_time_and_its_picture(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    writer = write(path, TIMES)
    times, pictures = read(path)
    expected = [(time_ns - START) / NANOSECONDS for time_ns in TIMES]
    assert times == pytest.approx(expected, abs=0.0001)
    assert [number_of(picture) for picture in pictures] == list(range(1, len(TIMES) + 1))
    assert writer.start == START / NANOSECONDS
    assert writer.frames == len(TIMES)
    assert writer.size == path.stat().st_size


def test_the_last_picture_lasts_until_the_recording_was_stopped(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    writer = write(path, TIMES, end=START + 10 * NANOSECONDS)
    with av.open(str(path)) as container:
        assert (container.duration or 0) / 1e6 == pytest.approx(10, abs=0.001)
    assert writer.duration == pytest.approx(10, abs=0.001)


def test_two_pictures_of_one_time_are_one_frame(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    writer = write(path, [START, START, START + 40_000_000, START + 1_000])
    assert writer.frames == 2
    assert len(read(path)[0]) == 2


@pytest.mark.parametrize("size", [(321, 181), (321, 180), (320, 181), (98, 64)])
def test_odd_sizes_are_padded_to_even_ones(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "video.mp4"
    write(path, TIMES[:3], size)
    _times, pictures = read(path)
    width, height = size
    assert pictures[0].shape == (height + height % 2, width + width % 2, 3)
    numpy.testing.assert_allclose(pictures[0][-1, -1], numbered_picture(1, width, height)[-1, -1], atol=6)


def test_colours_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    write(path, TIMES[:1])
    numpy.testing.assert_allclose(
        read(path)[1][0][150, 200].astype(int), numbered_picture(1, 320, 180)[150, 200], atol=6
    )


def test_a_finished_video_is_an_ordinary_file_in_which_players_can_seek(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    write(path, [START + index * 40_000_000 for index in range(200)])
    boxes = top_level_boxes(path)
    assert "moov" in boxes
    assert "moof" not in boxes
    with av.open(str(path)) as container:
        keyframes = [
            float((packet.pts or 0) * packet.time_base) for packet in container.demux(video=0) if packet.is_keyframe
        ]
    assert keyframes[0] == 0
    assert max(numpy.diff([*keyframes, 8.0])) <= 2.05


def test_a_video_whose_writer_was_killed_can_be_played_up_to_its_last_second(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    process = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert process.returncode == -signal.SIGKILL
    times, pictures = read(path)
    assert 50 <= len(times) <= 99
    assert [number_of(picture) for picture in pictures] == list(range(1, len(times) + 1))


def test_a_video_that_is_given_up_is_a_whole_number_of_fragments(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    planes = Planes(320, 180)
    with path.open("wb") as file:
        writer = VideoWriter(file.fileno(), 320, 180, 25)
        for number in range(1, 100):
            writer.add(planes.convert(numbered_picture(number, 320, 180)), number * 40_000_000)
        writer.abandon()
    times, _pictures = read(path)
    assert len(times) == writer.frames >= 50
    assert times[-1] == pytest.approx(writer.duration - 0.04, abs=0.001)
    assert writer.size == path.stat().st_size
    assert set(top_level_boxes(path)) <= {"ftyp", "free", "moov", "moof", "mdat", "mfra"}


@pytest.mark.needs("ffprobe")
def test_another_player_reads_the_same_frames(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    write(path, TIMES)
    command = ["ffprobe", "-v", "error", "-show_entries", "frame=pts_time", "-of", "json", str(path)]
    answer = subprocess.run(command, check=True, capture_output=True).stdout
    times = [float(frame["pts_time"]) for frame in json.loads(answer)["frames"]]
    assert times == pytest.approx([(time_ns - START) / NANOSECONDS for time_ns in TIMES], abs=0.001)
