"""The box as the drivers share it: the circuit and the renderer behind locks, with a clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from qarunner import ConfigurationError, UnknownKeyError, nearest

from .circuit import FAULTS, Circuit
from .keys import KEYS
from .options import BoxOptions, RemoteOptions

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from .paint.renderer import Renderer

NAME = "virtual-stb"
"""Name under which the drivers of one node share one box."""


class VirtualBox:
    """One virtual set-top box. Keys may come on one thread while another takes pictures.

    It is switched on by the first `start`, so that its options may be given by either driver before.
    """

    def __init__(self, options: BoxOptions | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._box_options = options or BoxOptions()
        self._remote_options = RemoteOptions()
        self._clock = clock
        self._lock = threading.Lock()
        self._painting = threading.Lock()
        self._circuit: Circuit | None = None
        self._renderer: Renderer | None = None
        self._began = 0.0

    @property
    def options(self) -> BoxOptions:
        """The options in force: the box's, with the delays of the remote control where those are given."""
        given = msgspec.structs.asdict(self._remote_options)
        return msgspec.structs.replace(
            self._box_options, **{name: value for name, value in given.items() if value is not None}
        )

    def configure(self, box: BoxOptions | None = None, remote: RemoteOptions | None = None) -> None:
        """Take options over. A running box goes on, unless its seed, start or boot time became another."""
        with self._lock:
            before = self.options
            self._box_options = box or self._box_options
            self._remote_options = remote or self._remote_options
            now = self.options
            if self._circuit is None:
                return
            if (now.seed, now.start, now.boot_seconds) != (before.seed, before.start, before.boot_seconds):
                self._circuit = None
                return
            self._circuit.receiver.response_delay = now.response_delay
            self._circuit.receiver.jitter = now.jitter

    def start(self) -> None:
        """Switch the box on for the first time; later calls do nothing."""
        with self._lock:
            self._running()

    def keydown(self, key: str) -> None:
        """Hold a key down.

        :raises UnknownKeyError: the remote control has no such key.
        """
        _check(key)
        with self._lock:
            self._running().keydown(key, self._now())

    def keyup(self, key: str) -> None:
        """Release a key."""
        _check(key)
        with self._lock:
            self._running().keyup(key, self._now())

    def press(self, key: str) -> None:
        """Press a key shortly."""
        _check(key)
        with self._lock:
            now = self._now()
            self._running().keydown(key, now)
            self._running().keyup(key, now)

    def power(self, *, on: bool) -> None:
        """Cut or restore the power."""
        with self._lock:
            self._running().power(self._now(), on=on)

    @property
    def powered(self) -> bool:
        """Whether the box has power."""
        with self._lock:
            return self._running().powered

    def inject_fault(self, name: str, value: float) -> None:
        """Switch a fault on or off."""
        if name not in FAULTS:
            problem = f"the virtual set-top box has no fault {name!r}"
            raise ConfigurationError(problem, nearest(name, FAULTS) or f"it has {', '.join(FAULTS)}")
        with self._lock:
            self._running().inject(name, value, self._now())

    def picture(self, at: float) -> NDArray[numpy.uint8] | None:
        """The picture at clock time `at`: shape (height, width, 3), BGR; None without a signal.

        It is valid until the next call.
        """
        with self._lock:
            output = self._running().output(at - self._began)
        if output is None:
            return None
        with self._painting:
            renderer = self._paint()
            return renderer.black() if output.black else renderer.render(output.box, output.time)

    def prepare(self) -> None:
        """Draw what takes long to draw, before the first picture is asked for."""
        with self._painting:
            self._paint().prepare()

    def _now(self) -> float:
        return self._clock() - self._began

    def _running(self) -> Circuit:
        if self._circuit is None:
            self._began = self._clock()
            self._circuit = Circuit(self.options)
        return self._circuit

    def _paint(self) -> Renderer:
        from .paint.renderer import Renderer

        size = self.options.width_height
        if self._renderer is None or self._renderer.size != size:
            self._renderer = Renderer(*size)
        return self._renderer


def _check(key: str) -> None:
    if key not in KEYS:
        problem = f"the virtual set-top box's remote control has no key {key!r}"
        raise UnknownKeyError(problem, nearest(key, KEYS) or f"it has {', '.join(KEYS)}")
