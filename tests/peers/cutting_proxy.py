"""A TCP proxy that cuts connections in the middle of what they carry, as bad networks do."""

from __future__ import annotations

import contextlib
import socket
import threading


class CuttingProxy:
    """Passes everything on to a port of this machine, until told to cut.

    `cut_after`: bytes of an answer after which its connection is cut; None to cut none. `cuts`: how many there were.
    `asked`: all that clients have sent through it.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut_after: int | None = None
        self.cuts = 0
        self.asked = b""
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Accept no more."""
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                threading.Thread(target=self._pass, args=(client, server, False), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, cutting: bool) -> None:  # noqa: FBT001 - a thread's argument
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                self.asked += b"" if cutting else data
                limit = self.cut_after if cutting else None
                if limit is not None and passed + len(data) > limit:
                    target.sendall(data[: max(0, limit - passed)])
                    self.cuts += 1
                    break
                target.sendall(data)
                passed += len(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
