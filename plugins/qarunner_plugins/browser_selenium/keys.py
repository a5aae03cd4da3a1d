"""How the keys of a remote control look to a web page: DOM key, code and keyCode.

The colour, channel and player keys have the numbers of CE-HTML and HbbTV, which television browsers share. Where a
television's own number differs (Samsung's back key is 10009), the option `keys` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qarunner import ConfigurationError, UnknownKeyError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class DomKey:
    """One key as a page sees it in a keyboard event; `text` is what it types, if anything."""

    key: str
    code: str
    number: int
    text: str = ""


def _of(number: int, key: str, code: str = "", text: str = "") -> DomKey:
    return DomKey(key, code, number, text)


KEYS: dict[str, DomKey] = {
    "KEY_UP": _of(38, "ArrowUp", "ArrowUp"),
    "KEY_DOWN": _of(40, "ArrowDown", "ArrowDown"),
    "KEY_LEFT": _of(37, "ArrowLeft", "ArrowLeft"),
    "KEY_RIGHT": _of(39, "ArrowRight", "ArrowRight"),
    "KEY_OK": _of(13, "Enter", "Enter", "\r"),
    "KEY_ENTER": _of(13, "Enter", "Enter", "\r"),
    "KEY_BACK": _of(461, "GoBack"),
    "KEY_EXIT": _of(27, "Escape", "Escape"),
    "KEY_ESC": _of(27, "Escape", "Escape"),
    "KEY_HOME": _of(172, "BrowserHome", "BrowserHome"),
    "KEY_MENU": _of(93, "ContextMenu", "ContextMenu"),
    "KEY_POWER": _of(409, "Power", "Power"),
    "KEY_EPG": _of(458, "Guide"),
    "KEY_INFO": _of(457, "Info"),
    "KEY_SEARCH": _of(170, "BrowserSearch", "BrowserSearch"),
    "KEY_TEXT": _of(459, "Teletext"),
    "KEY_SUBTITLE": _of(460, "Subtitle"),
    "KEY_VOLUMEUP": _of(447, "AudioVolumeUp", "AudioVolumeUp"),
    "KEY_VOLUMEDOWN": _of(448, "AudioVolumeDown", "AudioVolumeDown"),
    "KEY_MUTE": _of(449, "AudioVolumeMute", "AudioVolumeMute"),
    "KEY_CHANNELUP": _of(427, "ChannelUp"),
    "KEY_CHANNELDOWN": _of(428, "ChannelDown"),
    "KEY_PLAY": _of(415, "MediaPlay"),
    "KEY_PAUSE": _of(19, "MediaPause"),
    "KEY_PLAYPAUSE": _of(179, "MediaPlayPause", "MediaPlayPause"),
    "KEY_STOP": _of(413, "MediaStop", "MediaStop"),
    "KEY_FASTFORWARD": _of(417, "MediaFastForward"),
    "KEY_REWIND": _of(412, "MediaRewind"),
    "KEY_NEXT": _of(425, "MediaTrackNext", "MediaTrackNext"),
    "KEY_PREVIOUS": _of(424, "MediaTrackPrevious", "MediaTrackPrevious"),
    "KEY_RECORD": _of(416, "MediaRecord"),
    "KEY_RED": _of(403, "ColorF0Red"),
    "KEY_GREEN": _of(404, "ColorF1Green"),
    "KEY_YELLOW": _of(405, "ColorF2Yellow"),
    "KEY_BLUE": _of(406, "ColorF3Blue"),
    "KEY_PAGEUP": _of(33, "PageUp", "PageUp"),
    "KEY_PAGEDOWN": _of(34, "PageDown", "PageDown"),
    "KEY_BACKSPACE": _of(8, "Backspace", "Backspace"),
    "KEY_DELETE": _of(46, "Delete", "Delete"),
    "KEY_TAB": _of(9, "Tab", "Tab"),
    "KEY_SPACE": _of(32, " ", "Space", " "),
    **{f"KEY_{digit}": _of(48 + int(digit), digit, f"Digit{digit}", digit) for digit in "0123456789"},
    **{f"KEY_{letter}": _of(ord(letter), letter.lower(), f"Key{letter}", letter.lower()) for letter in
       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
}  # fmt: skip

WEBDRIVER: dict[str, str] = {
    "ArrowUp": "\ue013", "ArrowDown": "\ue015", "ArrowLeft": "\ue012", "ArrowRight": "\ue014", "Enter": "\ue007",
    "Escape": "\ue00c", "Backspace": "\ue003", "Delete": "\ue017", "Tab": "\ue004", "PageUp": "\ue00e",
    "PageDown": "\ue00f", "Home": "\ue011", "End": "\ue010",
}  # fmt: skip
"""The keys which every WebDriver can press as a keyboard does; others are events made by script."""


def keyboard(changes: Mapping[str, str | int]) -> dict[str, DomKey]:
    """Return the keys with a person's changes: another DOM key by its name, or only another number.

    :raises ConfigurationError: a name does not begin with ``KEY_``, or is new and has no DOM key.
    """
    by_dom_key = {key.key: key for key in reversed(KEYS.values())}
    table = dict(KEYS)
    for name, change in changes.items():
        if not name.startswith("KEY_"):
            raise ConfigurationError(f"remote browser: keys: {name!r} is no name of a key", "Names begin with KEY_")
        if isinstance(change, str):
            known = by_dom_key.get(change)
            table[name] = known or DomKey(change, "", 0)
        else:
            base = table.get(name, DomKey("Unidentified", "", 0))
            table[name] = DomKey(base.key, base.code, change, base.text)
    return table


def look_up(table: Mapping[str, DomKey], name: str) -> DomKey:
    """Return a key.

    :raises UnknownKeyError: there is none of that name.
    """
    if name not in table:
        problem = f"remote browser: has no key {name!r}"
        raise UnknownKeyError(problem, nearest(name, table) or "The option `keys` adds keys")
    return table[name]
