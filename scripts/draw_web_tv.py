"""Writes what the example pack's web television shares with the virtual set-top box: letters, icons, films, channels.

After a change of the box's content: ``.venv/bin/python scripts/draw_web_tv.py``. With ``--check`` nothing is written,
and the exit code tells whether the file is another.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from qarunner_plugins.virtual_stb.content.catalogue import RAILS
from qarunner_plugins.virtual_stb.content.channels import CHANNELS
from qarunner_plugins.virtual_stb.content.preferences import SECTIONS
from qarunner_plugins.virtual_stb.content.schedule import CLOCK_START, programmes_between
from qarunner_plugins.virtual_stb.paint.glyphs import GLYPHS, KERNING
from qarunner_plugins.virtual_stb.paint.icons import ICONS
from qarunner_plugins.virtual_stb.paint.theme import PALETTES, Colour

FILE = Path(__file__).parents[1] / "test_pack" / "web_tv" / "content.js"
MADE = "// Made by scripts/draw_web_tv.py from the tables of the virtual set-top box.\n"
HOURS = 6
SEED = 1


def css(colour: Colour) -> str:
    """Return a colour as a page writes it."""
    blue, green, red = colour
    return f"#{red:02x}{green:02x}{blue:02x}"


def content() -> str:
    """Return the file's text."""
    tables = {
        "GLYPHS": GLYPHS,
        "KERNING": KERNING,
        "ICONS": ICONS,
        "PALETTES": {
            name: {part: css(getattr(palette, part)) for part in ("top", "horizon", "light", "far", "near")}
            for name, palette in PALETTES.items()
        },
        "RAILS": [
            {
                "title": rail.title,
                "cards": [
                    {name: getattr(card, name) for name in ("title", "kind", "palette", "synopsis", "opens", "icon")}
                    | {"progress": card.progress, "minutes": card.minutes}
                    for card in rail.cards
                ],
            }
            for rail in RAILS
        ],
        "CHANNELS": [
            {
                "number": channel.number,
                "name": channel.name,
                "palette": channel.palette,
                "programmes": [
                    {name: getattr(programme, name) for name in ("title", "start", "end", "genre", "synopsis")}
                    for programme in programmes_between(SEED, position, CLOCK_START - 12, CLOCK_START + HOURS * 60)
                ],
            }
            for position, channel in enumerate(CHANNELS)
        ],
        "SECTIONS": [
            {
                "title": section.title,
                "icon": section.icon,
                "entries": [
                    {"title": entry.title, "choices": entry.choices, "initial": entry.initial, "page": entry.page}
                    for entry in section.entries
                ],
            }
            for section in SECTIONS
        ],
        "CLOCK": CLOCK_START,
    }
    lines = (f"const {name} = {json.dumps(table, ensure_ascii=False)};\n" for name, table in tables.items())
    return MADE + "".join(lines)


def main() -> int:
    """Write the file, or compare it."""
    if "--check" in sys.argv[1:]:
        if FILE.read_text(encoding="utf-8") == content():
            return 0
        sys.stderr.write(f"{FILE} is not what the virtual box's tables say; run {Path(__file__).name}\n")
        return 1
    FILE.write_text(content(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
