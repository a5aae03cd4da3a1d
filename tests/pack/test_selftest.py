"""Page objects are tried on saved screenshots, and what they say is compared with what they said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy
import pytest

from qarunner.errors import ConfigurationError
from qarunner.pack.selftest import selftest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qarunner.pack.selftest_report import SelftestReport

PAGES = '''
import stbt
from stbt_core import FrameObject, Region, get_config, match
print("noise of the pack")

class Menu(FrameObject):
    """Relative images are beside this file."""

    @property
    def is_visible(self):
        return match("logo.png", frame=self._frame)

    @property
    def logo(self):
        return match("logo.png", frame=self._frame).region

    @property
    def device(self):
        return get_config("device_type", "name", "unknown")

    @property
    def _private(self):
        raise RuntimeError("never asked")

class Base(FrameObject):
    """Abstract: it does not say when it is visible."""

class Bright(Base):
    @property
    def is_visible(self):
        return stbt.Frame is not None and int(self._frame.mean()) > 100

    @property
    def brightness(self):
        return int(self._frame.mean())

class _Hidden(Bright):
    pass
'''

LOGO = (numpy.arange(20 * 20 * 3).reshape(20, 20, 3) * 37 % 251).astype(numpy.uint8)


class Pack:
    """A pack with two pages and two screenshots."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("tests/pages/menu/menu.py", PAGES)
        self.write("tests/test_of_pages.py", "from .pages.menu.menu import Menu\nclass TestMenu:\n    pass\n")
        self.write(".stbt.conf", "[device_type]\nname = pack\n")
        cv2.imwrite(str(root / "tests/pages/menu/logo.png"), LOGO)
        self.save("menu/home.png", 20, with_logo=True)
        self.save("bright.png", 200)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def save(self, name: str, brightness: int, *, with_logo: bool = False) -> None:
        pixels: NDArray[Any] = numpy.full((120, 160, 3), brightness, numpy.uint8)
        if with_logo:
            pixels[40:60, 50:70] = LOGO
        path = self.root / "selftest" / "screenshots" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), pixels)

    def run(self, *screenshots: str, **options: Any) -> SelftestReport:
        return selftest(self.root, screenshots, **options)


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return Pack(tmp_path)


MENU, BRIGHT = "tests/pages/menu/menu.py::Menu", "tests/pages/menu/menu.py::Bright"


def said(report: SelftestReport) -> dict[str, Any]:
    return {one.path.removeprefix("selftest/screenshots/"): one.said for one in report.screenshots}


def test_each_page_says_what_it_sees_in_each_screenshot(pack: Pack) -> None:
    report = pack.run()
    assert report.pages == (MENU, BRIGHT)
    assert said(report) == {
        "bright.png": {BRIGHT: {"is_visible": True, "brightness": 200}},
        "menu/home.png": {
            MENU: {"is_visible": True, "logo": "Region(x=50, y=40, right=70, bottom=60)", "device": "pack"}
        },
    }
    assert report.exit_code == 0
    assert not any(one.has_expectation for one in report.screenshots)


def test_a_file_beside_a_screenshot_configures_it_alone(pack: Pack) -> None:
    pack.save("menu/other.png", 20, with_logo=True)
    pack.write("selftest/screenshots/menu/home.png.conf", "[device_type]\nname = roku\n")
    found = said(pack.run("menu"))
    assert found["menu/home.png"][MENU]["device"] == "roku"
    assert found["menu/other.png"][MENU]["device"] == "pack"


def test_what_changed_since_it_was_stored_is_told(pack: Pack) -> None:
    assert all(one.updated for one in pack.run(update=True).screenshots)
    again = pack.run()
    assert again.exit_code == 0
    assert all(one.has_expectation and not one.changes for one in again.screenshots)
    pack.save("menu/home.png", 150, with_logo=True)
    pack.save("bright.png", 10)
    pack.write(".stbt.conf", "[device_type]\nname = new\n")
    report = pack.run()
    changes = {one.path.rpartition("/")[2]: one.changes for one in report.screenshots}
    assert changes == {
        "bright.png": ["Bright was visible, is not"],
        "home.png": ["Bright was not visible, is", "Menu.device was 'pack', is 'new'"],
    }
    assert report.exit_code == 1
    assert pack.run(update=True).exit_code == 0
    assert pack.run().exit_code == 0


