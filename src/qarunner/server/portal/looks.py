"""How times are written on pages."""

from __future__ import annotations

from datetime import datetime

from qarunner.store.clock import now

MINUTE, HOUR, DAY = 60, 3600, 86400
DAYS_IN_WORDS = 14


def ago(moment: datetime | None) -> str:
    """Return ``5 min ago``; a date for what is longer ago than two weeks."""
    if moment is None:
        return "never"
    seconds = (now() - moment).total_seconds()
    if seconds < MINUTE:
        return "just now"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min ago"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h ago"
    days = int(seconds // DAY)
    if days < DAYS_IN_WORDS:
        return "yesterday" if days == 1 else f"{days} days ago"
    return f"{moment:%Y-%m-%d}"


def clock(moment: datetime | None) -> str:
    """Return a moment as UTC to the second."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"
