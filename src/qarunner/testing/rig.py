"""Opens drivers for tests as an exporter would: by URI, with checked options, all of one test as those of one node."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import pytest

from qarunner.errors import ConfigurationError
from qarunner.hookspecs import NAME
from qarunner.node_config import DriverConfig, NodeConfig
from qarunner.opening import ResolvedDriver, resolve_driver
from qarunner.plugins import Plugins

if TYPE_CHECKING:
    from qarunner.protocols import Browser, Capability, Capture, HoldingRemote, Power

NODE = "test-node"


class DriverRig:
    """A node made for one test: drivers opened on it share what the drivers of one node share.

    :param pack: the folder to which relative file names in addresses are relative.
    :param plugin: a module or object with hooks, to test a plugin that is not installed; otherwise the installed ones.
    """

    def __init__(self, pack: Path, plugin: object | None = None) -> None:
        self._pack = pack
        self._plugins: Plugins | None = None
        self._plugin = plugin
        self._shared: dict[str, Any] = {}

    @overload
    def __call__(
        self, capability: Literal["capture"], uri: str, *, plugin: object | None = None, **options: Any
    ) -> AbstractContextManager[Capture]: ...
    @overload
    def __call__(
        self, capability: Literal["remote"], uri: str, *, plugin: object | None = None, **options: Any
    ) -> AbstractContextManager[HoldingRemote]: ...
    @overload
    def __call__(
        self, capability: Literal["power"], uri: str, *, plugin: object | None = None, **options: Any
    ) -> AbstractContextManager[Power]: ...
    @overload
    def __call__(
        self, capability: Literal["browser"], uri: str, *, plugin: object | None = None, **options: Any
    ) -> AbstractContextManager[Browser]: ...
    def __call__(
        self, capability: Capability, uri: str, *, plugin: object | None = None, **options: Any
    ) -> AbstractContextManager[Any]:
        """Open the driver of a URI for the length of a ``with`` block, which gets the opened driver.

        :param options: as they would stand in the driver's table in ``qarunner.toml``.
        :raises ConfigurationError: no plugin offers such a driver, or an option is not usable.
        :raises DeviceError: the driver's own, when it cannot be opened.
        """
        return self._opened(self.resolve(capability, uri, plugin=plugin, **options))

    @contextlib.contextmanager
    def _opened(self, resolved: ResolvedDriver) -> Iterator[Any]:
        driver = resolved.open()
        try:
            driver.open()
            yield driver
        finally:
            driver.close()

    def resolve(
        self, capability: Capability, uri: str, *, plugin: object | None = None, **options: Any
    ) -> ResolvedDriver:
        """Find the driver of a URI and check its options; nothing is opened.

        :raises ConfigurationError: no plugin offers such a driver, or an option is not usable.
        :raises PluginError: the plugin that might offer it is broken.
        """
        plugins = self._load(self._plugin if plugin is None else plugin)
        config = DriverConfig(uri=uri, options=options, fetched=tuple(options))  # a test may hold secrets of its own
        try:
            return resolve_driver(plugins, NodeConfig(id=NODE, pack=str(self._pack)), capability, config, self._shared)
        except ConfigurationError:
            plugins.check()
            raise

    def _load(self, plugin: object | None) -> Plugins:
        if plugin is not None:
            installed = [entry_point.name for entry_point in metadata.entry_points(group=NAME)]
            plugins = Plugins(blocked=installed)
            plugins.register(plugin, str(getattr(plugin, "__name__", type(plugin).__name__)))
            return plugins
        if self._plugins is None:
            self._plugins = Plugins()
        return self._plugins


@pytest.fixture
def driver_rig(tmp_path: Path) -> DriverRig:
    """Give a test the means to open drivers by URI; see `DriverRig`."""
    return DriverRig(tmp_path)
