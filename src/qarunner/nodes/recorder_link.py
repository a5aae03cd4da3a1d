"""The exporter's side of its recorder process: starts it, also again when it dies, and keeps book of its videos."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from qarunner.errors import ConfigurationError, DeviceError
from qarunner.nodes.channel import Channel, ChannelClosed, close_all
from qarunner.nodes.recorder_messages import Begin, Begun, End, Ended, FromRecorder, Progress, Ready
from qarunner.nodes.status import RecorderStatus, RecordingInfo

if TYPE_CHECKING:
    from collections.abc import Callable

    from qarunner.nodes.messages import Message

READY_LIMIT = 20.0
BEGIN_LIMIT = 5.0
END_LIMIT = 10.0
MOST_RECORDINGS = 4
RESTART_PAUSE = 0.5


@dataclass
class Job:
    """A video that was ordered."""

    info: RecordingInfo = field(default_factory=RecordingInfo)
    begun: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)


class RecorderLink:
    """The one recorder of an exporter.

    :param ring: descriptor of the frame ring.
    :param add_doorbell: called with the socket on which the recorder is to be told of frames.
    :param remove_doorbell: called with it when that recorder is gone.
    :param sound: descriptor of the memory with the sound; None for videos without.
    """

    def __init__(
        self,
        ring: int,
        add_doorbell: Callable[[socket.socket], None] = lambda _doorbell: None,
        remove_doorbell: Callable[[socket.socket], None] = lambda _doorbell: None,
        *,
        sound: int | None = None,
    ) -> None:
        self._memory = (ring,) if sound is None else (ring, sound)
        self.add_doorbell = add_doorbell
        self.remove_doorbell = remove_doorbell
        self._numbers = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._closing = False
        self.restarts = 0
        self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._doorbell, doorbell = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel: Channel[FromRecorder] = Channel(ours, FromRecorder)
        descriptors = (theirs.fileno(), doorbell.fileno(), *self._memory)
        with theirs, doorbell:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "qarunner.nodes.recorder", *map(str, descriptors)],
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def run(self) -> None:
        """Listen to the recorder until `close`; to be called once, on a thread of its own."""
        while True:
            self.add_doorbell(self._doorbell)
            try:
                while True:
                    message, descriptors = self._channel.receive()
                    close_all(descriptors)
                    self._note(message)
            except ChannelClosed:
                pass
            with self._lock:
                self._ready.clear()
                self.remove_doorbell(self._doorbell)
                self._doorbell.close()
                self._channel.close()
                self._bury()
            if self._closing:
                return
            time.sleep(RESTART_PAUSE)
            with self._lock:
                self.restarts += 1
                self._start()

    def _note(self, message: FromRecorder) -> None:
        if isinstance(message, Ready):
            self._ready.set()
            return
        job = self._jobs.get(message.recording)
        if job is None:
            return
        match message:
            case Begun():
                job.begun.set()
            case Progress():
                job.info = message.info
            case Ended():
                job.info = message.info
                job.ended.set()

    def _bury(self) -> None:
        """Close the book on the videos of a recorder that has died."""
        code = self._process.wait()
        how = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with code {code}"
        for job in list(self._jobs.values()):
            if not job.ended.is_set():
                note = f"video is cut: the recorder {how} after {job.info.duration:.1f} s"
                job.info = msgspec.structs.replace(job.info, cut=True, notes=(*job.info.notes, note))
                job.begun.set()
                job.ended.set()

    def begin(self, descriptor: int, frame_rate: float, longest: float = 0.0, largest: int = 0) -> int:
        """Record into a file from the picture that is there now on; return the video's number.

        :param descriptor: of a regular file open for writing; the caller may close it afterwards.
        :param longest: seconds, :param largest: bytes, after which the video ends by itself; 0 for never.
        :raises ConfigurationError: it is no such file.
        :raises DeviceError: the recorder does not answer, or too many videos are recorded.
        """
        check_file(descriptor)
        number, job = self._order(descriptor, frame_rate, longest, largest)
        if not job.begun.wait(BEGIN_LIMIT):
            self._process.kill()
            raise DeviceError(f"the recorder has not answered in {BEGIN_LIMIT:g} s and is started again", "Try again")
        return number

    def _order(self, descriptor: int, frame_rate: float, longest: float, largest: int) -> tuple[int, Job]:
        deadline = time.monotonic() + READY_LIMIT
        while self._ready.wait(deadline - time.monotonic()):
            with self._lock:
                if not self._ready.is_set():
                    continue  # It has died just now and is started again.
                if sum(not job.ended.is_set() for job in self._jobs.values()) >= MOST_RECORDINGS:
                    problem = f"{MOST_RECORDINGS} videos of this node are being recorded already"
                    raise DeviceError(problem, "End one of them first")
                number = next(self._numbers)
                job = self._jobs[number] = Job()
                self._send(Begin(recording=number, frame_rate=frame_rate, longest=longest, largest=largest), descriptor)
                return number, job
        raise DeviceError("the recorder process does not start", "See the exporter's log")

    def _send(self, message: Message, *descriptors: int) -> None:
        try:
            self._channel.send(message, descriptors)
        except (ChannelClosed, OSError):
            # It has just died; whoever waits is told so by `_bury`.
            return

    def end(self, number: int) -> RecordingInfo:
        """Finish a video and tell what it holds; at once when it has ended by itself."""
        job = self._jobs[number]
        if not job.ended.is_set():
            self._send(End(recording=number, time_ns=time.monotonic_ns()))
            if not job.ended.wait(END_LIMIT):
                self._process.kill()
                job.ended.wait(END_LIMIT)
        del self._jobs[number]
        return job.info

    def has_ended(self, number: int) -> bool:
        """Whether a video has ended by itself; `end` then returns at once."""
        return self._jobs[number].ended.is_set()

    def info(self, number: int) -> RecordingInfo:
        """Return what a video holds so far."""
        return self._jobs[number].info

    def close(self) -> None:
        """Let the recorder finish its videos and end."""
        self._closing = True
        with contextlib.suppress(OSError):  # It may have died just now.
            self._channel.socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_LIMIT)

    @property
    def status(self) -> RecorderStatus:
        """How it is."""
        return RecorderStatus(
            pid=self._process.pid,
            ready=self._ready.is_set(),
            restarts=self.restarts,
            recordings=tuple(job.info for job in list(self._jobs.values())),
        )


def check_file(descriptor: int) -> None:
    """Make sure that a video can be written to a descriptor.

    :raises ConfigurationError: it cannot.
    """
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise ConfigurationError("a video can only be recorded into a regular file", "Give the path of a file")
    if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        raise ConfigurationError("the file for the video is open for reading only", "Open it for writing")
