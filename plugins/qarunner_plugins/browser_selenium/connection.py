"""A connection to a browser by a WebSocket: commands with answers, and events, as DevTools and WebDriver BiDi have."""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import websocket

from qarunner import DeviceLostError

from .page import GONE_ADVICE

ANSWER_LIMIT = 8.0
CONNECT_LIMIT = 10.0


class CommandError(Exception):
    """The browser refused a command."""


class Connection:
    """A connection to one WebSocket of a browser.

    :param address: returns the WebSocket's; it may have to be asked for.
    :param on_event: called with (method, parameters) on the connection's own thread; without a method: it has ended.
    :param name: of the browser, for errors.
    :param answer_limit: seconds within which a command must be answered.
    """

    def __init__(
        self,
        address: Callable[[], str],
        on_event: Callable[[str, dict[str, Any]], None],
        name: str,
        answer_limit: float = ANSWER_LIMIT,
    ) -> None:
        self._name = name
        self._answer_limit = answer_limit
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._answers: dict[int, queue.SimpleQueue[dict[str, Any] | None]] = {}
        self._lock = threading.Lock()
        self.lost = ""
        try:
            self._socket = websocket.create_connection(
                address(),
                timeout=CONNECT_LIMIT,
                suppress_origin=True,
                http_no_proxy=["*"],
                max_size=None,
                # It goes through each byte in Python: 80 ms for a busy picture. The JSON decoder looks at them anyway.
                skip_utf8_validation=True,
            )
        except (OSError, websocket.WebSocketException, msgspec.DecodeError) as error:
            problem = f"{name}: it does not let itself be watched: {error}"
            raise DeviceLostError(problem, "The browser has probably crashed; it is started again") from error
        self._socket.settimeout(None)
        threading.Thread(target=self._listen, name="devtools", daemon=True).start()

    def send(self, method: str, **parameters: Any) -> None:
        """Send a command and do not wait for its answer."""
        self._send(next(self._numbers), method, parameters)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result.

        :raises CommandError: it was refused. :raises DeviceLostError: the browser is gone or does not answer.
        """
        number = next(self._numbers)
        answers = self._answers[number] = queue.SimpleQueue()
        try:
            self._send(number, method, parameters)
            answer = answers.get(timeout=self._answer_limit)
        except queue.Empty:
            problem = f"{self._name} has not answered {method} within {self._answer_limit:g} s"
            raise DeviceLostError(problem, "Its page keeps it busy, or this machine is overloaded") from None
        finally:
            self._answers.pop(number, None)
        if answer is None:
            raise self.loss()
        if "error" in answer:
            details = answer["error"] if isinstance(answer["error"], dict) else answer  # DevTools, BiDi
            raise CommandError(f"{method}: {details.get('message', details)}")
        result: dict[str, Any] = answer["result"]
        return result

    def loss(self) -> DeviceLostError:
        """Return the error that says that the browser is gone."""
        problem = f"{self._name} is gone: {self.lost or 'its connection is closed'}"
        return DeviceLostError(problem, GONE_ADVICE)

    def close(self) -> None:
        """End the connection."""
        with contextlib.suppress(Exception):
            self._socket.close(timeout=0)
        self._end("it was closed")

    def _send(self, number: int, method: str, parameters: dict[str, Any]) -> None:
        text = msgspec.json.encode({"id": number, "method": method, "params": parameters}).decode()
        try:
            self._socket.send(text)
        except (OSError, websocket.WebSocketException) as error:
            self._end(str(error))
            raise self.loss() from error

    def _listen(self) -> None:
        reason = "it ended"
        try:
            while text := self._socket.recv():
                message = msgspec.json.decode(text)
                if "id" in message:
                    if answers := self._answers.get(message["id"]):
                        answers.put(message)
                else:
                    self._on_event(message["method"], message["params"])
        except (OSError, websocket.WebSocketException, msgspec.DecodeError) as error:
            reason = str(error) or type(error).__name__
        finally:
            self._end(reason)

    def _end(self, reason: str) -> None:
        with self._lock:
            first, self.lost = not self.lost, self.lost or reason
        if first:
            for answers in list(self._answers.values()):
                answers.put(None)
            self._on_event("", {})
