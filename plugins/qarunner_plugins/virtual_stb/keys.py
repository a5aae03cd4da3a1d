"""The keys of the box's remote control."""

from __future__ import annotations

KEYS: tuple[str, ...] = (
    "KEY_POWER", "KEY_HOME", "KEY_MENU", "KEY_EPG", "KEY_SEARCH", "KEY_BACK",
    "KEY_UP", "KEY_DOWN", "KEY_LEFT", "KEY_RIGHT", "KEY_OK",
    "KEY_VOLUMEUP", "KEY_VOLUMEDOWN", "KEY_MUTE", "KEY_CHANNELUP", "KEY_CHANNELDOWN",
    "KEY_PLAY", "KEY_PAUSE", "KEY_RED", "KEY_GREEN", "KEY_YELLOW", "KEY_BLUE",
    "KEY_0", "KEY_1", "KEY_2", "KEY_3", "KEY_4", "KEY_5", "KEY_6", "KEY_7", "KEY_8", "KEY_9",
)  # fmt: skip
