"""How a plugin describes a driver, and what a driver is given when it is opened.

A description is cheap: making one imports no device library. `open` is called in the process that owns the hardware.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from qarunner.protocols import Capability

Shared = TypeVar("Shared")


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of a driver's typed options; subclass it with annotated fields.

    ``fps: Annotated[float, msgspec.Meta(gt=0, le=60, description="frames a second")] = 30`` is validated, shown by
    ``qarunner plugins`` and listed in the docs. An option comes from the driver's table in the configuration, or from
    the query of its URI (``virtual:?fps=60``). One with ``Meta(extra={"secret": True})`` is refused unless the table
    has it fetched from the environment or a file.
    """


class NoOptions(Options, frozen=True):
    """For drivers which take none."""


@dataclass(frozen=True)
class Check:
    """One line of ``qarunner doctor``: what was looked at, how it is, and the command or action that mends it."""

    subject: str
    status: Literal["works", "missing", "broken", "note"]
    detail: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Discovered:
    """Hardware that a driver has found on this machine, as ``qarunner node add`` offers it.

    `uri`: what a node's configuration would say. `what`: how a person would call it, such as ``USB Grabber``.
    `device`: equal for what belongs together, such as a display's picture and its keyboard; empty for one alone.
    `asks`: what a person must still write at the end of the URI, such as ``the page's URL``; empty when it is whole.
    """

    uri: str
    what: str
    device: str = ""
    asks: str = ""


@dataclass
class DriverContext:
    """What a driver is opened with.

    `address`: what stands between the scheme and the query of its URI, such as ``/dev/video0``.
    `options`: an instance of the driver's options class.
    `node`: the node's id. `pack`: root of the test pack, or None; relative file names are relative to it.
    """

    node: str
    capability: Capability
    uri: str
    address: str = ""
    options: Any = field(default_factory=NoOptions)
    pack: Path | None = None
    frame_size: tuple[int, int] = (1280, 720)
    shared_objects: dict[str, Any] = field(default_factory=dict)

    def share(self, name: str, make: Callable[[], Shared]) -> Shared:
        """Return the node's one object of that name, made at the first call.

        For drivers of one node that are faces of one thing, such as a screen and its keyboard.
        """
        if name not in self.shared_objects:
            self.shared_objects[name] = make()
        shared: Shared = self.shared_objects[name]
        return shared


@dataclass(frozen=True)
class Driver:
    """A driver as a plugin offers it through the `qa_drivers` hook.

    :param capability: which protocol the opened object implements.
    :param scheme: the part of a node's URI before the first colon, such as ``v4l2``.
    :param summary: one line for lists.
    :param open: makes the object that implements the protocol (does not touch the hardware yet: its ``open()`` does).
        Import device libraries inside; a missing one becomes "install qarunner[`extra`]".
    :param extra: the extra of the distribution that installs what it needs.
    :param distribution: the distribution that has the extra.
    :param resources: tells which hardware a context would use, by names that are equal on the whole host
        (``/dev/video0`` resolved), so that two nodes or users cannot both take it.
    :param keys: for remotes, the names it can send; None when it depends on the device or it takes any.
    :param holds_keys: for remotes, whether it can hold a key down; None when that depends on its options.
    :param sound: for captures that deliver sound, when they do, in few words; empty for those that never do.
    :param doctor: looks at this machine and says what works.
    :param discover: looks which hardware this machine has for it, best first; opens and changes nothing.
    """

    capability: Capability
    scheme: str
    summary: str
    open: Callable[[DriverContext], Any]
    options: type[Options] = NoOptions
    extra: str = ""
    distribution: str = "qarunner"
    address_help: str = ""
    resources: Callable[[DriverContext], Collection[str]] = lambda _context: ()
    keys: Sequence[str] | None = None
    holds_keys: bool | None = False
    sound: str = ""
    doctor: Callable[[], Sequence[Check]] = lambda: ()
    discover: Callable[[], Sequence[Discovered]] = lambda: ()
    examples: Sequence[str] = ()

    @property
    def option_help(self) -> Mapping[str, str]:
        """Each option's name with its description."""
        info = msgspec.inspect.type_info(self.options)
        assert isinstance(info, msgspec.inspect.StructType)
        return {f.name: _description(f.type) for f in info.fields}

    @property
    def secret_options(self) -> set[str]:
        """Names of the options that must not stand in a configuration."""
        info = msgspec.inspect.type_info(self.options)
        assert isinstance(info, msgspec.inspect.StructType)
        kinds = {f.name: f.type for f in info.fields}
        return {name for name, kind in kinds.items() if _extra(kind).get("secret")}


def _extra(kind: msgspec.inspect.Type) -> Mapping[str, Any]:
    return (kind.extra if isinstance(kind, msgspec.inspect.Metadata) else None) or {}


def _description(kind: msgspec.inspect.Type) -> str:
    if isinstance(kind, msgspec.inspect.Metadata) and kind.extra_json_schema:
        return str(kind.extra_json_schema.get("description", ""))
    return ""
