"""The example pack's images and page objects, without a device; its strategy, with the box."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import pytest
from tests.peers.pack_run import Pack

from qarunner_plugins.virtual_stb.content.identity import ABOUT

ROOT = Path(__file__).parents[3]
PACK = ROOT / "test_pack"
SCREENSHOTS = sorted((PACK / "selftest" / "screenshots" / "virtual_stb").glob("*/*.png"))
PAGES = {
    "Home": ("home", {"home/film", "home/start"}),
    "Settings": ("settings", {"settings/network", "settings/about", "system/muted"}),
    "About": ("settings", {"settings/about"}),
    "Guide": ("guide", {"guide/now"}),
    "Banner": ("live", {"live/banner"}),
    "Search": ("search", {"search/letters"}),
    "VolumeBar": ("system", {"system/muted"}),
    "Splash": ("system", set()),
}


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    """The pack's modules of page objects by name; nothing of them stays imported."""
    monkeypatch.syspath_prepend(str(PACK))
    # Our own tests lie in a package of that name, too.
    own = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "tests"}
    for name in own:
        del sys.modules[name]
    yield {name: importlib.import_module(f"tests.pages.{name}.{name}") for name in {page[0] for page in PAGES.values()}}
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    sys.modules.update(own)


def frame_of(screenshot: str) -> Any:
    import stbt_core

    file = PACK / "selftest" / "screenshots" / "virtual_stb" / f"{screenshot}.png"
    return stbt_core.Frame(cv2.imread(str(file)), time=1.0)


def test_the_packs_images_are_what_the_box_draws() -> None:
    script = ROOT / "scripts" / "draw_pack_images.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_a_page_object_knows_its_screens_and_no_others(page: str, pages: dict[str, ModuleType]) -> None:
    module, visible_on = PAGES[page]
    kind = getattr(pages[module], page)
    names = [f"{file.parent.name}/{file.stem}" for file in SCREENSHOTS]
    assert {name for name in names if kind(frame=frame_of(name)).is_visible} == visible_on


def test_the_guides_selection_is_the_white_cell(pages: dict[str, ModuleType]) -> None:
    selection = pages["guide"].Guide(frame=frame_of("guide/now")).selection
    assert (selection.x, selection.y, selection.height) == (270, 282, 60)


def test_the_searchs_focus_is_the_white_key(pages: dict[str, ModuleType]) -> None:
    assert pages["search"].Search(frame=frame_of("search/letters")).focus.name == "h"


def test_the_volume_bar_tells_that_it_is_muted(pages: dict[str, ModuleType]) -> None:
    assert pages["system"].VolumeBar(frame=frame_of("system/muted")).is_muted


@pytest.mark.needs("tesseract")
def test_the_about_page_is_read(pages: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from qarunner.pack.stbt_config import applied, stbt_environment

    with applied(stbt_environment(tmp_path, pack=PACK, node="virtual-stb")):
        assert pages["settings"].About(frame=frame_of("settings/about")).facts == dict(ABOUT)


WALK = """
import stbt_core
from tests.pages.settings.settings import Settings

def test_walk(node):
    assert [go(node, state) for state in ("standby", "guide", "home", "standby", "home")]
    node.press("KEY_MENU")
    assert stbt_core.wait_until(Settings)
    node.go_to("home")


def go(node, state):
    node.go_to(state)
    assert node.state() == state
    return state
"""


def test_the_strategy_leads_from_state_to_state(tmp_path: Path) -> None:
    pack = Pack(tmp_path / "pack")
    shutil.copytree(PACK / "tests", pack.folder / "tests")
    pack.node += "-box"
    pack.write(
        "qarunner.toml",
        f"""
        [nodes.{pack.node}]
        capture = "virtual:"
        remote = "virtual:"
        strategy = "tests.strategies.box:box"
    """,
    )
    pack.write("tests/walk.py", WALK)
    done = pack.run("tests/walk.py")
    assert done.outcomes() == {"test_walk": "pass"}, done.output
    log = (done.folder("test_walk") / "stbt.log").read_text()
    ways = re.findall(r"go to (\S+): the device is in .*; (.*)\n", log)
    assert ways[-5:] == [
        ("guide", "wake, then open_the_guide"),
        ("home", "press_home"),
        ("standby", "send_to_sleep"),
        ("home", "wake"),
        ("home", "press_home"),
    ]
