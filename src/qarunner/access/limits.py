"""Limits, counted in this process's memory: wrong passwords per minute, and requests at once per token.

A client that sends one request after the other is never limited, however quick it is: only requests that overlap with
another one of the same token are counted.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from qarunner.access.errors import TooManyRequestsError

WRONG_PASSWORDS = 100
"""Per minute, from one address or for one user."""
MINUTE = 60.0
MOST_KEYS = 10_000
"""Addresses, users and tokens remembered at a time."""

Clock = Callable[[], float]


class PasswordLimit:
    """Counts wrong passwords, whichever door they came to. Unknown users count like known ones."""

    def __init__(self, most: int = WRONG_PASSWORDS, window: float = MINUTE, clock: Clock = time.monotonic) -> None:
        self._most = most
        self._window = window
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: dict[str, deque[float]] = {}

    def check(self, *keys: str) -> None:
        """Raise `TooManyRequestsError` when any of the keys had too many wrong passwords."""
        now = self._clock()
        with self._lock:
            waits = [self._wait(key, now) for key in keys]
        if wait := max(waits, default=0.0):
            raise TooManyRequestsError("there were too many wrong passwords", wait)

    def count(self, *keys: str) -> None:
        """Note a wrong password."""
        now = self._clock()
        with self._lock:
            for key in keys:
                self._wrong.setdefault(key, deque(maxlen=self._most)).append(now)
            if len(self._wrong) > MOST_KEYS:
                self._forget(now)

    def _wait(self, key: str, now: float) -> float:
        times = self._wrong.get(key)
        if times is None or len(times) < self._most:
            return 0.0
        return max(0.0, times[0] + self._window - now)

    def _forget(self, now: float) -> None:
        self._wrong = {key: times for key, times in self._wrong.items() if times[-1] + self._window > now}
        while len(self._wrong) > MOST_KEYS:
            del self._wrong[next(iter(self._wrong))]


@dataclass(frozen=True)
class Allowance:
    """How many overlapping requests a token may make: `burst` at once, then `rate` per second."""

    burst: float
    rate: float


ORDINARY = "ordinary"
ARTIFACTS = "artifacts"
UNLIMITED = "unlimited"
ALLOWANCES: Mapping[str, Allowance] = {ORDINARY: Allowance(300, 50), ARTIFACTS: Allowance(5000, 500)}


@dataclass
class _Bucket:
    left: float
    filled: float
    under_way: int = 0


class RequestLimit:
    """Token buckets, one per key and kind of request."""

    def __init__(
        self, allowances: Mapping[str, Allowance] = ALLOWANCES, clock: Clock = time.monotonic, most: int = MOST_KEYS
    ) -> None:
        self._allowances = allowances
        self._clock = clock
        self._most = most
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def begin(self, key: str, kind: str = ORDINARY) -> Callable[[], None]:
        """Let a request of `key` in; call what is returned when it is over.

        :raises TooManyRequestsError: too many overlap.
        """
        allowance = self._allowances.get(kind)
        if allowance is None:
            return _nothing
        now = self._clock()
        with self._lock:
            bucket = self._buckets.get((key, kind))
            if bucket is None:
                self._make_room(now)
                bucket = self._buckets[key, kind] = _Bucket(allowance.burst, now)
            bucket.left = min(allowance.burst, bucket.left + (now - bucket.filled) * allowance.rate)
            bucket.filled = now
            if bucket.under_way:
                if bucket.left < 1:
                    wait = (1 - bucket.left) / allowance.rate
                    raise TooManyRequestsError("too many requests are made with this token at once", wait)
                bucket.left -= 1
            bucket.under_way += 1
        return _Once(lambda: self._end(bucket))

    def _end(self, bucket: _Bucket) -> None:
        with self._lock:
            bucket.under_way -= 1

    def _make_room(self, now: float) -> None:
        if len(self._buckets) < self._most:
            return
        for name, bucket in list(self._idle(now)):
            if not bucket.under_way:
                del self._buckets[name]

    def _idle(self, now: float) -> Iterable[tuple[tuple[str, str], _Bucket]]:
        for (key, kind), bucket in self._buckets.items():
            allowance = self._allowances[kind]
            if bucket.left + (now - bucket.filled) * allowance.rate >= allowance.burst:
                yield (key, kind), bucket


class _Once:
    """Calls what it was given the first time it is called."""

    def __init__(self, what: Callable[[], None]) -> None:
        self._what: Callable[[], None] | None = what

    def __call__(self) -> None:
        what, self._what = self._what, None
        if what is not None:
            what()


def _nothing() -> None:
    return None
