"""Fakes of devices with a protocol of their own, over a real TCP socket; they can die, hang and come back."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import Self


class WireBox:
    """Accepts connections and lets `talk` speak on each."""

    def __init__(self) -> None:
        self.port = 0
        self._listening: socket.socket | None = None
        self._connections: set[socket.socket] = set()
        self._going = threading.Event()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def talk(self, connection: socket.socket) -> None:
        raise NotImplementedError

    def start(self) -> None:
        self._going.set()
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = listening.accept()[0]
                self._connections.add(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), connection:
            self.talk(connection)
        self._connections.discard(connection)

    def read(self, connection: socket.socket, size: int) -> bytes:
        """Read exactly so many bytes; of a box that hangs, not even those that came."""
        data = b""
        while len(data) < size:
            if not (more := connection.recv(size - len(data))):
                raise EOFError
            data += more
        self._going.wait()
        return data

    def hang(self) -> None:
        self._going.clear()

    def stop(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._going.set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class FakeAdbServer(WireBox):
    """An adb server with `devices`, serial number to state; `pressed` notes what ``input keyevent`` was given."""

    def __init__(self) -> None:
        super().__init__()
        self.devices = {"0123ABCD": "device"}
        self.reachable = {"192.168.1.4:5555"}
        self.pressed: list[tuple[str, str]] = []

    def talk(self, connection: socket.socket) -> None:
        device = ""
        while True:
            size = int(self.read(connection, 4), 16)
            request = self.read(connection, size).decode()
            service, _, rest = request.partition(":")
            if service == "host" and rest.startswith("connect:"):
                serial = rest.removeprefix("connect:")
                if serial in self.reachable:
                    self.devices[serial] = "device"
                said = f"connected to {serial}" if serial in self.reachable else f"failed to connect to {serial}"
                connection.sendall(b"OKAY%04x%s" % (len(said), said.encode()))
                return
            if service == "host" and rest.startswith("transport"):
                device = rest.removeprefix("transport:") if ":" in rest else next(iter(self.devices), "")
                problem = self._problem(rest, device)
                connection.sendall(b"FAIL%04x%s" % (len(problem), problem.encode()) if problem else b"OKAY")
                if problem:
                    return
            elif service == "shell" and device:
                connection.sendall(b"OKAY" + self._shell(device, rest).encode())
                return
            else:
                connection.sendall(b"FAIL0007unknown")
                return

    def _problem(self, request: str, device: str) -> str:
        if "any" in request and len(self.devices) != 1:
            return "more than one device" if self.devices else "no devices/emulators found"
        state = self.devices.get(device)
        return "" if state == "device" else f"device {state}." if state else f"device '{device}' not found"

    def _shell(self, device: str, line: str) -> str:
        command, _, echo = line.partition("; echo ")
        key = command.removeprefix("input keyevent ")
        if key == "KEYCODE_NONSENSE":
            return "Error: Unknown keycode: KEYCODE_NONSENSE\r\n" + echo.replace("$?", "255") + "\r\n"
        if key == "KEYCODE_KILLED":
            return echo.replace("$?", "137") + "\r\n"
        self.pressed.append((device, key))
        return echo.replace("$?", "0") + "\r\n"


class FakeIrNetBox(WireBox):
    """An irNetBox of a model; `sent` notes output, strength and signal."""

    def __init__(self, model: int = 8) -> None:
        super().__init__()
        self.model = model
        self.refuses = 0
        self.sent: list[tuple[int, int, bytes]] = []
        self.powered = False

    def talk(self, connection: socket.socket) -> None:
        while True:
            mark, size, kind = struct.unpack(">cHB", self.read(connection, 4))
            data = self.read(connection, size) if size else b""
            assert mark == b"#"
            answer = b""
            if kind == 0x09:
                answer = bytes(10) + struct.pack("<H", self.model)
            elif kind == 0x05:
                self.powered = True
            elif kind == 0x30 and self.powered:
                number, _delay = struct.unpack(">HH", data[:4])
                answer = struct.pack("<HBB", number, self.refuses, 0 if self.refuses else 1)
            else:
                kind = 0x01
            connection.sendall(struct.pack(">HB", len(answer), kind) + answer)
            if kind == 0x30 and not self.refuses:
                [output] = [place for place, strength in enumerate(data[4:20], 1) if strength]
                self.sent.append((output, data[3 + output], data[20:]))
                connection.sendall(struct.pack(">HBH", 2, 0x31, number))
