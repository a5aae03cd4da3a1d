"""Keys while a film or an app is open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import timing
from .state import Box, Player, Screen, go

if TYPE_CHECKING:
    from ..content.catalogue import Card


def load(box: Box, card: Card, time: float) -> Box:
    """Open a card: a spinner first, the picture when it has loaded."""
    player = Player(card=card, position=card.progress * card.minutes * 60)
    return replace(go(box, Screen.LOADING, time), player=player)


def start(box: Box, time: float) -> Box:
    """Begin to play what has loaded."""
    return replace(go(box, Screen.PLAYER, time), player=replace(box.player, since=time, shown_at=time))


def press(box: Box, key: str, time: float) -> Box:
    """Return the box after `key`."""
    if key == "KEY_BACK":
        return go(box, Screen.HOME, time)
    if box.screen is Screen.LOADING:
        return box
    player = box.player
    position = player.position_at(time)
    playing, shift = player.playing, 0.0
    if key == "KEY_OK":
        playing = not playing
    elif key in ("KEY_PLAY", "KEY_PAUSE"):
        playing = key == "KEY_PLAY"
    elif key in ("KEY_LEFT", "KEY_RIGHT"):
        shift = -timing.SEEK if key == "KEY_LEFT" else timing.SEEK
    elif key not in ("KEY_UP", "KEY_DOWN"):
        return box
    last = player.card.minutes * 60.0
    position = min(max(position + shift, 0.0), last)
    return replace(box, player=replace(player, position=position, since=time, playing=playing, shown_at=time))
