"""What stbt_core finds in the frames (matches, texts, motion), noted once each time the answer changes.

A test that waits for a picture asks thirty times a second; the timeline wants "not there from 1.2 s, there at 3.4 s".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

MOTION = "MotionResult"


class Annotations:
    """The sink which stbt_core draws on.

    :param note: called as ``note(monotonic time, kind, label, duration, data)``.
    """

    def __init__(self, note: Callable[..., None]) -> None:
        self._note = note
        self._open: dict[tuple[str, bool], tuple[float, float, dict[str, Any]]] = {}

    def draw(self, found: Any, duration_secs: float = 0, label: str = "") -> None:
        """Take one answer: a match result, a text match, a motion result, a searched region or a text to show."""
        now = time.monotonic()
        if isinstance(found, str):
            self._note(now, "note", found, duration_secs)
            return
        kind = type(found).__name__
        if kind == "SourceRegion":
            return
        image = getattr(found, "image", None)
        name = str(getattr(image, "relative_filename", None) or getattr(found, "text", None) or label or kind)
        taken = getattr(found, "time", None)
        when = now if taken is None else taken - (time.time() - now)
        self._answer(kind, name, matched=bool(found), when=when, region=getattr(found, "region", None))

    def _answer(self, kind: str, name: str, *, matched: bool, when: float, region: Any) -> None:
        self._close(name, not matched)
        first, _last, _data = self._open.get((name, matched), (when, when, {}))
        data: dict[str, Any] = {"image": name, "matched": matched, "by": kind}
        if kind == MOTION:
            data = {"moving": matched}
        if region is not None:
            data["region"] = [int(edge) if abs(edge) < float("inf") else None for edge in region]
        self._open[name, matched] = (first, when, data)

    def _close(self, name: str, matched: bool) -> None:  # noqa: FBT001 - the two halves of one key
        answer = self._open.pop((name, matched), None)
        if answer is not None:
            first, last, data = answer
            self._note(first, "motion" if "moving" in data else "match", name, last - first, data)

    def flush(self) -> None:
        """Note the answers that still stand."""
        for name, matched in list(self._open):
            self._close(name, matched)
