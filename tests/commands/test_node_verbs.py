"""``nodes``, ``screenshot``, ``press``, ``fault`` and ``crop``, on a virtual set-top box of the test's own."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from tests.commands.conftest import Qarunner, command

from qarunner.commands.context import Context
from qarunner.commands.node_access import lease, newest_frame, view

if TYPE_CHECKING:
    from qarunner.nodes.client import NodeHandle, NodeView

Process = Callable[..., "subprocess.Popen[str]"]
LIMIT = 20.0


@pytest.fixture
def leased(node: str, here: Path) -> Iterator[NodeHandle]:
    """The node while somebody has its lease."""
    handle = lease(Context({}, here), node, wait=None)
    yield handle
    handle.close()


def line_of(text: str, node: str) -> str:
    """The last line which ``nodes`` writes about a node."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.split()[0] == node)
    following = (number for number in range(start + 1, len(lines)) if not lines[number].startswith(" "))
    return lines[next(following, len(lines)) - 1].strip()


def is_black(node: NodeView) -> bool:
    return bool(newest_frame(node).pixels.max() < 30)


def wait_for(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < ends, "it has not come"
        time.sleep(0.05)


def test_nodes_are_listed_with_their_drivers_and_no_exporter_is_started(qarunner: Qarunner, here: Path) -> None:
    (here / "qarunner.toml").write_text('[nodes.quiet]\ncapture = "virtual:?fps=20"\nremote = "virtual:"\n')
    for _ in range(2):
        said = qarunner("nodes")
        assert said.code == 0
        assert f"quiet  {here}/qarunner.toml:2\n  capture virtual:?fps=20\n  remote  virtual:\n" in said.out
        assert line_of(said.out, "quiet") == "no exporter running; it starts when somebody needs it"
    assert "virtual-stb  plugin virtual_stb\n" in said.out


def test_a_node_that_is_free_and_one_that_is_leased_say_so(qarunner: Qarunner, node: str, leased: NodeHandle) -> None:
    said = qarunner("nodes")
    pid = leased.exporter_pid
    assert line_of(said.out, node).startswith("leased by ")
    assert f"; exporter is process {pid}" in line_of(said.out, node)
    [shown] = [line for line in qarunner("nodes", "--json").json if line["id"] == node]
    assert shown["state"] == "leased"
    assert shown["drivers"]["remote"] == "virtual:"
    assert shown["status"]["pid"] == pid
    leased.close()
    assert line_of(qarunner("nodes").out, node).startswith(f"free; exporter is process {pid}")


def test_a_node_that_only_the_pack_describes_is_listed(qarunner: Qarunner, pack: Callable[..., Path]) -> None:
    pack({"config/test-farm/attic.conf": "[node]\ncapture = virtual:\n", "config/test-farm/notes.conf": "[x]\ny = 1\n"})
    said = qarunner("nodes")
    assert "attic  " in said.out
    assert "notes" not in said.out


def test_a_node_with_a_bad_value_does_not_hide_the_others(qarunner: Qarunner, node: str, here: Path) -> None:
    with (here / "qarunner.toml").open("a", encoding="utf-8") as file:
        file.write('[nodes.wrong]\ncapture = "virtual:"\nframe_size = "big"\n')
    said = qarunner("nodes")
    assert said.code == 1
    assert "is no size of a picture" in said.out
    assert node in said.out


def test_a_screenshot_is_the_picture_of_the_node(qarunner: Qarunner, node: str, here: Path) -> None:
    said = qarunner("screenshot", node)
    assert said.code == 0
    assert said.out.startswith("screenshot.png: 640x360, taken ")
    picture = cv2.imread(str(here / "screenshot.png"))
    assert picture is not None
    assert picture.shape == (360, 640, 3)
    assert picture.std() > 5


def test_a_screenshot_can_go_to_standard_output(node: str) -> None:
    ended = subprocess.run(command("screenshot", node, "-o", "-"), capture_output=True, check=True)
    picture = cv2.imdecode(numpy.frombuffer(ended.stdout, numpy.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (360, 640, 3)


@pytest.mark.parametrize(
    ("name", "answer"),
    [("shot.gif", "shot.gif is no name of a picture"), ("no/shot.png", "no/shot.png cannot be written: No such file")],
)
def test_a_screenshot_that_cannot_be_written_says_why(qarunner: Qarunner, node: str, name: str, answer: str) -> None:
    said = qarunner("screenshot", node, "-o", name)
    assert said.code == 2
    assert answer in said.err


def test_keys_are_pressed_and_change_the_picture(qarunner: Qarunner, node: str, here: Path) -> None:
    with view(Context({}, here), node) as seen:
        before = newest_frame(seen)
        said = qarunner("press", node, "KEY_MENU", "KEY_DOWN", "--pause", "0.1")
        assert said.code == 0
        assert [line.split()[0] for line in said.out.splitlines()] == ["KEY_MENU", "KEY_DOWN"]
        wait_for(lambda: bool((newest_frame(seen).pixels != before.pixels).mean() > 0.2))


def test_a_key_is_held_with_options_between_the_names(qarunner: Qarunner, node: str) -> None:
    said = qarunner("press", node, "--hold", "0.2", "KEY_DOWN")
    assert said.code == 0
    assert said.out.startswith("KEY_DOWN  held for 0.")
    [pressed] = qarunner("press", node, "KEY_DOWN", "--hold", "0.2", "--json").json
    assert pressed["key"] == "KEY_DOWN"
    assert pressed["seconds"] >= 0.2


def test_without_a_key_the_remotes_keys_are_listed(qarunner: Qarunner, node: str) -> None:
    assert "KEY_OK" in qarunner("press", node).out.splitlines()
    assert "KEY_OK" in qarunner("press", node, "--json").json


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["KEY_OK", "KEY_DOWM"], "has no key 'KEY_DOWM'\n  did you mean 'KEY_DOWN'"),
        (["KEY_OK", "--hold", "0"], "--hold 0 is no time"),
        (["KEY_OK", "--hold", "nan"], "--hold nan is no time"),
    ],
)
def test_a_key_that_cannot_be_pressed_is_refused_before_any_is(
    qarunner: Qarunner, node: str, words: list[str], answer: str
) -> None:
    said = qarunner("press", node, *words)
    assert (said.code, said.out) == (2, "")
    assert answer in said.err


