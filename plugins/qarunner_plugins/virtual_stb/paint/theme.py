"""Colours of the box's menus, blue-green-red, and the palettes of its pictures."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int]


def bgr(code: str) -> Colour:
    """Return the colour of a code such as ``5b8cff``."""
    return int(code[4:6], 16), int(code[2:4], 16), int(code[0:2], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour between two: `share` 0 is the first, 1 the second."""
    blue, green, red = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return blue, green, red


INK = bgr("0a0d16")
NIGHT = bgr("121829")
PANEL = bgr("1a2136")
RAISED = bgr("262f4a")
EDGE = bgr("39456a")
TEXT = bgr("f4f6fc")
MUTED = bgr("a9b4cc")
FAINT = bgr("6d7a99")
FOCUS = bgr("f7f8fd")
ON_FOCUS = bgr("10162a")
ON_FOCUS_MUTED = bgr("4a5573")
ACCENT = bgr("6f8cff")
TEAL = bgr("3ddbc0")
RED, GREEN, YELLOW, BLUE = bgr("ff5f6b"), bgr("45d483"), bgr("ffcb4d"), bgr("5c9dff")
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one mood: sky from `top` to `horizon`, the `light` in it, land from `far` to `near`."""

    top: Colour
    horizon: Colour
    light: Colour
    far: Colour
    near: Colour


PALETTES: dict[str, Palette] = {
    name: Palette(*(bgr(code) for code in codes.split()))
    for name, codes in {
        "dusk": "231942 f2826b ffe1a8 8a4a72 1d1533",
        "dawn": "3b6fb5 ffd9b0 fff4d6 7d9cc4 1d3a5c",
        "night": "070b1f 2b3f78 dfe8ff 263463 070b1a",
        "forest": "0f3d3e 9bd6a3 f4ffd9 3d8a6b 0b2b26",
        "lagoon": "05445e 75e6da eafff7 189ab4 04293a",
        "ember": "3a0f1e f79d4d ffe6a7 b5443c 24070f",
        "nebula": "12082e 7b3fa6 ffd1f3 4c2a85 0a0518",
        "aurora": "04141f 1f8f7a c8ffe5 155263 030c12",
        "neon": "0b0a24 e0457b ffd166 4b2a7b 0a0716",
        "frost": "5f88b8 e9f2fb ffffff a4bfda 35557a",
        "candy": "4b5fd1 ffb3c8 fff3b8 8f6fd8 3a2a7a",
    }.items()
}
