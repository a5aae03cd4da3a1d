"""The contrast of every text colour of the report to the surfaces it stands on, by the rule of WCAG 2.2 level AA."""

from __future__ import annotations

import re

import pytest

from qarunner_plugins.report_html.shell import ASSETS

SURFACES = ("ground", "surface", "raised", "sunken")
PAIRS = [
    *((text, surface) for text in ("text", "muted", "accent") for surface in SURFACES),
    *((outcome, surface) for outcome in ("pass", "fail", "error", "skip", "unfinished") for surface in SURFACES),
    *((outcome, f"{outcome}-soft") for outcome in ("pass", "fail", "error", "skip", "unfinished")),
    *(("text", f"{soft}-soft") for soft in ("fail", "error", "unfinished", "accent")),
    *(("muted", f"{soft}-soft") for soft in ("pass", "fail", "error", "skip", "unfinished", "accent")),
    *(("on-colour", outcome) for outcome in ("pass", "fail", "error")),
    ("accent", "accent-soft"),
    ("fail", "accent-soft"),
]


def palettes() -> dict[str, dict[str, str]]:
    """Return the colours by name, of the light and of the dark theme."""
    css = (ASSETS / "base.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read_on_every_surface_it_stands_on(theme: str) -> None:
    colours = palettes()[theme]
    ratios = {}
    for text, surface in PAIRS:
        low, high = sorted((luminance(colours[text]), luminance(colours[surface])))
        ratios[f"{text} on {surface}"] = round((high + 0.05) / (low + 0.05), 2)
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


def test_the_dark_theme_has_a_colour_of_its_own_for_everything() -> None:
    light, dark = palettes()["light"], palettes()["dark"]
    assert {name for name in light if light[name] == dark[name]} == set()
