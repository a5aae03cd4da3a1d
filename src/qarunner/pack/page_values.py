"""What a page object's property says, as JSON that is equal whenever the page says the same."""

from __future__ import annotations

import enum
import math
import re
from typing import Any

DEEPEST = 6
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value without what differs from one run to the next: times, memory addresses, pixels."""
    if isinstance(value, enum.Enum):
        return str(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else repr(value)
    is_named_tuple = hasattr(value, "_fields")  # Region and Position are: they say more with their names
    if isinstance(value, dict | list | tuple | set | frozenset) and depth < DEEPEST and not is_named_tuple:
        return _plain_container(value, depth + 1)
    return _plain_object(value)


def _plain_container(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        return {str(key): plain(item, depth) for key, item in value.items()}
    items = [plain(item, depth) for item in value]
    return sorted(items, key=repr) if isinstance(value, set | frozenset) else items


def _plain_object(value: Any) -> Any:
    import numpy
    import stbt_core

    if isinstance(value, numpy.generic):
        return plain(value.item())
    if isinstance(value, numpy.ndarray):
        return f"array {'x'.join(str(length) for length in value.shape)}"
    if isinstance(value, stbt_core.FrameObject):
        return {"page": type(value).__name__, "is_visible": bool(value)}
    if hasattr(value, "region") and hasattr(value, "frame"):  # a result of match, match_text or detect_motion
        return {"match": bool(value), "region": plain(value.region)}
    return _ADDRESS.sub("", repr(value))
