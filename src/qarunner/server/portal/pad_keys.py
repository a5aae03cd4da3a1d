"""How the keys of a remote lie on the portal's pad: a pure rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """A button. `name`: what is sent, `label`: what stands on it, `place`: where it lies in its group, or nothing."""

    name: str
    label: str
    place: str = ""


@dataclass(frozen=True)
class Group:
    """Keys that lie together. `kind`: how, a word of the style sheet."""

    kind: str
    title: str
    keys: tuple[Key, ...]


LABELS = {
    "UP": "↑", "DOWN": "↓", "LEFT": "←", "RIGHT": "→", "VOLUMEUP": "Vol +", "VOLUMEDOWN": "Vol \u2212", "MUTE": "Mute",
    "CHANNELUP": "Ch +", "CHANNELDOWN": "Ch \u2212", "EPG": "Guide", "PLAYPAUSE": "Play/Pause",
    "FASTFORWARD": "Forward", "PREVIOUSSONG": "Previous", "NEXTSONG": "Next", "TV2": "TV 2",
    "PVR": "PVR", "VOD": "VOD", "OPTION": "Options", "CONTEXT_MENU": "Context menu", "HOMEPAGE": "Home",
    "MEDIA": "Media", "KPPLUS": "+", "KPMINUS": "\u2212",
}  # fmt: skip
"""Of keys, without their ``KEY_``; other keys are called as they are, in small letters."""
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("row", "Power", ("POWER", "POWER2", "WAKEUP", "SLEEP")),
    (
        "cross",
        "Navigation, volume and channel",
        (
            *("VOLUMEUP", "UP", "CHANNELUP", "MUTE", "LEFT", "OK", "RIGHT", "LAST"),
            *("VOLUMEDOWN", "DOWN", "CHANNELDOWN"),
        ),
    ),
    ("row", "Menus", ("BACK", "EXIT", "HOME", "HOMEPAGE", "MENU", "EPG", "INFO", "TV", "SEARCH", "SUBTITLE", "AUDIO")),
    ("digits", "Digits", ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0")),
    ("colours", "Colours", ("RED", "GREEN", "YELLOW", "BLUE")),
    (
        "row",
        "Playing",
        (
            *("PREVIOUS", "PREVIOUSSONG", "REWIND", "PLAY", "PLAYPAUSE", "PAUSE", "STOP"),
            *("FASTFORWARD", "NEXT", "NEXTSONG", "RECORD"),
        ),
    ),
)
"""Each with its style, its title, and its keys without their ``KEY_`` in the order of the pad."""
MIDDLE = ("OK", "SELECT", "ENTER")
"""What may lie in the middle of the cross: the first of these that the remote has."""
REST = "Other keys"
PREFIX = "KEY_"
SHORT = 2
"""Letters of a name that is not made smaller: OK, TV."""
USUAL = tuple(
    f"{PREFIX}{name}"
    for _kind, _title, names in GROUPS
    for name in names
    if name not in ("POWER2", "WAKEUP", "SLEEP", "HOMEPAGE", "LAST", "PREVIOUSSONG", "NEXTSONG", "PLAYPAUSE")
)
"""The keys that are shown for a remote that takes any."""


def pad(names: Collection[str] | None) -> list[Group]:
    """Return the groups of a pad, without empty ones.

    :param names: the keys of the remote; None when it takes any.
    """
    known = dict.fromkeys(USUAL if names is None else names)
    groups = []
    for kind, title, wanted in GROUPS:
        found = [name for name in (f"{PREFIX}{short}" for short in wanted) if name in known]
        if kind == "cross":
            found += [middle for middle in _middle(known) if middle not in found]
        groups.append(Group(kind, title, tuple(_key(name, kind) for name in found)))
        for name in found:
            del known[name]
    groups.append(Group("row", REST, tuple(_key(name, "row") for name in sorted(known))))
    return [group for group in groups if group.keys]


def spoken(name: str) -> str:
    """Return how a key is called aloud: ``Volumeup``."""
    short = name.removeprefix(PREFIX).replace("_", " ")
    return short if len(short) <= SHORT else short.capitalize()


def _middle(known: Iterable[str]) -> list[str]:
    """Return the key in the middle of the cross, if there is one."""
    return [name for name in (f"{PREFIX}{short}" for short in MIDDLE) if name in known][:1]


def _key(name: str, kind: str) -> Key:
    short = name.removeprefix(PREFIX)
    label = LABELS.get(short) or spoken(name)
    place = short.lower() if kind in ("cross", "colours") else ""
    if kind == "cross" and short in MIDDLE:
        place = "middle"
    return Key(name, label, place)
