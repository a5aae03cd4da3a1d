"""The driver in the recipes for plugin authors works, as far as that can be said without the device."""

from __future__ import annotations

import re
import socketserver
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qarunner import DeviceError
from qarunner.testing import DriverRig, check_remote

CODE = "38000,1,1,343,171,21,22"
OPTIONS: dict[str, Any] = {"codes": {"KEY_OK": CODE, "KEY_BAD": "0,1,1,1"}, "timeout": 2}


class FakeItach(socketserver.ThreadingTCPServer):
    """A fake: it answers as the maker's document says of two requests."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.heard: list[str] = []
        self.address = f"127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, FakeItach)
        line = b""
        while part := self.rfile.read(1):
            line += part
            if part != b"\r":
                continue
            said = line.decode().rstrip("\r")
            self.server.heard.append(said)
            words = said.split(",")
            answer = "710-1005-05"
            if words[0] == "sendir":
                answer = f"completeir,{words[1]},{words[2]}" if words[3] != "0" else "ERR_1:1,010"
            self.wfile.write(f"{answer}\r".encode())
            line = b""


@pytest.fixture
def box() -> Iterator[FakeItach]:
    with FakeItach() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "more-remotes.md"
    [code] = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    module = ModuleType("itach_of_the_recipes")
    monkeypatch.setitem(sys.modules, module.__name__, module)  # where types are looked up
    exec(compile(code, str(page), "exec"), module.__dict__)  # noqa: S102 - our own page
    return module


def test_it_keeps_the_rules_and_sends_what_the_document_asks_for(box: FakeItach, recipe: ModuleType) -> None:
    check_remote(f"itach:{box.address}", plugin=recipe, key="KEY_OK", **OPTIONS)
    assert box.heard == ["getversion", f"sendir,1:1,1,{CODE}"] * 2


def test_it_names_the_box_when_it_refuses_or_is_gone(box: FakeItach, recipe: ModuleType, tmp_path: Path) -> None:
    with DriverRig(tmp_path, recipe)("remote", f"itach:{box.address}", **OPTIONS) as remote:
        with pytest.raises(DeviceError, match=f"iTach {box.address} answers 'ERR_1:1,010' to KEY_BAD"):
            remote.press("KEY_BAD")
        remote.press("KEY_OK")
    rig = DriverRig(tmp_path, recipe)
    box.shutdown()
    box.server_close()
    with (
        pytest.raises(DeviceError, match=f"iTach {box.address} refuses"),
        rig("remote", f"itach:{box.address}", **OPTIONS),
    ):
        pass
