"""A node as another process looks at it: frames and status, over connections of its own to the node's exporter."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Self, TypeVar

from qarunner.errors import ExporterLostError
from qarunner.nodes import messages as say
from qarunner.nodes.asking import ClientChannel, ask, raise_refusal, request
from qarunner.nodes.channel import Channel, ChannelClosed, close_all
from qarunner.nodes.channel import connect as connect_socket
from qarunner.nodes.names import socket_name
from qarunner.nodes.start import log_file

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Sequence

    from qarunner.node_config import NodeConfig
    from qarunner.nodes.audio_reader import AudioReader
    from qarunner.nodes.frames import FrameReader
    from qarunner.nodes.status import NodeStatus

Reply = TypeVar("Reply", bound=say.Message)
Memory = TypeVar("Memory")

STATUS_LIMIT = 10.0
ADVICE = "Connecting again starts a new one"


class NodeView:
    """A node one looks at: its frames and its status. Methods may be called from any thread.

    :param channel: a greeted connection to its exporter. :param pid: of the exporter.
    """

    def __init__(self, config: NodeConfig, channel: ClientChannel, welcome: say.Welcome) -> None:
        self.config = config
        self.id = config.id
        self.exporter_pid = welcome.pid
        self._fingerprint = welcome.fingerprint
        self._lock = threading.Lock()
        self._idle = [channel]
        self._token = ""
        self._frames: FrameReader | None = None
        self._audio: AudioReader | None = None

    @property
    def frames(self) -> FrameReader:
        """The node's frames, for one thread; further readers come from `open_frames`."""
        with self._lock:
            if self._frames is None:
                self._frames = self.open_frames()
            return self._frames

    def open_frames(self) -> FrameReader:
        """Return a reader of its own, to be closed by the caller."""
        from qarunner.nodes.frames import FrameReader
        from qarunner.nodes.ring import RingReader

        connection, ring = self._open_memory(say.OpenFrames(), RingReader)
        return FrameReader(connection, ring, self._exporter)

    @property
    def audio(self) -> AudioReader:
        """The node's sound, for one thread.

        :raises DeviceError: it delivers none; says why.
        """
        from qarunner.nodes.audio_reader import AudioReader
        from qarunner.nodes.audio_ring import AudioRingReader

        with self._lock:
            if self._audio is None:
                connection, ring = self._open_memory(say.OpenAudio(), AudioRingReader)
                self._audio = AudioReader(connection, ring, self._exporter)
            return self._audio

    def _open_memory(self, message: say.Request, make: Callable[[int], Memory]) -> tuple[socket.socket, Memory]:
        """Ask for shared memory; return a connection that ends with the exporter, and the memory as `make` reads it."""
        channel = self._open_channel()
        descriptors: list[int] = []
        try:
            with self._named(message):
                reply, descriptors = ask(channel, message, STATUS_LIMIT)
            raise_refusal(reply)
            memory = make(descriptors[0])
        except BaseException:
            channel.close()
            raise
        finally:
            close_all(descriptors)
        return channel.socket, memory

    @property
    def _exporter(self) -> str:
        return f"node {self.id!r} (process {self.exporter_pid})"

    def status(self) -> NodeStatus:
        """Return all there is to know of the node; answered also while its drivers hang."""
        return self._ask(say.AskStatus(), say.StatusIs, STATUS_LIMIT).status

    def faults(self) -> dict[str, str]:
        """Return the faults that can be injected, each with a sentence that says what it does."""
        return self._ask(say.AskFaults(), say.FaultsAre, STATUS_LIMIT).faults

    def close(self) -> None:
        """Leave the node. Frames already read stay valid."""
        for reader in (self._frames, self._audio):
            if reader is not None:
                reader.close()
        with self._lock:
            idle, self._idle = self._idle, []
        for channel in idle:
            channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _lost(self, doing: str = "") -> ExporterLostError:
        problem = f"the exporter of node {self.id!r} (process {self.exporter_pid}) has ended while it was in use"
        return ExporterLostError(f"{problem}{doing}", f"{ADVICE}; its log is {log_file(self.id)}")

    def _open_channel(self) -> ClientChannel:
        """Open one more connection to the same exporter."""
        connection = connect_socket(socket_name(self.id, "control"))
        if connection is None:
            raise self._lost()
        channel: ClientChannel = Channel(connection, say.Reply)
        try:
            with self._named(say.Hello(fingerprint="")):
                self._greet(channel)
        except BaseException:
            channel.close()
            raise
        return channel

    def _greet(self, channel: ClientChannel) -> None:
        reply = request(channel, say.Hello(fingerprint=self._fingerprint), STATUS_LIMIT)
        if not isinstance(reply, say.Welcome) or reply.pid != self.exporter_pid:
            raise self._lost()
        if self._token:
            request(channel, say.Attach(token=self._token), STATUS_LIMIT)

    @contextlib.contextmanager
    def _channel(self) -> Iterator[ClientChannel]:
        """Lend a connection for one exchange, so that threads do not wait for each other."""
        with self._lock:
            channel = self._idle.pop() if self._idle else None
        channel = channel or self._open_channel()
        try:
            yield channel
        except (ChannelClosed, TimeoutError):
            channel.close()
            raise
        with self._lock:
            self._idle.append(channel)

    def _ask(self, message: say.Request, expected: type[Reply], limit: float, descriptors: Sequence[int] = ()) -> Reply:
        with self._named(message), self._channel() as channel:
            reply, received = ask(channel, message, limit, descriptors)
        close_all(received)
        raise_refusal(reply)
        assert isinstance(reply, expected)
        return reply

    @contextlib.contextmanager
    def _named(self, message: say.Request) -> Iterator[None]:
        doing = f" ({type(message).__name__})"
        try:
            yield
        except ChannelClosed as error:
            raise self._lost(doing) from error
        except TimeoutError as error:
            problem = f"the exporter of node {self.id!r} (process {self.exporter_pid}) does not answer{doing}"
            raise ExporterLostError(problem, f"Its log is {log_file(self.id)}") from error
