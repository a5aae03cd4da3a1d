"""One namespace for keys: the names of Linux input events, ``KEY_OK``, whatever the device itself calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from qarunner.errors import UnknownKeyError, nearest

Code = TypeVar("Code")


def look_up_key(device: str, codes: Mapping[str, Code], key: str) -> Code:
    """Return what a device calls a key.

    :param device: how messages call the device, such as ``Roku 192.168.1.5:8060``.
    :param codes: the device's word for each key it has.
    :raises UnknownKeyError: it has no such key; names the nearest.
    """
    try:
        return codes[key]
    except KeyError:
        some = ", ".join(sorted(codes)[:8])
        advice = nearest(key, codes) or f"It has {some}, ..."
        raise UnknownKeyError(
            f"{device} has no key {key!r}", f"{advice} More can be given in the option `keys`"
        ) from None
