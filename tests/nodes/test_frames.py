from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING

import numpy
import pytest
from tests.peers.rig_node import got

from qarunner.errors import ExporterLostError
from qarunner.nodes import ring_layout
from qarunner.nodes.frames import FrameReader
from qarunner.nodes.hub import FrameHub, scale
from qarunner.nodes.ring import RingReader
from qarunner.nodes.ring_layout import Signal

if TYPE_CHECKING:
    from collections.abc import Iterator


class Hall:
    """A hub with readers, all in one process."""

    def __init__(self) -> None:
        self.ring, view = ring_layout.create(64, 36)
        self.hub = FrameHub(self.ring, view)
        self.doorbells: list[socket.socket] = []

    def reader(self) -> FrameReader:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(0)
        self.doorbells.append(ours)
        self.hub.add_doorbell(ours)
        return FrameReader(theirs, RingReader(self.ring), "node 'hall' (process 1)")

    def publish(self, value: int) -> int:
        self.hub.set_signal(Signal.FRAMES)
        return self.hub.publish(numpy.full((36, 64, 3), value, numpy.uint8), float(value))

    def close(self) -> None:
        for doorbell in self.doorbells:
            doorbell.close()
        os.close(self.ring)


@pytest.fixture
def hall() -> Iterator[Hall]:
    hall = Hall()
    yield hall
    hall.close()


def test_the_newest_frame_wins_and_a_frame_is_returned_once(hall: Hall) -> None:
    reader = hall.reader()
    for value in (1, 2, 3):
        hall.publish(value)
    frame = got(reader.newest())
    assert (frame.sequence, frame.time) == (3, 3.0)
    assert reader.newest(after=3, timeout=0.01) is None
    reader.close()


def test_a_reader_who_wants_each_frame_gets_each_that_the_ring_still_holds(hall: Hall) -> None:
    reader = hall.reader()
    hall.publish(1)
    for value in range(2, 6):
        hall.publish(value)
    assert [got(reader.next(after)).sequence for after in range(1, 5)] == [2, 3, 4, 5]
    for value in range(6, 30):
        hall.publish(value)
    assert got(reader.next(5)).sequence == 29 - ring_layout.SLOTS + 2
    reader.close()


def test_a_reader_that_waits_is_woken_by_the_next_frame(hall: Hall) -> None:
    reader = hall.reader()
    threading.Timer(0.05, lambda: hall.publish(9)).start()
    assert got(reader.newest(timeout=20)).time == 9.0
    reader.close()


def test_many_readers_each_get_every_frame_while_they_keep_up(hall: Hall) -> None:
    frames, readers = 60, 6
    kept_up = threading.Barrier(readers + 1)
    seen: list[list[int]] = [[] for _ in range(readers)]

    def read(index: int, reader: FrameReader) -> None:
        after = 0
        for _ in range(frames):
            after = got(reader.newest(after, timeout=20)).sequence
            seen[index].append(after)
            kept_up.wait(20)
        reader.close()

    threads = [threading.Thread(target=read, args=(index, hall.reader())) for index in range(readers)]
    for thread in threads:
        thread.start()
    for value in range(1, frames + 1):
        hall.publish(value)
        kept_up.wait(20)
    for thread in threads:
        thread.join()
    assert seen == [list(range(1, frames + 1))] * readers


def test_a_reader_that_sleeps_holds_up_nobody_and_then_gets_the_newest(hall: Hall) -> None:
    sleeper = hall.reader()
    for value in range(200):
        hall.publish(value)
    assert got(sleeper.newest(after=1)).sequence == 200
    sleeper.close()


def test_an_old_picture_is_not_shown_while_there_is_no_signal(hall: Hall) -> None:
    reader = hall.reader()
    last = hall.publish(1)
    hall.hub.set_signal(Signal.NO_SIGNAL, "capture driver x: no signal")
    assert reader.newest(timeout=0.01) is None
    assert (reader.signal, reader.problem) == (Signal.NO_SIGNAL, "capture driver x: no signal")
    assert hall.hub.newest(timeout=0.01) is None
    assert reader.newest(after=last, timeout=0.01) is None
    hall.publish(2)
    assert got(reader.newest()).time == 2.0
    assert reader.problem == ""
    reader.close()


def test_the_last_frame_can_still_be_read_by_who_has_not_seen_it_when_the_signal_ends(hall: Hall) -> None:
    reader = hall.reader()
    first = hall.publish(1)
    hall.publish(2)
    hall.hub.set_signal(Signal.ENDED, "the end")
    assert got(reader.newest(after=first)).time == 2.0
    reader.close()


def test_the_end_of_the_exporter_is_an_error_that_names_it_and_not_an_old_frame(hall: Hall) -> None:
    reader = hall.reader()
    hall.publish(1)
    hall.doorbells[0].close()
    with pytest.raises(ExporterLostError, match=r"exporter of node 'hall' \(process 1\) has ended"):
        reader.newest()
    reader.close()


@pytest.mark.parametrize("size", [(180, 320), (36, 64), (20, 30), (1080, 1920)])
def test_frames_are_scaled_to_the_size_of_the_node(size: tuple[int, int]) -> None:
    source = numpy.zeros((*size, 3), numpy.uint8)
    source[: size[0] // 2, :, 2] = 200
    target = numpy.empty((36, 64, 3), numpy.uint8)
    scale(source, target)
    assert tuple(target[4, 30]) == (0, 0, 200)
    assert tuple(target[31, 30]) == (0, 0, 0)


def test_shrinking_counts_every_pixel_of_the_source() -> None:
    source = numpy.zeros((72, 128, 3), numpy.uint8)
    source[::2] = 200
    target = numpy.empty((36, 64, 3), numpy.uint8)
    scale(source, target)
    assert (target == 100).all()


class NamedBell(socket.socket):
    """Notes when it is rung instead of sending."""

    def __init__(self, name: str, rung: list[str]) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._name, self._rung = name, rung

    def send(self, *_arguments: object) -> int:
        self._rung.append(self._name)
        return 8


def test_a_reader_that_came_after_the_recorder_is_told_of_a_frame_before_it(hall: Hall) -> None:
    rung: list[str] = []
    with NamedBell("recorder", rung) as recorder, NamedBell("test", rung) as test:
        hall.hub.add_doorbell(recorder)
        hall.hub.add_doorbell(test)
        hall.hub.publish(numpy.zeros((36, 64, 3), numpy.uint8), 1.0)
    assert rung == ["test", "recorder"]
