"""A fake adb server whose devices have a screen: over a real socket, as ``exec:screencap`` answers."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import cv2
import numpy
from tests.peers.capture_trial import bars
from tests.peers.wire_box import FakeAdbServer

if TYPE_CHECKING:
    import socket


class FakeAndroid(FakeAdbServer):
    """`pixels`: blue-green-red. `new`: whether Android is 9 or later. `answer`: what is sent instead of a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.pixels = bars()
        self.new = True
        self.answer: bytes | None = None

    def talk(self, connection: socket.socket) -> None:
        request = self._request(connection)
        if request.startswith("host:connect:"):
            serial = request.removeprefix("host:connect:")
            known = serial in self.reachable
            said = f"{'connected' if known else 'failed to connect'} to {serial}"
            self.devices.update({serial: "device"} if known else {})
            connection.sendall(b"OKAY%04x%s" % (len(said), said.encode()))
            return
        rest = request.removeprefix("host:")
        device = rest.removeprefix("transport:") if ":" in rest else next(iter(self.devices), "")
        problem = self._problem(rest, device)
        connection.sendall(b"FAIL%04x%s" % (len(problem), problem.encode()) if problem else b"OKAY")
        if not problem:
            command = self._request(connection)
            connection.sendall(b"OKAY" + (self.screencap(command) if self.answer is None else self.answer))

    def _request(self, connection: socket.socket) -> str:
        return self.read(connection, int(self.read(connection, 4), 16)).decode()

    def screencap(self, command: str) -> bytes:
        if command == "exec:screencap -p":
            return cv2.imencode(".png", self.pixels)[1].tobytes()
        assert command == "exec:screencap"
        height, width = self.pixels.shape[:2]
        header = struct.pack("<III", width, height, 1) + (struct.pack("<I", 1) if self.new else b"")
        opaque = numpy.full((height, width, 1), 255, numpy.uint8)
        return header + numpy.concatenate([self.pixels[:, :, ::-1], opaque], axis=2).tobytes()

    def go_on(self) -> None:
        self._going.set()
