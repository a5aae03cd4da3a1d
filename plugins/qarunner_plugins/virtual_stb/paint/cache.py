"""Keeps what was drawn before, and draws what will be wanted soon on a thread of its own."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar, cast

from .sprite import Sprite

_Made = TypeVar("_Made")
_UNKNOWN_SIZE = 64


class Cache:
    """The most recently used things, up to about `limit` bytes (things whose size is unknown count 64)."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._coming: dict[Hashable, Future[Any]] = {}
        self._workers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="virtual-stb-paint")

    def get(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """Return what `key` names, made by `make` when it is not there. The answer never depends on who made it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("_Made", self._kept[key][0])
            coming = self._coming.pop(key, None)
        # one that is still waiting in the queue is made here and now
        made = make() if coming is None or coming.cancel() else cast("_Made", coming.result())
        self._put(key, made)
        return made

    def ahead(self, key: Hashable, make: Callable[[], object]) -> None:
        """Begin to make what will be wanted soon."""
        with self._lock:
            if key not in self._kept and key not in self._coming:
                self._coming[key] = self._workers.submit(make)

    def _put(self, key: Hashable, made: object) -> None:
        size = _size(made)
        with self._lock:
            if key in self._kept:
                self._used -= self._kept.pop(key)[1]
            self._kept[key] = made, size
            self._used += size
            while self._used > self._limit and len(self._kept) > 1:
                self._used -= self._kept.popitem(last=False)[1][1]


def _size(made: object) -> int:
    if isinstance(made, Sprite):
        return made.colour.nbytes + made.keep.nbytes
    return int(getattr(made, "nbytes", _UNKNOWN_SIZE))
