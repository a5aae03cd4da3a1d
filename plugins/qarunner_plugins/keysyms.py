"""What X calls the keys, for the drivers of X displays and of VNC, which took over X's numbers.

A key has the keysym that an X server gives to the same key of a keyboard; those that only remote controls have got
theirs in 2021, from the number of the Linux input event. ``KEY_OK`` is Return: that is what programs listen to.
"""

from __future__ import annotations

import string
from collections.abc import Mapping

UNICODE = 0x01000000
LINUX = 0x10081000

_CURSOR = {"HOME": 0x50, "LEFT": 0x51, "UP": 0x52, "RIGHT": 0x53, "DOWN": 0x54, "PAGEUP": 0x55, "PAGEDOWN": 0x56}
_EDITING = {"BACKSPACE": 0x08, "TAB": 0x09, "ENTER": 0x0D, "ESC": 0x1B, "END": 0x57, "INSERT": 0x63, "DELETE": 0xFF}
_REMOTE = {"OK": 0x0D, "SELECT": 0x0D, "EXIT": 0x1B, "MENU": 0x67}
_MEDIA = {
    "VOLUMEDOWN": 0x11,
    "MUTE": 0x12,
    "VOLUMEUP": 0x13,
    "PLAY": 0x14,
    "PLAYPAUSE": 0x14,
    "STOP": 0x15,
    "STOPCD": 0x15,
    "PREVIOUS": 0x16,
    "PREVIOUSSONG": 0x16,
    "NEXT": 0x17,
    "NEXTSONG": 0x17,
    "HOMEPAGE": 0x18,
    "SEARCH": 0x1B,
    "RECORD": 0x1C,
    "BACK": 0x26,
    "POWER": 0x2A,
    "WAKEUP": 0x2B,
    "EJECTCD": 0x2C,
    "SLEEP": 0x2F,
    "FAVORITES": 0x30,
    "PAUSE": 0x31,
    "REWIND": 0x3E,
    "FASTFORWARD": 0x97,
    "SUBTITLE": 0x9A,
    "AUDIO": 0x9B,
    "TIME": 0x9F,
    "RED": 0xA3,
    "GREEN": 0xA4,
    "YELLOW": 0xA5,
    "BLUE": 0xA6,
}
_NUMBERED = {"INFO": 0x166, "EPG": 0x16D, "TEXT": 0x184, "CHANNELUP": 0x192, "CHANNELDOWN": 0x193}

KEYSYMS: Mapping[str, int] = {
    **{f"KEY_{name}": 0xFF00 + code for name, code in {**_CURSOR, **_EDITING, **_REMOTE}.items()},
    **{f"KEY_{name}": 0x1008FF00 + code for name, code in _MEDIA.items()},
    **{f"KEY_{name}": LINUX + code for name, code in _NUMBERED.items()},
    **{f"KEY_F{number}": 0xFFBD + number for number in range(1, 13)},
    **{f"KEY_{character}": ord(character.lower()) for character in string.ascii_uppercase + string.digits},
    "KEY_SPACE": ord(" "),
    "KEY_DOT": ord("."),
    "KEY_COMMA": ord(","),
    "KEY_MINUS": ord("-"),
    "KEY_EQUAL": ord("="),
    "KEY_SLASH": ord("/"),
}
"""The keysym of each key."""

LATIN_1 = range(0x20, 0x100)


def keysym_of(text: str) -> int | None:
    """Return the keysym that somebody names in a configuration: a key, one character, or a number; else None."""
    if text in KEYSYMS:
        return KEYSYMS[text]
    if len(text) == 1:
        return ord(text) if ord(text) in LATIN_1 else UNICODE + ord(text)
    try:
        number = int(text, 16) if text.lower().startswith("0x") else -1
    except ValueError:
        return None
    return number if 0 < number < 1 << 29 else None
