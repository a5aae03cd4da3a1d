"""Everything the box knows, as frozen records."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace

from ..content.catalogue import RAILS, Card
from ..content.schedule import CLOCK_START
from .tween import Tween

_FIRST, _ONE, _MIDDLING, _NOW = (Tween.still(value) for value in (0, 1, 8, CLOCK_START))
_LONG_AGO = -60.0
"""Before anything that could still be seen."""


class Screen(enum.StrEnum):
    """What fills the picture."""

    STANDBY = "standby"
    BOOT = "boot"
    HOME = "home"
    LIVE = "live"
    GUIDE = "guide"
    SETTINGS = "settings"
    SEARCH = "search"
    LOADING = "loading"
    PLAYER = "player"


@dataclass(frozen=True, slots=True)
class Home:
    """The home menu: which rail, and which card on each rail."""

    row: int = 0
    columns: tuple[int, ...] = (0,) * len(RAILS)
    row_motion: Tween = _FIRST
    column_motions: tuple[Tween, ...] = (_FIRST,) * len(RAILS)
    before: Card = RAILS[0].cards[0]
    """The card that was in focus before."""
    moved_at: float = _LONG_AGO

    @property
    def card(self) -> Card:
        """The card in focus."""
        return RAILS[self.row].cards[self.columns[self.row]]


@dataclass(frozen=True, slots=True)
class Live:
    """Live television: `channel` is a position in the list, `digits` a number being typed."""

    channel: int = 0
    zapped_at: float = _LONG_AGO
    banner_at: float = _LONG_AGO
    digits: str = ""
    digits_at: float = 0.0
    paused_at: float | None = None
    behind: float = 0.0
    """Seconds behind the broadcast after a pause."""


@dataclass(frozen=True, slots=True)
class Guide:
    """The guide: the focus is on the programme that `channel` shows at minute `cursor`."""

    channel: int = 0
    cursor: float = CLOCK_START
    window: Tween = _NOW
    """First minute in view."""
    focus_row: Tween = _FIRST
    focus_begin: Tween = _FIRST
    focus_end: Tween = _FIRST
    reminders: frozenset[tuple[int, int]] = frozenset()
    """Pairs of channel position and first minute."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings: `depth` 0 is the list of sections, 1 the lines of one, 2 a page of facts."""

    depth: int = 0
    section: int = 0
    entry: int = 0
    section_motion: Tween = _FIRST
    entry_motion: Tween = _FIRST
    depth_motion: Tween = _FIRST
    chosen: dict[tuple[int, int], int] = field(default_factory=dict)
    """Section and line, to the position of the choice; what is not here is as delivered."""
    chosen_at: float = _LONG_AGO
    chosen_last: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """The search: a cursor on the keyboard, or on a result when `result` is not None."""

    text: str = ""
    row: int = 0
    column: int = 0
    left: Tween = _FIRST
    top: Tween = _FIRST
    width: Tween = _ONE
    result: int | None = None
    pressed_at: float = _LONG_AGO


@dataclass(frozen=True, slots=True)
class Player:
    """A film: `position` seconds were played at `since`."""

    card: Card = RAILS[1].cards[0]
    position: float = 0.0
    since: float = 0.0
    playing: bool = True
    shown_at: float = 0.0

    def position_at(self, time: float) -> float:
        """Seconds played at `time`, at most the film's length."""
        played = self.position + (time - self.since if self.playing else 0.0)
        return min(max(played, 0.0), self.card.minutes * 60.0)


@dataclass(frozen=True, slots=True)
class Volume:
    """The loudness, 0 to 20."""

    level: int = 8
    muted: bool = False
    shown_at: float = _LONG_AGO
    motion: Tween = _MIDDLING


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The whole box. Times are seconds since its first power-up."""

    seed: int = 0
    boot_seconds: float = 2.5
    screen: Screen = Screen.HOME
    since: float = _LONG_AGO
    """When the screen was opened."""
    previous: Screen | None = None
    """The screen before, which fades out."""
    came_from: Screen = Screen.HOME
    """Where KEY_BACK leads: the home menu or live television."""
    home: Home = Home()
    live: Live = Live()
    guide: Guide = Guide()
    settings: Settings = Settings()
    search: Search = Search()
    player: Player = Player()
    volume: Volume = Volume()
    toast: str = ""
    toast_at: float = _LONG_AGO

    def minute(self, time: float) -> float:
        """The time of day shown at `time`, in minutes."""
        return CLOCK_START + time / 60


def go(box: Box, screen: Screen, time: float) -> Box:
    """Open a screen."""
    if screen is box.screen:
        return box
    came_from = box.screen if box.screen in (Screen.HOME, Screen.LIVE) else box.came_from
    return replace(box, screen=screen, since=time, previous=box.screen, came_from=came_from)


def say(box: Box, text: str, time: float) -> Box:
    """Show a short notice."""
    return replace(box, toast=text, toast_at=time)
