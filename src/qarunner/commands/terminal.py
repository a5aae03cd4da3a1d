"""What all verbs share when they write for a person or, with ``--json``, for a program."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import IO, Any

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


def say(text: str = "") -> None:
    """Write a line to standard output."""
    sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """Write a line beside the output proper, to standard error, where a program that reads the output misses it."""
    with contextlib.suppress(BrokenPipeError):  # that nobody reads the output any more is for its writer to notice
        sys.stdout.flush()
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def say_json(value: Any) -> None:
    """Write a value as indented JSON; records are written with all their fields."""
    import msgspec

    say(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def add_json(parser: argparse.ArgumentParser) -> None:
    """Give a verb that lists something its ``--json``."""
    parser.add_argument("--json", action="store_true", help="write JSON, for programs")


def wants_colour(stream: IO[str]) -> bool:
    """Whether to write in colour: on a terminal that knows colours, unless ``NO_COLOR`` is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def painted(text: str, *looks: str, stream: IO[str] | None = None) -> str:
    """Return a text in colours (bold, dim, red, green, yellow) where `stream` (standard output) may have them."""
    if not looks or not text or not wants_colour(stream or sys.stdout):
        return text
    return f"\x1b[{';'.join(_CODES[look] for look in looks)}m{text}\x1b[0m"


def say_table(heads: Sequence[str], rows: Sequence[Sequence[str]], looks: Sequence[Sequence[str]] = ()) -> None:
    """Write rows in columns as wide as they need to be.

    :param looks: for each row, the looks of its cells, each a name `painted` knows or empty.
    """
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    say(painted(_line(heads, widths), "bold"))
    for number, row in enumerate(rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        wanted = looks[number] if looks else [""] * len(cells)
        colour = [painted(cell, look) if look else cell for cell, look in zip(cells, wanted, strict=True)]
        say("  ".join(colour).rstrip())


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def seconds(value: float) -> str:
    """Return a duration as a person writes it: ``4.2 s``, ``3 min 05 s``, ``2 h 10 min``."""
    minutes, rest = divmod(round(value), 60)
    if not minutes:
        return f"{value:.1f} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def counted(number: int, thing: str) -> str:
    """Return ``1 result`` or ``2 results``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