def test_a_property_that_comes_or_goes_is_a_change(pack: Pack) -> None:
    pack.run(update=True)
    pages = pack.root / "tests/pages/menu/menu.py"
    pages.write_text(PAGES.replace("def brightness", "def lightness"))
    (report,) = pack.run("bright").screenshots
    assert report.changes == ["Bright.brightness was 200, is not there", "Bright.lightness was not there, is 200"]


def test_an_exception_is_told_with_its_place_and_ends_nothing(pack: Pack) -> None:
    pack.run(update=True)
    pages = pack.write(
        "tests/pages/menu/menu.py", PAGES.replace("return int(self._frame.mean())\n", "return {}['x']\n")
    )
    report = pack.run()
    bright, home = report.screenshots
    line = pages.read_text().split("return {}['x']")[0].count("\n") + 1
    assert bright.readings[BRIGHT].problems == {"brightness": f"KeyError: 'x' (tests/pages/menu/menu.py:{line})"}
    assert bright.changes == []
    assert home.said[MENU]["device"] == "pack"
    assert report.exit_code == 1
    assert not pack.run(update=True).screenshots[0].updated


def test_a_page_that_cannot_say_whether_it_is_visible_is_told(pack: Pack) -> None:
    pack.write("tests/pages/broken.py", "from stbt_core import *\nclass Live(FrameObject):\n    is_visible = property("
               "lambda self: bool(1 / 0))\nclass Two(FrameObject):\n    def __init__(self, name, frame): pass\n"
               "    is_visible = property(lambda self: True)\n")  # fmt: skip
    report = pack.run("bright")
    problems = {page.rpartition("::")[2]: one.problems for page, one in report.screenshots[0].readings.items()}
    assert problems["Live"]["is_visible"].startswith("ZeroDivisionError: ")
    assert problems["Two"]["is_visible"].startswith("TypeError: ")
    assert report.exit_code == 1


def test_a_page_that_raises_is_not_called_invisible(pack: Pack) -> None:
    pack.run(update=True)
    pack.write("tests/pages/menu/menu.py", PAGES.replace("int(self._frame.mean()) > 100", "{}['x']"))
    (bright,) = pack.run("bright").screenshots
    assert "is_visible" in bright.readings[BRIGHT].problems
    assert bright.changes == []


def test_a_file_that_cannot_be_imported_hides_no_other(pack: Pack) -> None:
    pack.write("tests/a_broken.py", "class X: pass\nimport no_such_module\n")
    pack.write("tests/exits.py", "class X: pass\nraise SystemExit(3)\n")
    pack.write(
        "tests/dashed-name.py",
        "from stbt_core import FrameObject\nclass X(FrameObject):\n    is_visible = property(bool)\n",
    )
    report = pack.run("bright")
    assert report.import_problems == {
        "tests/a_broken.py": "ModuleNotFoundError: No module named 'no_such_module' (tests/a_broken.py:2)",
        "tests/exits.py": "SystemExit: 3 (tests/exits.py:2)",
    }
    assert report.pages == ("tests/dashed-name.py::X", MENU, BRIGHT)
    assert report.exit_code == 1


def test_a_screenshot_that_is_no_picture_is_told(pack: Pack) -> None:
    pack.write("selftest/screenshots/bad.png", "no picture")
    pack.write("selftest/screenshots/empty.png", "")
    pack.write("selftest/screenshots/odd.png", "")
    pack.save("odd.png", 200)
    pack.write("selftest/screenshots/odd.png.conf", "[secrets]\nportal = x\n")
    problems = {one.path.rpartition("/")[2]: one.problem for one in pack.run().screenshots}
    assert problems["bad.png"] == "bad.png is no picture that can be read"
    assert problems["empty.png"] == "empty.png is no picture that can be read"
    assert "odd.png.conf:2: a test pack must not hold secrets" in problems["odd.png"]
    assert problems["bright.png"] == ""


