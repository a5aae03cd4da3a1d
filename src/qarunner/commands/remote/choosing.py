"""Which testcases are meant by the words of a command line: names, files and folders, as pytest takes them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from qarunner.errors import ConfigurationError, nearest

COMPARED = 5000
"""Names that are looked through for one that may have been meant."""


def choose(words: Sequence[str], known: Sequence[str], root: Path | None, here: Path) -> list[str]:
    """Return the names that are meant, each once, in the order of the words.

    :param words: such as ``tests/menu.py::test_x``, ``tests/menu.py`` or ``tests``; none for all.
    :param known: the names of all testcases.
    :param root: of the test pack on this machine, None when it is not here; paths are then from its root.
    :param here: the folder that paths are from, when they are not from the root.
    :raises ConfigurationError: nothing is meant by one of them; names the nearest.
    """
    if not known:
        raise ConfigurationError(
            "the test pack has no testcases", "See `qarunner tests`: they are in tests/, features/"
        )
    chosen: dict[str, None] = dict.fromkeys(known if not words else ())
    for word in words:
        places = _places(word, root, here) if word else []
        meant = ([name for name in known if _means(place, name)] for place in places)
        found = next(filter(None, meant), [])
        if not found:
            guess = nearest(places[0] if places else "", known[:COMPARED])
            raise ConfigurationError(f"no testcase is meant by {word!r}", guess or "`qarunner tests` lists them all")
        chosen.update(dict.fromkeys(found))
    return list(chosen)


def _places(word: str, root: Path | None, here: Path) -> list[str]:
    """Return what a word may be, from the pack's root: where it is from here comes first."""
    path, colons, name = word.partition("::")
    from_root = os.path.normpath(path) if path else path
    places = [from_root]
    if root is not None:
        from_here = os.path.relpath(here / path, root)
        if (here / path).exists() and not from_here.startswith(".."):
            places.insert(0, from_here)
    return [f"{place}{colons}{name}" for place in dict.fromkeys(places)]


def _means(place: str, name: str) -> bool:
    return place in (".", name) or name.startswith((f"{place}::", f"{place}/"))
