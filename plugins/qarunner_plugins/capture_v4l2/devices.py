"""Which video devices this host has, and what an address names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qarunner import ConfigurationError, DriverContext

DEVICES = Path("/dev")
CLASSES = Path("/sys/class/video4linux")


@dataclass(frozen=True)
class Found:
    """A video device: where it is, what it calls itself, and its address that stays, where there is one."""

    path: Path
    name: str
    stable: Path | None

    def __str__(self) -> str:
        return f"{self.path} ({self.name}{f', {self.stable}' if self.stable else ''})"


def captures_of_this_host() -> list[Found]:
    """Return the video devices in the order of their numbers."""
    stable = {link.resolve(): link for link in sorted((DEVICES / "v4l" / "by-id").glob("*"))}
    paths = [path for path in DEVICES.glob("video*") if path.name[5:].isdigit()]
    paths.sort(key=lambda path: int(path.name[5:]))
    return [Found(path, _name(path), stable.get(path.resolve())) for path in paths]


def delivers_pictures(path: Path) -> bool:
    """Whether a device delivers pictures; a stick has further ones that deliver only what is said of them.

    One that cannot be asked may: trying it tells why it cannot be opened.
    """
    from qarunner_plugins.capture_v4l2.kernel import CAN_CAPTURE, VideoDevice

    try:
        device = VideoDevice(path)
    except OSError:
        return True
    try:
        return bool(device.capabilities()[1] & CAN_CAPTURE)
    except OSError:
        return True
    finally:
        device.close()


def _name(path: Path) -> str:
    try:
        return (CLASSES / path.name / "name").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "without a name"


def what_there_is() -> str:
    """Say which devices there are."""
    found = captures_of_this_host()
    if not found:
        return "This host has no video device (/dev/video*): plug it in, and see what the kernel says: dmesg"
    return f"Video devices of this host: {'; '.join(map(str, found))}"


def device_path(context: DriverContext) -> Path:
    """Return the path that a context's address names.

    :raises ConfigurationError: it names none.
    """
    if not context.address:
        problem = f"node {context.node!r}: {context.capability} = {context.uri!r} names no device"
        raise ConfigurationError(problem, what_there_is())
    return DEVICES / context.address
