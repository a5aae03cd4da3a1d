"""The names by which processes of one host find each other: abstract Unix sockets, which leave nothing on disk.

A name is host-wide (more exactly: one per network namespace), not per user, so that the second user of a node learns
who holds it instead of getting an exporter of their own that cannot open the hardware.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import msgspec

from qarunner._version import __version__
from qarunner.decoding import decoder_of

if TYPE_CHECKING:
    from qarunner.node_config import NodeConfig

Purpose = Literal["control", "http"]

LONGEST_NAME = 107
"""Bytes the kernel takes for the name of a Unix socket, the leading zero byte included."""


def socket_name(node: str, purpose: Purpose) -> bytes:
    """Return the address of one of the two sockets of a node's exporter."""
    readable = b"\0qarunner/" + node.encode() + b"/" + purpose.encode()
    if len(readable) <= LONGEST_NAME:
        return readable
    return b"\0qarunner/" + _digest(node.encode()) + b"/" + purpose.encode()


def lock_name(resource: str) -> bytes:
    """Return the address that whoever uses a hardware resource binds; the kernel frees it when its process ends."""
    return b"\0qarunner/hardware/" + _digest(resource.encode())


def fingerprint(config: NodeConfig) -> str:
    """Return what tells apart two configurations of a node, or two versions of qarunner."""
    if config.known_as:
        return config.known_as
    config = msgspec.structs.replace(config, strategy="")  # code of the test's process: the exporter is the same
    # As the exporter will read it: a whole number where a fraction is meant must not make a difference.
    as_read = decoder_of(type(config)).decode(msgspec.json.encode(config))
    return _digest(msgspec.json.encode(as_read, order="sorted") + __version__.encode()).decode()[:16]


def for_users(config: NodeConfig) -> NodeConfig:
    """Return the configuration for a process that uses the node's exporter and need not know how to start it."""
    hidden = {
        capability: msgspec.structs.replace(driver, uri=f"{driver.scheme}:", options={})
        for capability in ("capture", "remote", "power")
        if (driver := getattr(config, capability)) is not None
    }
    return msgspec.structs.replace(config, **hidden, known_as=fingerprint(config))


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:40].encode()
