"""What a driver is tried on in the conformance suites: its address, and the peer behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol


class Peer(Protocol):
    """The other end."""

    def start(self) -> None:
        """Begin (again), at the same address."""

    def stop(self) -> None:
        """Die."""

    def hang(self) -> None:
        """Keep connections open, and answer nothing any more."""


@dataclass
class Bench:
    """A driver's address with the peer behind it.

    `mentions`: what every error must name. `key`: what a remote presses.
    """

    peer: Peer
    uri: str
    mentions: str
    options: dict[str, Any] = field(default_factory=dict)
    key: str = "KEY_OK"
