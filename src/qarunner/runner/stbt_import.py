"""Makes ``import stbt_core`` find the session's device, and ``import stbt`` work where no such package is installed.

Nothing of stbt_core is imported until the test pack imports it: it costs half a second.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, NoReturn

from qarunner.errors import QarunnerError

VENDOR_ONLY = {
    "AppleTV", "AudioChunk", "FrameObjectTransition", "RmsVolumeResult", "Roku", "VolumeChangeDirection",
    "VolumeChangeTimeout", "audio_chunks", "detect_pages", "find_file_in_test_pack", "find_regions_by_color",
    "find_selection_from_background", "get_rms_volume", "navigate_1d", "navigate_grid", "pdu", "play_audio_file",
    "prometheus", "segment", "wait_for_content_start", "wait_for_volume_change",
}  # fmt: skip
"""Names that only the vendor's platform has."""


class StbtFinder(importlib.abc.MetaPathFinder):
    """Stands first on ``sys.meta_path`` while a session with a node runs.

    :param prepare: called once with the module when stbt_core has been imported.
    """

    def __init__(self, prepare: Callable[[ModuleType], None]) -> None:
        self._prepare = prepare
        self._searching = False

    def install(self) -> None:
        """Begin; a stbt_core that is already imported is prepared at once."""
        sys.meta_path.insert(0, self)
        if "stbt_core" in sys.modules:
            self._prepare(sys.modules["stbt_core"])

    def remove(self) -> None:
        """End, and take our ``stbt`` away again."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        if isinstance(sys.modules.get("stbt"), StbtAlias):
            del sys.modules["stbt"]

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find ``stbt_core`` and ``stbt``; leave all other names to the others."""
        if self._searching or name not in ("stbt", "stbt_core"):
            return None
        self._searching = True
        try:
            real = importlib.util.find_spec(name)
        finally:
            self._searching = False
        if name == "stbt" and real is None:
            return importlib.machinery.ModuleSpec(name, _AliasLoader())
        if name == "stbt_core" and real is not None and real.loader is not None:
            real.loader = _PreparingLoader(real.loader, self._prepare)
        return real


class _PreparingLoader(importlib.abc.Loader):
    def __init__(self, real: Any, prepare: Callable[[ModuleType], None]) -> None:
        self._real, self._prepare = real, prepare

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self._real.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        self._real.exec_module(module)
        self._prepare(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class VendorOnly:
    """Stands for a name of the vendor's platform: it can be imported, and says what it is when it is used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _refuse(self) -> NoReturn:
        raise QarunnerError(
            f"stbt.{self._name} exists only on the vendor's platform, not in the open stbt_core",
            "docs/how-to/bring-a-stb-tester-pack.md says what to use instead",
        )

    def __call__(self, *_arguments: object, **_keywords: object) -> NoReturn:
        """Refuse."""
        self._refuse()

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()


class StbtAlias(ModuleType):
    """``stbt``: everything stbt_core has, and a clear word for what only the vendor's platform has."""

    def __getattr__(self, name: str) -> Any:
        if name == "stop_job":
            return importlib.import_module("qarunner.runner.api").stop_job
        core = importlib.import_module("stbt_core")
        if hasattr(core, name):
            return getattr(core, name)
        if name in VENDOR_ONLY:
            return VendorOnly(name)
        raise AttributeError(f"module 'stbt' has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        return [*dir(importlib.import_module("stbt_core")), "stop_job"]


class _AliasLoader(importlib.abc.Loader):
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return StbtAlias(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        core = importlib.import_module("stbt_core")
        module.__doc__ = "The open stbt_core under the name that test packs use."
        module.__dict__["__all__"] = [*core.__all__, "stop_job"]
