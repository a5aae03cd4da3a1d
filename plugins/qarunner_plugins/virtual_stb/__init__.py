"""A virtual set-top box: a small television to try qarunner on, without any hardware.

Its node ``virtual-stb`` is always there. The drivers ``capture = "virtual:"``, ``remote = "virtual:"`` and
``power = "virtual:"`` are three faces of one box.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from qarunner import hookimpl

if TYPE_CHECKING:
    from qarunner import Driver


@hookimpl
def qa_drivers() -> Iterable[Driver]:
    """The three drivers of the box."""
    from .description import DRIVERS

    return DRIVERS


@hookimpl
def qa_nodes() -> Mapping[str, Mapping[str, Any]]:
    """The node that needs no configuration."""
    from .content.identity import BUILD, MODEL

    return {
        "virtual-stb": {
            "capture": "virtual:",
            "remote": "virtual:",
            "power": "virtual:",
            "device": {"model": MODEL, "build": BUILD},
        }
    }
