"""The recorder process: reads the ring like any other reader and encodes videos, so that the exporter never has to.

Started by the exporter as ``python -m qarunner.nodes.recorder CONTROL DOORBELL RING [SOUND]`` with descriptors. It ends
when the exporter does, however that happens, and finishes its videos first.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import cv2
import msgspec

from qarunner.errors import ExporterLostError
from qarunner.nodes.audio_ring import AudioRingReader
from qarunner.nodes.channel import Channel, ChannelClosed, close_all
from qarunner.nodes.frames import FrameReader
from qarunner.nodes.pace import Pace
from qarunner.nodes.recorder_messages import Begin, Begun, End, Ended, Progress, Ready, ToRecorder
from qarunner.nodes.recording import CANNOT_WRITE, Recording
from qarunner.nodes.ring import NANOSECONDS, RingReader
from qarunner.nodes.ring_layout import Signal
from qarunner.nodes.video import FRAGMENT, Planes

if TYPE_CHECKING:
    from collections.abc import Callable

    from qarunner.nodes.messages import Message

HEARING = 500
"""Milliseconds after which sound is encoded also when no picture comes."""


class Recorder:
    """Serves one exporter.

    :param control: on which orders come. :param reader: of the exporter's frames. :param audio: its sound.
    """

    def __init__(self, control: Channel[ToRecorder], reader: FrameReader, audio: AudioRingReader | None = None) -> None:
        self._control = control
        self._reader = reader
        self._ring = reader.ring
        self._audio = audio
        self._planes = Planes(self._ring.width, self._ring.height)
        self._recordings: dict[int, Recording] = {}
        self._pace = Pace(self._ring.slots)
        self._poll = select.poll()
        self._poll.register(control.socket, select.POLLIN)
        self._poll.register(reader.fileno(), select.POLLIN)

    def run(self) -> None:
        """Work until the exporter is gone, then finish what is unfinished."""
        try:
            self._tell(Ready())
            while True:
                self._poll.poll(HEARING if self._recordings and self._audio is not None else None)
                self._reader.drain()
                self._encode_pending()
                self._hear()
                self._take_orders()
        except (ChannelClosed, ExporterLostError):
            self._encode_pending()
            for recording in self._recordings.values():
                recording.finish(time.monotonic_ns())

    def _tell(self, message: Message) -> None:
        # When the exporter is gone, the next look for orders finds out.
        with contextlib.suppress(ChannelClosed):
            self._control.send(message)

    def _take_orders(self) -> None:
        while True:
            try:
                order, descriptors = self._control.receive(timeout=0)
            except TimeoutError:
                return
            match order:
                case Begin():
                    self._begin(order, descriptors)
                case End():
                    close_all(descriptors)
                    self._encode_pending(until=order.time_ns)
                    if recording := self._recordings.pop(order.recording, None):
                        self._tell(Ended(recording=order.recording, info=recording.finish(order.time_ns)))

    def _begin(self, order: Begin, descriptors: list[int]) -> None:
        if not self._recordings:
            self._pace = Pace(self._ring.slots)
        size = (self._planes.width, self._planes.height)
        # It begins with the picture that is there now, so that the shortest test has one of what it saw.
        shows = self._ring.signal()[0] is Signal.FRAMES and self._ring.newest > 0
        recording = Recording(order, descriptors[0], self._ring.newest - shows, size, self._audio)
        close_all(descriptors[1:])
        self._recordings[order.recording] = recording
        self._tell(Begun(recording=order.recording))
        self._encode_pending()  # now, not with the next picture: a recorder that gets no turn until then would miss it

    def _encode_pending(self, until: int | None = None) -> None:
        """Encode all frames that are there now (and were taken before `until`)."""
        if not self._recordings:
            return
        newest = self._ring.newest
        while (after := min((recording.after for recording in self._recordings.values()), default=newest)) < newest:
            sequence = max(after + 1, self._ring.oldest)
            if until is not None and self._ring.time_ns(sequence) > until:
                return
            self._encode(sequence)
            if self._pace.observe(self._ring.newest - sequence, time.monotonic()):
                for recording in self._recordings.values():
                    recording.notes.append(self._pace.describe(recording.latest))

    def _encode(self, sequence: int) -> None:
        planes = self._planes.convert(self._ring.peek(sequence)) if self._pace.wants(sequence) else None
        time_ns = self._ring.time_ns(sequence)
        if not self._ring.intact(sequence):
            planes = None
        for number, recording in list(self._recordings.items()):
            if sequence <= recording.after:
                continue
            recording.skipped += sequence - recording.after - (planes is not None)
            recording.after = sequence
            if planes is not None:
                self._write(number, recording, time_ns, partial(recording.add, planes, time_ns))
                self._tell_progress(number, recording, time_ns)

    def _hear(self) -> None:
        now = time.monotonic_ns()
        for number, recording in list(self._recordings.items()):
            self._write(number, recording, now, partial(recording.hear, now))

    def _write(self, number: int, recording: Recording, time_ns: int, action: Callable[[], None]) -> None:
        info = None
        try:
            action()
        except CANNOT_WRITE as error:
            info = recording.cut(error)
        if info is None and (limit := recording.full):
            recording.notes.append(f"video ends at its limit of {limit}")
            info = msgspec.structs.replace(recording.finish(time_ns), cut=True)
        if info is not None:
            del self._recordings[number]
            self._tell(Ended(recording=number, info=info))

    def _tell_progress(self, number: int, recording: Recording, time_ns: int) -> None:
        if number in self._recordings and time_ns - recording.told_ns > FRAGMENT * NANOSECONDS:
            recording.told_ns = time_ns
            self._tell(Progress(recording=number, info=recording.info()))


def main(arguments: list[str]) -> None:
    """Run as a process."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Whoever ends the exporter's whole group must not cost the end of a video; the end of the exporter ends us.
        signal.signal(number, signal.SIG_IGN)
    cv2.setNumThreads(1)
    control, doorbell, ring, *sound = (int(argument) for argument in arguments)
    audio = AudioRingReader(sound[0]) if sound else None
    reader = FrameReader(socket.socket(fileno=doorbell), RingReader(ring), f"process {os.getppid()}")
    Recorder(Channel(socket.socket(fileno=control), ToRecorder), reader, audio).run()


if __name__ == "__main__":
    main(sys.argv[1:])
