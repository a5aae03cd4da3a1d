"""The fixture `driver_rig`, as authors of plugins use it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.testing.conftest import Offers, plugin_of

from qarunner import ConfigurationError, Driver, DriverContext, Options, PluginError

if TYPE_CHECKING:
    from qarunner.testing import DriverRig

# Half of what a plugin author's test file needs; the five lines are in docs/how-to/write-a-driver.md.
pytest_plugins = ["qarunner.testing"]


class Speed(Options, frozen=True):
    fps: int = 30


class Note:
    """A driver that keeps what it was opened with."""

    def __init__(self, context: DriverContext) -> None:
        self.context = context
        self.calls: list[str] = []
        context.share("calls", lambda: self.calls).append("made")

    def open(self) -> None:
        self.calls.append("open")

    def close(self) -> None:
        self.calls.append("close")


def test_an_installed_driver_is_opened_by_its_address_and_closed_again(driver_rig: DriverRig) -> None:
    with driver_rig("capture", "virtual:?fps=50&size=320x180") as capture:
        frame = capture.read(2)
        assert frame is not None
        assert frame.pixels.shape == (180, 320, 3)


def test_drivers_of_one_test_belong_to_one_node(driver_rig: DriverRig) -> None:
    with (
        driver_rig("capture", "virtual:?fps=50&size=320x180") as capture,
        driver_rig("remote", "virtual:?response_delay=0&jitter=0") as remote,
    ):
        before = capture.read(2)
        assert before is not None
        still = before.pixels.copy()
        remote.press("KEY_POWER")
        frames = (capture.read(2) for _ in range(100))
        assert any(frame is not None and frame.pixels.max() < 30 <= still.max() for frame in frames)


def test_a_plugin_that_is_not_installed_is_given(driver_rig: DriverRig, tmp_path: Path) -> None:
    plugin = Offers(Driver("power", "mine", "for tests", Note, options=Speed))
    with driver_rig("power", "mine:relay", plugin=plugin, fps=5) as power:
        assert isinstance(power, Note)
        context = power.context
        assert (context.address, context.options, context.pack) == ("relay", Speed(fps=5), tmp_path)
        assert power.calls == ["made", "open"]
    assert power.calls == ["made", "open", "close"]


def test_a_driver_is_closed_when_the_test_fails(driver_rig: DriverRig) -> None:
    plugin = plugin_of("power", Note)
    with pytest.raises(ZeroDivisionError), driver_rig("power", "mine:", plugin=plugin) as power:
        raise ZeroDivisionError
    assert isinstance(power, Note)
    assert power.calls[-1] == "close"


def test_an_unknown_driver_is_answered_with_the_known(driver_rig: DriverRig) -> None:
    with pytest.raises(ConfigurationError, match="virtual:"):
        driver_rig.resolve("capture", "virtaul:")


def test_an_option_that_does_not_fit_is_told(driver_rig: DriverRig) -> None:
    plugin = plugin_of("power", Note, options=Speed)
    with pytest.raises(ConfigurationError, match="Expected `int`"):
        driver_rig.resolve("power", "mine:?fps=fast", plugin=plugin)


def test_a_plugin_that_does_not_load_says_why_instead_of_unknown_driver(
    driver_rig: DriverRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1\n", encoding="utf-8")
    (folder / "entry_points.txt").write_text("[qarunner]\nmine = no_such_module\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(PluginError, match="plugin 'mine' failed in import: ModuleNotFoundError"):
        driver_rig.resolve("capture", "mine:")


def test_the_five_lines_of_the_guide_work_without_a_warning(pytester: pytest.Pytester) -> None:
    guide = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-driver.md"
    text = guide.read_text(encoding="utf-8")
    [five, checks, *_others] = [block.partition("```")[0] for block in text.split("```python\n")[1:]]
    assert len(five.split("\n\n")) == 2
    assert "check_capture" in checks
    only_capture = checks.partition("def test_it_keeps_the_rules_of_a_remote")[0]
    only_capture = only_capture.replace("def test_it_keeps", "pytest_plugins = ['qarunner.testing']\ndef test_it_keeps")
    pytester.makepyfile(
        test_five=five.replace("my-grabber:", "virtual:"), test_checks=only_capture.replace("my-grabber:", "virtual:")
    )
    session: Any = pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider")
    session.assert_outcomes(passed=2)
