"""What a driver's address names: a file or a stream."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qarunner import ConfigurationError, DriverContext

_URL = re.compile(r"^[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_LIVE = re.compile(r"^(rtsps?|rtmps?|rtp|srtp?|udp|tcp)://", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)[^/@]*@")


@dataclass(frozen=True)
class Source:
    """What is played: `url` as libav gets it, `name` as messages say it (without a password)."""

    url: str
    name: str
    is_stream: bool = False
    open_options: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_live(self) -> bool:
        """Whether it has no end, so that its end is a loss."""
        return bool(_LIVE.match(self.url))


def find_source(context: DriverContext) -> Source:
    """Return what the context's address names.

    :raises ConfigurationError: it names nothing.
    """
    address = context.address
    options = dict(getattr(context.options, "open_options", {}))
    if _URL.match(address) and not address.lower().startswith("file://"):
        return Source(address, _PASSWORD.sub("", address), is_stream=True, open_options=options)
    path = find_path(context, address.partition("://")[2] if "://" in address else address)
    return Source(str(path), str(path), open_options=options)


def find_path(context: DriverContext, address: str) -> Path:
    """Return the path that an address names; a relative one is relative to the test pack.

    :raises ConfigurationError: the address is empty.
    """
    if not address:
        problem = f"node {context.node!r}: {context.capability} = {context.uri!r} names no file"
        raise ConfigurationError(problem, f"Write {context.uri.partition(':')[0]}:PATH, relative to the test pack")
    return (context.pack or Path.cwd()) / Path(address).expanduser()
