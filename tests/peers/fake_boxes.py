"""Fakes of devices that no test here can have. They speak the wire protocol over a real socket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.peers.http_box import HttpBox

if TYPE_CHECKING:
    from tests.peers.http_box import Answer, Request

DEVICE_INFO = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<device-info>\n  <vendor-name>Roku</vendor-name>\n</device-info>\n'
)
ROKU_KEY_NAMES = (
    "Home Rev Fwd Play Select Left Right Down Up Back InstantReplay Info Backspace Search Enter FindRemote VolumeDown"
    " VolumeMute VolumeUp PowerOff PowerOn Power ChannelUp ChannelDown InputTuner InputHDMI1 InputAV1"
)
ROKU_KEYS = set(ROKU_KEY_NAMES.split())


class FakeRoku(HttpBox):
    """A Roku's External Control Protocol, with its documented keys. `limited`: refuses remotes, as a setting does."""

    limited = False

    def __init__(self) -> None:
        super().__init__(self._answer)

    def _answer(self, request: Request) -> Answer:
        if (request.method, request.path) == ("GET", "/query/device-info"):
            return 200, DEVICE_INFO
        action, _, key = request.path.strip("/").partition("/")
        if request.method != "POST" or action not in {"keypress", "keydown", "keyup"}:
            return 404, ""
        if self.limited:
            return 403, ""
        return (200, "") if key in ROKU_KEYS or key.startswith("Lit_") else (404, "")


class FakeKodi(HttpBox):
    """Kodi's JSON-RPC: notes actions and methods in `done`. `password`: what it asks for, base64 of user:password."""

    password = ""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.done: list[str] = []

    def _answer(self, request: Request) -> Answer:
        if self.password and request.headers.get("authorization") != f"Basic {self.password}":
            return 401, ""
        if request.path != "/jsonrpc":
            return 404, "File not found"
        call = request.json
        reply: dict[str, Any] = {"jsonrpc": "2.0", "id": call["id"]}
        if call["method"] == "JSONRPC.Ping":
            reply["result"] = "pong"
        elif call["method"] == "Input.ExecuteAction" and call["params"]["action"] != "no-such-action":
            self.done.append(call["params"]["action"])
            reply["result"] = "OK"
        elif call["method"] in {"Input.Home", "Input.ContextMenu"} and not call["params"]:
            self.done.append(call["method"])
            reply["result"] = "OK"
        else:
            reply["error"] = {"code": -32602, "message": "Invalid params."}
        return 200, json.dumps(reply)
