"""The typed faces of what plugs into qarunner: the four capabilities of a node, and reporters.

Drivers implement `Capture`, `Remote`, `Power` or `Browser` for one kind of hardware. They live in the node's exporter
process (browsers in the test's process). Methods may block up to the stated times; the caller runs each capability on
a thread of its own, cuts a call off that takes longer than its limit and names the driver.

Every method that meets a fault of the rig raises `qarunner.DeviceError` (or `DeviceLostError`) that names the
device, its address and what to try.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pathlib import Path

    import numpy
    from numpy.typing import NDArray

    from qarunner.results import Result, Run

    Pixels = NDArray[numpy.uint8]
    Samples = NDArray[numpy.int16]

Capability = Literal["capture", "remote", "power", "browser"]
CAPABILITIES: tuple[Capability, ...] = ("capture", "remote", "power", "browser")


@dataclass(frozen=True, slots=True)
class CapturedFrame:
    """One picture as a driver delivers it.

    `pixels`: shape (height, width, 3), uint8, blue-green-red, full range, C-contiguous.
    The driver may reuse the array after the next `Capture.read`; whoever keeps it copies it.
    `time`: CLOCK_MONOTONIC seconds (`time.monotonic()`) at which the picture was taken, not when it was handed over.
    """

    pixels: Pixels
    time: float


@dataclass(frozen=True, slots=True)
class CaptureFormat:
    """What a capture delivers: size in pixels, nominal frames a second, the wire's format in the field's own name."""

    width: int
    height: int
    frame_rate: float
    pixel_format: str = "bgr24"


class Capture(Protocol):
    """A source of pictures."""

    def open(self) -> CaptureFormat:
        """Start the device and say what it delivers. Called again after `close` to reconnect. Limit 20 s."""
        ...

    def read(self, timeout: float) -> CapturedFrame | None:
        """Wait at most `timeout` seconds for the next frame.

        Return None when the device is there but sends no picture (no signal). Raise `DeviceLostError` when the
        device is gone, `EndOfStreamError` when a recording has ended. Limit `timeout` + 5 s.
        """
        ...

    def close(self) -> None:
        """Release the device. Must be safe to call twice, and after a failed `open`. Limit 5 s."""
        ...


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """What sound a capture delivers: samples a second, channels (1 to 8), and the type of each sample."""

    sample_rate: int = 48_000
    channels: int = 2
    sample_type: Literal["s16"] = "s16"


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """Some sound as a driver delivers it, usually 10 to 40 ms of it.

    `samples`: shape (samples, channels), int16. The driver may reuse the array after the next `AudioSource.read_audio`.
    `time`: CLOCK_MONOTONIC seconds at which the first sample was heard, on the clock of the driver's frames: a picture
    and a sound that the device gave out together have the same time.
    """

    samples: Samples
    time: float


@runtime_checkable
class AudioSource(Protocol):
    """What a capture may offer beside its pictures: the sound that belongs to them.

    Times count samples or follow the source's own timestamps: a time read from the clock when a block happened to
    arrive trembles, and what trembles by more than 30 ms is heard as gaps. Missing sound is left out, never invented.
    """

    def audio_format(self) -> AudioFormat | None:
        """Say what sound comes, once `open` has returned; None when this source has none. Limit 1 s."""
        ...

    def read_audio(self, timeout: float) -> AudioBlock | None:
        """Wait at most `timeout` seconds for the next block; None when there is none yet. Limit `timeout` + 5 s.

        Called on a thread of its own, beside `Capture.read`, after `open` and until `close` begins. What it raises ends
        the sound until the capture is opened again, never the pictures.
        """
        ...


class Remote(Protocol):
    """Something that sends key presses."""

    def open(self) -> None:
        """Connect. Called again after `close` to reconnect. Limit 20 s."""
        ...

    def keys(self) -> Collection[str] | None:
        """The names this remote can send (``KEY_*`` by convention), or None when it takes any."""
        ...

    def press(self, key: str) -> None:
        """Send one short press and return when it has left. Limit 10 s. `key` is one of `keys()`."""
        ...

    def close(self) -> None:
        """Release the device. Must be safe to call twice. Limit 5 s."""
        ...


@runtime_checkable
class HoldingRemote(Remote, Protocol):
    """A remote that can hold a key down. One that has no `keydown` is refused before a test that holds keys."""

    def keydown(self, key: str) -> None:
        """Press `key` and keep it down, repeating as the real remote would. Limit 10 s."""
        ...

    def keyup(self, key: str) -> None:
        """Release `key`. Must be safe for a key that is not down. Limit 10 s."""
        ...


class Power(Protocol):
    """A power outlet, or whatever cuts and restores the device's power."""

    def open(self) -> None:
        """Connect. Limit 20 s."""
        ...

    def on(self) -> None:
        """Restore the power and return when it is on. Limit 30 s."""
        ...

    def off(self) -> None:
        """Cut the power and return when it is off. Limit 30 s."""
        ...

    def is_on(self) -> bool | None:
        """Whether the power is on; None when the outlet cannot tell. Limit 10 s."""
        ...

    def close(self) -> None:
        """Release the outlet, leaving the power as it is. Must be safe to call twice. Limit 5 s."""
        ...


