"""Ctrl-C and SIGTERM while a job is begun and followed: neither comes between a job's beginning and knowing of it."""

from __future__ import annotations

import signal
import threading
from typing import Any, Self


class Interrupts:
    """Within a with block both signals raise KeyboardInterrupt, except from `hold` to `release`, which then does."""

    def __init__(self) -> None:
        self._held = self._came = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def hold(self) -> None:
        """Keep back what comes from now on."""
        self._held = True

    def release(self) -> None:
        """Let through what was kept back."""
        self._held = False
        if self._came:
            self._came = False
            raise KeyboardInterrupt

    def _take(self, _number: int, _frame: object) -> None:
        if not self._held:
            raise KeyboardInterrupt
        self._came = True
