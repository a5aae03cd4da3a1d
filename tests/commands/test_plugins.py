"""``qarunner plugins``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Qarunner

DRIVER = """
    from typing import Annotated

    import msgspec

    from qarunner import Driver, Options, hookimpl


    class Speed(Options, frozen=True):
        mode: str
        fps: Annotated[float, msgspec.Meta(gt=0, le=60, description="frames a second")] = 30


    @hookimpl
    def qa_drivers():
        yield Driver("capture", "mine", "for tests", open, options=Speed, extra="grabber", address_help="the device")
        yield Driver("remote", "mine", "for tests", open, keys=("KEY_OK", "KEY_UP"), holds_keys=True)
"""


def test_every_plugin_is_listed_with_its_origin_and_what_it_offers(qarunner: Qarunner) -> None:
    said = qarunner("plugins")
    assert said.code == 0
    rows = {line.split()[0]: line for line in said.out.splitlines()}
    assert "capture virtual:, remote virtual:, power virtual:, node virtual-stb" in rows["virtual_stb"]
    assert "testcases in features/*.feature" in rows["testcase_sources"]
    assert rows["commands"].split()[1] == "qarunner"


def test_one_plugin_is_shown_with_its_drivers_options_and_keys(qarunner: Qarunner, pack: Callable[..., Path]) -> None:
    pack({"plugins/mine.py": DRIVER})
    said = qarunner("plugins", "pack:mine")
    assert said.code == 0
    for line in (
        "hooks: qa_drivers",
        "capture mine: for tests",
        "  address: the device",
        "  needs: pip install 'qarunner[grabber]'",
        "  fps: number, above 0, at most 60 (default: 30) - frames a second",
        "  mode: text",
        "  keys: KEY_OK, KEY_UP",
        "  can hold a key down: yes",
    ):
        assert line in said.out.splitlines()


def test_the_same_is_there_for_programs(qarunner: Qarunner, pack: Callable[..., Path]) -> None:
    pack({"plugins/mine.py": DRIVER})
    [mine] = qarunner("plugins", "pack:mine", "--json").json
    assert mine["hooks"] == ["qa_drivers"]
    assert mine["problems"] == []
    capture, remote = mine["drivers"]
    assert capture["options"][1] == {
        "name": "fps",
        "kind": "number, above 0, at most 60",
        "default": 30,
        "help": "frames a second",
        "needed": False,
    }
    assert capture["options"][0]["needed"] is True
    assert remote["keys"] == ["KEY_OK", "KEY_UP"]
    assert {plugin["name"] for plugin in qarunner("plugins", "--json").json} >= {"pack:mine", "commands", "virtual_stb"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def (", "SyntaxError"),
        ("import qarunner\n@qarunner.hookimpl\ndef qa_driver(): ...", "did you mean 'qa_drivers'"),
        ("import qarunner\nqarunner_hooks = '2.0'", "is written for hook interface 2.0"),
        (
            "import qarunner\n@qarunner.hookimpl\ndef qa_drivers(): return ['v4l2']",
            "it offers 'v4l2', which has no capability and no scheme",
        ),
        (
            (
                "import qarunner\nfrom typing import Annotated\nfrom msgspec import Meta\n"
                "class Wrong(qarunner.Options):\n    size: Annotated[str | None, Meta(ge=1)] = None\n"
                "@qarunner.hookimpl\n"
                "def qa_reporters(): return [qarunner.ReporterDescription('x', 'for tests', print, Wrong)]"
            ),
            "Can only set `ge` on a numeric type",
        ),
        (
            "import qarunner\n@qarunner.hookimpl\ndef qa_reporters(): return 7",
            "TypeError: 'int' object is not iterable",
        ),
    ],
)
def test_a_broken_plugin_is_listed_with_the_reason_beside_the_others(
    qarunner: Qarunner, pack: Callable[..., Path], text: str, reason: str
) -> None:
    pack({"plugins/bad.py": text})
    said = qarunner("plugins")
    assert said.code == 1
    assert "BROKEN" in next(line for line in said.out.splitlines() if line.startswith("pack:bad"))
    assert "virtual:" in said.out
    assert reason in said.out
    [bad] = [plugin for plugin in qarunner("plugins", "--json").json if plugin["problems"]]
    assert bad["name"] == "pack:bad"


def test_two_plugins_that_offer_the_same_are_named(qarunner: Qarunner, pack: Callable[..., Path]) -> None:
    pack({"plugins/mine.py": DRIVER, "plugins/other.py": DRIVER})
    said = qarunner("plugins")
    assert said.code == 1
    assert "plugins 'pack:mine' and 'pack:other' both offer 'capture mine:'" in said.out
    assert [line.split()[0] for line in said.out.splitlines() if "BROKEN" in line] == ["pack:other"]


def test_an_unknown_plugin_is_answered_with_the_nearest(qarunner: Qarunner) -> None:
    said = qarunner("plugins", "virtual-stb")
    assert said.code == 2
    assert "did you mean 'virtual_stb'" in said.err


def test_blocked_plugins_are_named_and_not_loaded(qarunner: Qarunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QARUNNER_BLOCK_PLUGINS", "virtual_stb")
    said = qarunner("plugins")
    assert "virtual:" not in said.out
    assert said.out.endswith("blocked, not loaded: virtual_stb\n")
