"""Gives stbt_core its configuration and its device for a session, and takes both away again."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from qarunner.pack.stbt_config import applied, stbt_environment


class StbtSettings:
    """Applied once per session, when stbt_core is first imported.

    :param pack: root of the test pack, or None.
    :param tags: what ``get_config("result.tags", name)`` finds.
    """

    def __init__(self, pack: Path | None, node: str, tags: Mapping[str, str]) -> None:
        self._pack, self._node, self._tags = pack, node, tags
        self._undo = contextlib.ExitStack()

    def prepare(self, stbt_core: Any, device: object) -> None:
        """Configure the library and put `device` behind its functions.

        The library's own context manager for this never restores the former device.
        """
        folder = Path(self._undo.enter_context(tempfile.TemporaryDirectory(prefix="qarunner-")))
        variables = stbt_environment(folder, self._pack, self._node, self._tags, overrides=VERBOSE)
        self._undo.enter_context(applied(variables))
        former = stbt_core._dut  # noqa: SLF001 - the library's one seam
        stbt_core._dut = device  # noqa: SLF001 - as above
        stbt_core.TEST_PACK_ROOT = str(self._pack) if self._pack else None
        self._undo.callback(_set_device, stbt_core, former)

    def restore(self) -> None:
        """Undo all of it."""
        self._undo.close()


VERBOSE = {"global": {"verbose": "1"}}
"""stbt_core says what it matches and presses only then; the log of a result wants it."""


def _set_device(stbt_core: ModuleType, device: object) -> None:
    stbt_core._dut = device  # type: ignore[attr-defined]  # noqa: SLF001 - the library's one seam
