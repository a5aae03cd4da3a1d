"""Draws the reference images and screenshots of the example test pack from the virtual set-top box.

After a change of the box's looks: ``.venv/bin/python scripts/draw_pack_images.py``. With ``--check`` nothing is
written, and the exit code tells whether an image in the pack is not what the box draws.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy

from qarunner_plugins.virtual_stb.machine.box import advance, press, start
from qarunner_plugins.virtual_stb.paint.renderer import Renderer

if TYPE_CHECKING:
    from numpy.typing import NDArray

PACK = Path(__file__).parents[1] / "test_pack"
WIDTH, HEIGHT = 1280, 720
LARGEST_DIFFERENCE = 2.0
"""Mean over all pixels: another release of cv2 may draw an edge a little differently."""

ABOUT = "MENU OK DOWN DOWN DOWN DOWN OK"
LAUNCHER = "RIGHT RIGHT RIGHT"

# file: keys that lead there, seconds after the last key, and left, top, right, bottom (everything without)
IMAGES: dict[str, tuple[str, float, tuple[int, int, int, int] | None]] = {
    "tests/pages/home/start_here.png": ("RIGHT RIGHT", 1, (54, 318, 174, 342)),
    "tests/pages/home/continue_watching.png": ("DOWN RIGHT RIGHT", 1, (54, 318, 270, 343)),
    "tests/pages/home/trending_tonight.png": ("DOWN DOWN RIGHT RIGHT", 1, (54, 318, 246, 343)),
    "tests/pages/home/nature_and_science.png": ("DOWN DOWN DOWN RIGHT RIGHT", 1, (54, 318, 274, 343)),
    "tests/pages/home/live_tv.png": ("", 1, (54, 138, 262, 188)),
    "tests/pages/home/settings_card.png": (LAUNCHER, 1, (54, 138, 300, 200)),
    "tests/pages/settings/settings.png": ("MENU", 1, (54, 94, 236, 140)),
    "tests/pages/settings/about.png": (ABOUT, 1, (548, 98, 676, 134)),
    "tests/pages/guide/tv_guide.png": ("EPG", 1, (220, 36, 326, 66)),
    "tests/pages/live/banner.png": ("OK", 1, (196, 556, 216, 660)),
    "tests/pages/search/magnifier.png": ("SEARCH", 1, (74, 110, 118, 156)),
    "tests/how_stars_sleep.png": ("SEARCH DOWN RIGHT OK DOWN RIGHT OK", 1, (530, 312, 704, 346)),
    "tests/loading.png": ("DOWN OK", 0.9, (590, 494, 692, 530)),
    "tests/pages/system/speaker.png": ("VOLUMEUP", 1, (1170, 446, 1214, 490)),
    "tests/pages/system/muted.png": ("MUTE", 1, (1170, 446, 1214, 490)),
    "tests/pages/system/logo.png": ("POWER POWER", 1.5, (411, 284, 503, 376)),
    "features/settings.png": ("MENU", 1, (54, 94, 236, 140)),
    "features/tv_guide.png": ("EPG", 1, (220, 36, 326, 66)),
    "features/magnifier.png": ("SEARCH", 1, (74, 110, 118, 156)),
    "features/start_here.png": ("RIGHT RIGHT", 1, (54, 318, 174, 342)),
    "selftest/screenshots/virtual_stb/home/start.png": ("", 1, None),
    "selftest/screenshots/virtual_stb/home/film.png": ("DOWN RIGHT", 1, None),
    "selftest/screenshots/virtual_stb/settings/network.png": ("MENU", 1, None),
    "selftest/screenshots/virtual_stb/settings/about.png": (ABOUT, 1, None),
    "selftest/screenshots/virtual_stb/guide/now.png": ("EPG", 1, None),
    "selftest/screenshots/virtual_stb/live/banner.png": ("0 3", 1, None),
    "selftest/screenshots/virtual_stb/search/letters.png": ("SEARCH OK DOWN RIGHT OK", 1, None),
    "selftest/screenshots/virtual_stb/system/muted.png": ("MENU MUTE", 1, None),
}


def draw(renderer: Renderer, keys: str, wait: float) -> NDArray[numpy.uint8]:
    """Return the picture after some keys, half a second apart."""
    box, time = start(1, 2.5, "home"), 0.0
    for key in keys.split():
        time += 0.5
        box = press(box, f"KEY_{key}", time)
    time += wait
    return renderer.render(advance(box, time), time)


def main(arguments: list[str]) -> int:
    """Write the images, or compare them; return the exit code."""
    check = "--check" in arguments
    renderer = Renderer(WIDTH, HEIGHT)
    different = []
    for name, (keys, wait, crop) in IMAGES.items():
        left, top, right, bottom = crop or (0, 0, WIDTH, HEIGHT)
        drawn = draw(renderer, keys, wait)[top:bottom, left:right]
        file = PACK / name
        if check:
            kept = cv2.imread(str(file))
            if kept is None or kept.shape != drawn.shape or _difference(kept, drawn) > LARGEST_DIFFERENCE:
                different.append(name)
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), drawn, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    for name in different:
        sys.stderr.write(f"{name} is not what the box draws\n")
    return 1 if different else 0


def _difference(kept: NDArray[numpy.generic], drawn: NDArray[numpy.uint8]) -> float:
    return float(numpy.abs(kept.astype(int) - drawn).mean())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
