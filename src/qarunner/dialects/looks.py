"""How times, sizes and numbers are written on pages."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from qarunner.dialects.markdown import safe_html
from qarunner.store.clock import now

MINUTE, HOUR, DAY = 60, 3600, 86400
DAYS_IN_WORDS = 14
STEP = 1000
SIZES = ("kB", "MB", "GB")


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


def took(seconds: float) -> str:
    """Return a duration: ``4.9 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"


def moment(seconds: float) -> str:
    """Return a place in a video: ``0:12.3``."""
    return f"{int(seconds // MINUTE)}:{seconds % MINUTE:04.1f}"


def size(count: int) -> str:
    """Return how much that is: ``512 bytes``, ``620 kB``."""
    if count < STEP:
        return f"{count} bytes"
    amount = float(count)
    for unit in SIZES:
        amount /= STEP
        if amount < STEP - 0.5 or unit == SIZES[-1]:
            break
    return f"{amount:.0f} {unit}" if amount >= 10 else f"{amount:.1f} {unit}"  # noqa: PLR2004 - two digits are enough


def number(value: float) -> str:
    """Return a measured value with as many digits as say something."""
    return f"{value:.4g}"


def told(text: str) -> Markup:
    """Return what a user wrote as Markdown, as HTML that is safe."""
    return Markup(safe_html(text))  # noqa: S704 - sanitised just now
