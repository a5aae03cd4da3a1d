"""Names as addresses write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set as AbstractSet
from itertools import count


def slug(name: str) -> str:
    """Return a name in small letters, digits and dashes; ``x`` where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "x"


def free_slug(name: str, taken: AbstractSet[str]) -> str:
    """Return the slug of a name; with a number where another thing has it."""
    first = slug(name)
    if first not in taken:
        return first
    return next(found for number in count(2) if (found := f"{first}-{number}") not in taken)
