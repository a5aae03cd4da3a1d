from __future__ import annotations

import errno
import mmap
import os
import threading
from typing import TYPE_CHECKING

import numpy
import pytest

from qarunner.errors import DeviceError
from qarunner.nodes import ring_layout
from qarunner.nodes.ring import RingReader, RingWriter
from qarunner.nodes.ring_layout import Signal

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH, HEIGHT = 64, 36


class Ring:
    def __init__(self, slots: int = 4) -> None:
        self.descriptor, view = ring_layout.create(WIDTH, HEIGHT, slots)
        self.writer = RingWriter(view)
        self.reader = RingReader(self.descriptor)

    def put(self, value: int) -> int:
        self.writer.begin()[:] = value
        return self.writer.publish(value * 1_000_000_000)


@pytest.fixture
def ring() -> Iterator[Ring]:
    ring = Ring()
    yield ring
    os.close(ring.descriptor)


def test_a_reader_gets_the_picture_its_number_and_its_time(ring: Ring) -> None:
    sequence = ring.put(7)
    frame = ring.reader.copy(sequence)
    assert frame is not None
    assert (frame.sequence, frame.time) == (1, 7.0)
    assert frame.pixels.shape == (HEIGHT, WIDTH, 3)
    assert (frame.pixels == 7).all()


def test_a_returned_frame_does_not_change_when_the_ring_goes_on(ring: Ring) -> None:
    frame = ring.reader.copy(ring.put(1))
    assert frame is not None
    for value in range(2, 12):
        ring.put(value)
    assert (frame.pixels == 1).all()


def test_a_frame_that_was_overwritten_is_not_returned(ring: Ring) -> None:
    first = ring.put(1)
    for value in range(2, 6):
        ring.put(value)
    assert ring.reader.copy(first) is None
    assert ring.reader.newest == 5


def test_a_frame_whose_slot_is_being_written_is_not_returned(ring: Ring) -> None:
    for value in range(1, 5):
        ring.put(value)
    assert ring.reader.oldest == 2
    assert ring.reader.copy(1) is not None
    ring.writer.begin()  # of frame 5, which takes the slot of frame 1
    assert ring.reader.copy(1) is None
    assert ring.reader.copy(2) is not None


def test_a_reader_can_neither_write_nor_resize_the_ring(ring: Ring) -> None:
    with pytest.raises(PermissionError):
        mmap.mmap(ring.descriptor, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    for attempt in (lambda: os.pwrite(ring.descriptor, b"x", 0), lambda: os.ftruncate(ring.descriptor, 10)):
        with pytest.raises(OSError) as caught:  # noqa: PT011 - the number is checked
            attempt()
        assert caught.value.errno == errno.EPERM
    with pytest.raises(ValueError, match="read-only"):
        ring.reader.peek(1)[:] = 0


def test_the_signal_is_told_with_its_reason_however_long(ring: Ring) -> None:
    assert ring.reader.signal() == (Signal.STARTING, "")
    ring.writer.set_signal(Signal.LOST, "größer " * 1000)
    signal, text = ring.reader.signal()
    assert signal is Signal.LOST
    assert text.startswith("größer größer")
    ring.writer.set_signal(Signal.FRAMES, "")
    assert ring.reader.signal() == (Signal.FRAMES, "")


def test_an_exporter_that_dies_while_it_writes_its_state_does_not_hang_readers(ring: Ring) -> None:
    ring.writer._words[ring_layout.WORD_SIGNAL_NUMBER] = 3
    assert ring.reader.signal()[0] is Signal.LOST


def test_something_else_than_a_ring_is_refused() -> None:
    descriptor = os.memfd_create("other")
    os.ftruncate(descriptor, mmap.PAGESIZE)
    with pytest.raises(DeviceError, match="unknown layout"):
        RingReader(descriptor)
    os.close(descriptor)


def test_readers_never_see_half_a_frame_while_the_writer_runs_ahead() -> None:
    ring = Ring(slots=3)
    stop = threading.Event()

    def write() -> None:
        value = 0
        while not stop.is_set():
            value = (value + 1) % 250
            ring.put(value)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = 0
        while seen < 2000:
            frame = ring.reader.copy(ring.reader.newest)
            if frame is not None:
                seen += 1
                assert numpy.ptp(frame.pixels) == 0
                assert frame.time == frame.pixels[0, 0, 0]
    finally:
        stop.set()
        writer.join()
    os.close(ring.descriptor)
