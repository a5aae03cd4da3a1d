"""``qarunner node``: what is found, what is tried, what is written and what is refused."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import pytest
from tests.commands.conftest import Qarunner, command
from tests.peers.terminal import Terminal
from tests.peers.x_display import XDisplay

BEFORE = """\
# the rig under the stairs
time_limit = 60   # seconds

[nodes.old]
capture = "virtual:"   # the first one
"""


@pytest.fixture
def name() -> str:
    """A node of this test only: its exporter may outlive the test by a few seconds."""
    return f"new-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def file(here: Path) -> Path:
    path = here / "qarunner.toml"
    path.write_text(BEFORE)
    return path


@pytest.fixture
def display() -> Iterator[XDisplay]:
    with XDisplay() as running:
        running.colour(10, 120, 200)
        yield running


@pytest.mark.needs("xvfb", "keyboard", "chromium")
def test_what_this_machine_has_is_listed(qarunner: Qarunner, display: XDisplay) -> None:
    said = qarunner("node", "find")
    assert said.code == 0
    for words in (f"screen:{display.name} ", f"x11:{display.name} ", "browser: ", "chromium: ", "virtual: "):
        assert f"\n  {words}" in said.out
    found = qarunner("node", "find", "--json").json["found"]
    [screen] = [one for one in found["capture"] if one["uri"] == f"screen:{display.name}"]
    [keys] = [one for one in found["remote"] if one["uri"] == f"x11:{display.name}"]
    assert screen["device"] == keys["device"] == f"X display {display.name}"
    assert [one["asks"] for one in found["capture"] if one["uri"] == "browser:"] != [""]


def test_a_driver_that_fails_while_it_looks_is_named_and_spoils_nothing(
    qarunner: Qarunner, pack: Callable[..., Path]
) -> None:
    pack(
        {
            "plugins/broken.py": """
                from qarunner import Driver, hookimpl
                def look(): raise OSError("the bus is stuck")
                @hookimpl
                def qa_drivers():
                    return [Driver("capture", "stuck", "for a test", object, discover=look),
                            Driver("capture", "odd", "for a test", object, discover=lambda: ["odd:"])]
            """
        }
    )
    said = qarunner("node", "find")
    assert said.code == 0
    assert "plugin 'pack:broken' failed in discover of capture stuck:: OSError: the bus is stuck" in said.err
    assert "discover of capture odd:: TypeError: it gives 'odd:', which is no qarunner.Discovered" in said.err
    assert "  virtual: " in said.out


def test_options_alone_try_a_node_and_add_it_behind_what_is_there(
    qarunner: Qarunner, file: Path, name: str, here: Path
) -> None:
    device = "virtual:?fps=20&size=640x360"
    said = qarunner(
        *("node", "add", "--name", name, "--capture", device, "--remote", "virtual:", "--power", "virtual:"),
        *("--model", 'The "One"', "--key", "KEY_MENU", "--yes"),
    )
    assert said.code == 0, said.err
    added = f'capture = "{device}"\nremote = "virtual:"\npower = "virtual:"\ndevice = {{model = "The \\"One\\""}}\n'
    assert file.read_text() == f"{BEFORE}\n[nodes.{name}]\n{added}"
    assert "picture: 640x360 at 20 frames a second" in said.out
    assert "power: on" in said.out
    assert "KEY_MENU: sent in " in said.out
    assert f"node {name} is added: {file}:7\n" in said.out
    picture = cv2.imread(str(here / f"{name}.png"))
    assert picture is not None
    assert picture.std() > 5
    assert qarunner("screenshot", name).code == 0


@pytest.mark.needs("xvfb", "keyboard")
def test_a_display_and_its_keyboard(qarunner: Qarunner, display: XDisplay, name: str, here: Path) -> None:
    program = display.run(["xterm", "-fullscreen", "-e", "cat"])
    said = qarunner(
        *("node", "add", "--name", name, "--capture", f"screen:{display.name}", "--remote", f"x11:{display.name}"),
        *("--key", "KEY_1", "--picture", "seen.png", "--yes"),
    )
    assert program.poll() is None
    assert said.code == 0, said.err
    assert "KEY_1: sent in " in said.out
    assert "saved in seen.png" in said.out
    assert f"[nodes.{name}]" in (here / "qarunner.toml").read_text()


def test_hardware_that_is_not_there_yet_is_added_untried(qarunner: Qarunner, file: Path, name: str) -> None:
    words = ("node", "add", "--name", name, "--capture", "v4l2:/dev/video99", "--yes")
    said = qarunner(*words, "--untried")
    assert said.code == 0, said.err
    assert file.read_text().endswith(f'\n[nodes.{name}]\ncapture = "v4l2:/dev/video99"\n')


REFUSED = [
    (["--capture", "virtual:"], "something is missing\n  Give --name NODE"),
    (["--name", "new"], "Give one of --capture, --remote, --power, --browser"),
    (["--name", "old", "--capture", "virtual:"], "there is a node 'old' already: {file}:5"),
    (["--name", "virtual-stb", "--capture", "virtual:"], "there is a node 'virtual-stb' already: plugin virtual_stb"),
    (["--name", "", "--capture", "virtual:"], "Give --name NODE"),
    (["--name", "living room", "--capture", "virtual:"], "'living room' is no name of a node"),
    (["--name", "../x", "--capture", "virtual:"], "'../x' is no name of a node"),
    (["--name", "x" * 64, "--capture", "virtual:"], "is no name of a node"),
    (["--name", "new", "--capture", "virtual"], "--capture: nodes.new.capture = 'virtual' is no driver's address"),
    (["--name", "new", "--capture", "virtul:"], "no capture driver for 'virtul:'\n  did you mean 'virtual'?"),
    (["--name", "new", "--remote", "lirc:a b"], "the name of a remote has no white space"),
    (["--name", "new", "--capture", "virtual:?fps=0"], "Expected `float` >= 1.0"),
    (["--name", "new", "--capture", "v4l2:/dev/video99"], "/dev/video99"),
    (["--name", "new", "--capture", "virtual:", "--picture", "a.gif"], "a.gif is no name of a picture"),
    (["--name", "new", "--capture", "virtual:", "--picture", "gone/a.png"], "gone/a.png has no folder"),
    (["--name", "new", "--remote", "virtual:", "--key", "KEY_OKK"], "no key 'KEY_OKK'\n  did you mean 'KEY_OK'"),
    (["--name", "new", "--capture", "virtual:", "--file", "gone/q.toml"], "gone/q.toml can be no file"),
    (["--name", "new", "--capture", "virtual:", "--file", "."], "can be no file"),
    (["--name", "new", "--browser", "chromium:", "--file", "/proc/q.toml"], "/proc/q.toml cannot be written"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED, ids=[" ".join(words)[:50] for words, _said in REFUSED])
def test_what_cannot_be_is_refused_and_nothing_is_written(
    qarunner: Qarunner, file: Path, name: str, words: list[str], said: str
) -> None:
    words = [name if word == "new" else word for word in words]
    answer = qarunner("node", "add", *words, "--yes")
    assert answer.code == 2
    assert said.format(file=file).replace("nodes.new", f"nodes.{name}") in answer.err
    assert file.read_text() == BEFORE


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[nodes.old\n", "qarunner.toml:1: "),
        ("[nodes.old]\ncaptur = 'x:'\n", "'captur' means nothing in nodes.old"),
        ("nodes = {old = {capture = 'x:'}}\n", "cannot take a node at its end"),
    ],
)
def test_a_file_that_cannot_take_a_node_stays_as_it_is(
    qarunner: Qarunner, file: Path, name: str, content: str, said: str
) -> None:
    file.write_text(content)
    answer = qarunner("node", "add", "--name", name, "--capture", "virtual:", "--yes", "--untried")
    assert answer.code == 2
    assert said in answer.err
    assert file.read_text() == content


def test_without_a_terminal_it_says_which_options_to_give(qarunner: Qarunner, file: Path) -> None:
    answer = qarunner("node", "add")
    assert answer.code == 2
    assert "this is no terminal, so nobody can be asked\n  Give --name, at least one of" in answer.err
    assert file.read_text() == BEFORE


def test_a_new_file_is_made_in_the_packs_root(
    qarunner: Qarunner, pack: Callable[..., Path], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = pack({"tests/a.py": ""})
    monkeypatch.chdir(root / "tests")
    answer = qarunner("node", "add", "--name", name, "--capture", "virtual:", "--yes", "--untried")
    assert answer.code == 0, answer.err
    assert (root / "qarunner.toml").read_text() == f'[nodes.{name}]\ncapture = "virtual:"\n'


def test_what_a_pack_says_of_the_node_is_no_obstacle(qarunner: Qarunner, pack: Callable[..., Path], name: str) -> None:
    root = pack({f"config/test-farm/{name}.conf": "[node]\nstrategy = tests.box:box\n"})
    answer = qarunner("node", "add", "--name", name, "--capture", "virtual:", "--yes", "--untried")
    assert answer.code == 0, answer.err
    assert f"[nodes.{name}]" in (root / "qarunner.toml").read_text()


@pytest.mark.needs("xvfb", "keyboard")
def test_a_person_is_asked_and_what_belongs_together_is_proposed(file: Path, display: XDisplay, name: str) -> None:
    with Terminal(command("node", "add"), file.parent) as terminal:
        terminal.answer("Name of the new node", "old")
        terminal.wait_for("there is a node 'old' already")
        terminal.answer("Name of the new node", name)
        offered = terminal.answer("or - for none", "nonsense")
        number = next(line.split()[0] for line in offered.splitlines() if f" screen:{display.name} " in line)
        terminal.wait_for("nonsense is neither in the list nor a URI")
        terminal.answer("or - for none", "screen::9999")
        for _ in ("remote", "power", "browser"):
            terminal.answer("or - for none", "-")
        terminal.wait_for("screen :9999 cannot be read")
        terminal.answer("Choose again?", "")
        terminal.answer("or - for none", number)
        for _ in ("remote: the display's keyboard is proposed", "power", "browser"):
            terminal.answer("or - for none", "")
        terminal.wait_for("picture: 640x360")
        terminal.answer("A key to press", "KEY_OKK")
        terminal.wait_for("did you mean 'KEY_OK'")
        terminal.answer("Another key", "KEY_OK")
        terminal.wait_for("KEY_OK: sent in")
        terminal.answer("Another key", "")
        terminal.answer("Write this to", "y")
        assert terminal.end() == 0, terminal.said
    added = f'[nodes.{name}]\ncapture = "screen:{display.name}"\nremote = "x11:{display.name}"\n'
    assert file.read_text() == f"{BEFORE}\n{added}"


@pytest.mark.parametrize("how", ["no", "end of input"])
def test_a_person_who_does_not_agree_leaves_the_file_as_it_is(file: Path, name: str, how: str) -> None:
    given = ["--name", name, "--capture", "virtual:", "--remote", "virtual:", "--untried"]
    with Terminal(command("node", "add", *given), file.parent) as terminal:
        for _ in ("power", "browser"):
            terminal.answer("or - for none", "-")
        if how == "no":
            terminal.answer("Write this to", "n")
        else:
            terminal.wait_for("Write this to")
            terminal.end_of_input()
        assert terminal.end() == 2
        assert "nothing was written" in terminal.said
    assert file.read_text() == BEFORE


@pytest.mark.needs("chromium")
def test_a_page_in_a_chromium_that_was_found(file: Path, name: str) -> None:
    (file.parent / "page.html").write_text("<body style='background:#135;color:white'><h1>Television</h1>")
    address = (file.parent / "page.html").as_uri()
    with Terminal(command("node", "add", "--name", name), file.parent) as terminal:
        offered = terminal.answer("or - for none", "1")
        assert "1  browser: " in offered
        terminal.answer("needs its URL", address)
        terminal.answer("or - for none", "")
        terminal.answer("or - for none", "")
        terminal.answer("or - for none", "1")
        terminal.wait_for("picture: 1280x720")
        terminal.answer("A key to press", "-")
        terminal.answer("Write this to", "")
        assert terminal.end() == 0, terminal.said
    assert file.read_text().endswith(
        f'[nodes.{name}]\ncapture = "browser:{address}"\nremote = "browser:"\nbrowser = "chromium:"\n'
    )
    assert os.path.getsize(file.parent / f"{name}.png") > 1000  # noqa: PTH202 - one call