def test_a_busy_node_is_not_pressed_but_can_be_looked_at(qarunner: Qarunner, node: str, leased: NodeHandle) -> None:
    said = qarunner("press", node, "KEY_OK")
    assert said.code == 2
    assert f"node {node!r} is leased by " in said.err
    assert "--qa-wait SECONDS" in said.err
    assert qarunner("screenshot", node).code == 0
    assert "black" in qarunner("fault", node).out


def test_press_waits_for_a_node_when_told_to(process: Process, node: str, leased: NodeHandle) -> None:
    waiting = process("press", node, "KEY_OK", "--qa-wait", "20")
    assert waiting.stderr is not None
    assert waiting.stderr.readline().startswith("waiting for: ")
    leased.close()
    out, _err = waiting.communicate(timeout=LIMIT)
    assert waiting.returncode == 0
    assert out.startswith("KEY_OK")


def test_an_unknown_node_is_answered_with_the_known(qarunner: Qarunner, node: str) -> None:
    for words in (("screenshot", "nope"), ("press", "nope", "KEY_OK"), ("fault", "nope"), ("doctor", "nope")):
        said = qarunner(*words)
        assert said.code in (1, 2)
        assert "there is no node 'nope'" in said.out + said.err
        assert node in said.out + said.err


def test_faults_are_listed(qarunner: Qarunner, node: str) -> None:
    assert "black        The picture is black while it is on." in qarunner("fault", node).out
    assert "black" in qarunner("fault", node, "--json").json


def test_a_fault_is_on_until_ctrl_c(process: Process, node: str, here: Path) -> None:
    with view(Context({}, here), node) as seen:
        assert not is_black(seen)
        holder = process("fault", node, "black")
        wait_for(lambda: is_black(seen))
        assert holder.stdout is not None
        assert holder.stdout.readline().startswith("black is on: ")
        assert "until Ctrl-C" in holder.stdout.readline()
        holder.send_signal(signal.SIGINT)
        assert holder.wait(LIMIT) == 0
        wait_for(lambda: not is_black(seen))


def test_a_fault_ends_by_itself_after_the_time_given(qarunner: Qarunner, node: str) -> None:
    said = qarunner("fault", node, "freeze", "--seconds", "0.1")
    assert said.code == 0
    assert said.out.endswith("off\n")


@pytest.mark.parametrize(
    ("words", "answer"),
    [(["blakc"], "has a fault 'blakc'\n  did you mean 'black'?"), (["black", "0"], "0 is no size of a fault")],
)
def test_a_fault_that_makes_no_sense_is_refused(qarunner: Qarunner, node: str, words: list[str], answer: str) -> None:
    said = qarunner("fault", node, *words)
    assert said.code == 2
    assert answer in said.err


def test_a_fault_whose_exporter_is_killed_says_so(process: Process, node: str, here: Path) -> None:
    holder = process("fault", node, "black")
    assert holder.stdout is not None
    holder.stdout.readline()
    with view(Context({}, here), node) as seen:
        exporter = seen.exporter_pid
    subprocess.run(["kill", "-9", str(exporter)], check=True)
    _out, err = holder.communicate(timeout=LIMIT)
    assert holder.returncode == 2
    assert "has ended, and the fault with it" in err


def test_a_reference_image_is_cut_from_a_live_frame_and_tried(qarunner: Qarunner, node: str, here: Path) -> None:
    said = qarunner("crop", node, "-o", "logo.png", "20,10+120x40")
    assert said.code == 0
    picture = cv2.imread(str(here / "logo.png"))
    assert picture is not None
    assert picture.shape == (40, 120, 3)
    assert said.out.startswith("logo.png: 120x40, cut at 20,10\ntried: matches in ")