def test_only_what_is_wanted_is_looked_at(pack: Pack) -> None:
    pack.run(update=True)
    assert [one.path for one in pack.run("*/menu/*").screenshots] == ["selftest/screenshots/menu/home.png"]
    pack.save("menu/home.png", 150)
    only_bright = pack.run("home", pages=["Bright"])
    assert only_bright.pages == (BRIGHT,)
    assert only_bright.screenshots[0].changes == ["Bright was not visible, is"]
    pack.run("home", pages=["Bright"], update=True)
    stored = json.loads((pack.root / "selftest/expected/menu/home.png.json").read_text())
    assert set(stored) == {MENU, BRIGHT}


def test_an_expectation_without_its_screenshot_is_told_and_dropped(pack: Pack) -> None:
    pack.run(update=True)
    (pack.root / "selftest/screenshots/bright.png").unlink()
    assert pack.run().stale == ["selftest/expected/bright.png.json"]
    assert pack.run("home").stale == []
    pack.run(update=True)
    assert pack.run().stale == []


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 3}'])
def test_an_expectation_that_is_none_is_told(pack: Pack, content: str) -> None:
    pack.write("selftest/expected/bright.png.json", content)
    (report,) = pack.run("bright").screenshots
    assert "bright.png.json is no expectation of a selftest" in report.problem
    assert pack.run("bright", update=True).exit_code == 0
    assert pack.run("bright").exit_code == 0


def test_nothing_to_look_at_or_to_look_with_is_an_error(pack: Pack) -> None:
    with pytest.raises(ConfigurationError, match="no screenshot like nowhere"):
        pack.run("nowhere")
    with pytest.raises(ConfigurationError, match="no page object named Mneu") as raised:
        pack.run(pages=["Mneu"])
    assert MENU in raised.value.advice
    (pack.root / "tests/pages/menu/menu.py").unlink()
    (pack.root / "tests/test_of_pages.py").unlink()
    with pytest.raises(ConfigurationError, match="has no page object"):
        pack.run()


def test_afterwards_the_process_is_as_it_was(pack: Pack, capsys: pytest.CaptureFixture[str]) -> None:
    before = (set(sys.modules), list(sys.path), dict(os.environ))
    pack.run()
    assert {name for name in set(sys.modules) - before[0] if name.startswith(("tests", "stbt"))} == set()
    assert (list(sys.path), dict(os.environ)) == before[1:]
    assert capsys.readouterr().out == ""


def test_a_package_named_tests_that_is_installed_is_not_in_the_way(pack: Pack, tmp_path: Path) -> None:
    intruder = tmp_path / "site" / "tests"
    intruder.mkdir(parents=True)
    (intruder / "__init__.py").write_text("raise RuntimeError('wrong package')")
    code, output, _errors = command_line(pack, "bright", path=str(intruder.parent))
    assert code == 0, output


def command_line(pack: Pack, *arguments: str, path: str = "") -> tuple[int, str, str]:
    """Run it as a command, in a process of its own."""
    script = (
        "import argparse, sys; from qarunner.pack.selftest import add_arguments, run; "
        "parser = argparse.ArgumentParser(); add_arguments(parser); sys.exit(run(parser.parse_args()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=pack.root / "tests",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (path, os.environ.get("PYTHONPATH"))))},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_person_reads_a_table(pack: Pack) -> None:
    code, output, errors = command_line(pack)
    assert code == 0
    assert "noise of the pack" in errors
    assert "Bright is visible  [tests/pages/menu/menu.py]\n      brightness = 200\n" in output
    assert "logo   = 'Region(x=50, y=40, right=70, bottom=60)'" in output
    assert output.splitlines()[-1].startswith("2 screenshots, 2 pages, ")
    assert output.splitlines()[-1].endswith(": 2 without expectation")


def test_a_program_reads_json(pack: Pack) -> None:
    pack.run(update=True)
    pack.save("bright.png", 201)
    code, output, _errors = command_line(pack, "--json")
    told = json.loads(output)
    assert code == told["exit_code"] == 1
    assert told["screenshots"][0]["changes"] == ["Bright.brightness was 200, is 201"]