class Browser(Protocol):
    """A web browser a test drives through WebDriver, beside or instead of a device."""

    def open(self) -> Any:
        """Start the browser and return its ``selenium`` WebDriver. Limit 60 s."""
        ...

    def close(self) -> None:
        """Quit it. Must be safe to call twice. Limit 20 s."""
        ...


@runtime_checkable
class BrowserEvidence(Protocol):
    """What a browser may offer beside its WebDriver: what to keep of a testcase that did not pass."""

    def evidence(self) -> Mapping[str, bytes]:
        """Return files by name: a screenshot, the page's source, logs. Limit 20 s."""
        ...


@runtime_checkable
class BrowserPictures(Protocol):
    """What a browser may offer beside its WebDriver: what its page looks like, for the video of a testcase."""

    def picture(self, timeout: float) -> CapturedFrame | None:
        """Wait at most `timeout` seconds for the next picture; None when nothing has changed, or nothing is to be seen.

        Called on a thread of its own while the testcase drives the browser, which it must not disturb. Limit
        `timeout` + 5 s.
        """
        ...


@runtime_checkable
class FaultInjector(Protocol):
    """What any driver may offer beside its capability: faults a test or a person can switch on, to try what happens."""

    def faults(self) -> Mapping[str, str]:
        """The names of the faults, each with a sentence that says what it does."""
        ...

    def inject_fault(self, name: str, value: float) -> None:
        """Switch a fault on (`value` > 0; its size where the fault has one, such as seconds) or off (0)."""
        ...


@runtime_checkable
class RunReporter(Protocol):
    """A reporter that makes something of a whole run at its end, such as a file. Called again for a mended run."""

    def finish(self, run: Run, results: Sequence[Result], folder: Path) -> str | None:
        """Write the report of `run`, whose directory is `folder`; return a line for the terminal or None."""
        ...


@dataclass(frozen=True)
class SentRun:
    """What became of a whole run that was sent somewhere.

    `where`: the address at which it can be seen. `lines`: for the terminal. `fails`: why the receiver's verdict fails
    the run, or nothing. `trouble`: what of the run was not taken; its kind says what follows, as if it were raised.
    """

    where: str = ""
    lines: Sequence[str] = ()
    fails: str = ""
    trouble: Exception | None = None


@runtime_checkable
class RunSender(Protocol):
    """A reporter that sends a whole run somewhere when the run has ended.

    It is tried again, with growing pauses, as long as the setting `delivery_wait` allows, and later by
    ``qarunner deliver``; so it must be idempotent by ``run.id``, and must send only what is not there yet.
    """

    def send(self, run: Run, results: Sequence[Result], folder: Path) -> SentRun:
        """Send the results of `run`, whose directory is `folder`; runs on a thread of its own.

        Raise `qarunner.DeliveryRejectedError` with the answer when sending it again is useless,
        `qarunner.DeliveryPostponedError` when the receiver said when to ask again, `qarunner.DeliveryStoppedError` when
        a person must change something; any other exception means "later".
        """
        ...


@runtime_checkable
class ResultReporter(Protocol):
    """A reporter that delivers each result somewhere, from a thread of the outbox, as soon as it is finished.

    Delivery must be idempotent by ``result.id``: after a crash the same result comes again.
    """

    def deliver(self, result: Result, folder: Path) -> str | None:
        """Send one finished result, whose evidence is in `folder`; return where it can be seen, or None.

        Raise `qarunner.DeliveryRejectedError` with the answer when sending it again is useless; any other exception
        means "later", with growing pauses.
        """
        ...


@runtime_checkable
class BatchReporter(ResultReporter, Protocol):
    """A reporter that takes many results at once, where each request costs more than a result in it."""

    def deliver_many(self, results: Sequence[tuple[Result, Path]]) -> Sequence[str | Exception | None]:
        """Send finished results, each with the folder of its evidence; return what became of each, in their order.

        That is: where it can be seen or None, `qarunner.DeliveryRejectedError` when sending it again is useless, or any
        other exception for "later". What is raised counts for all of them.
        """
        ...
