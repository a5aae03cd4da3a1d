"""The rules of any driver for bad days: the device is not there, hangs, or dies while it is used."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qarunner.errors import ConfigurationError, DeviceError, QarunnerError
from qarunner.testing.rig import DriverRig
from qarunner.testing.rules import OPEN_LIMIT, Trial

if TYPE_CHECKING:
    from qarunner.protocols import Capability

METHODS = ("open", "close")
USE_LIMIT = 10.0


def check_unreachable(
    capability: Capability,
    uri: str,
    *,
    mentions: Collection[str],
    plugin: object | None = None,
    pack: Path | None = None,
    **options: Any,
) -> None:
    """Check what a driver says when its device cannot be opened: not there, refusing, hanging, wrong credentials.

    :param mentions: words that the error must have, such as the address.
    :param plugin: a module with hooks, for one that is not installed.
    :param pack: what relative file names are relative to; default the working directory.
    :param options: as they would stand in the driver's table in ``qarunner.toml``.
    :raises AssertionError: names every rule it breaks.
    """
    resolved = DriverRig(pack or Path.cwd(), plugin).resolve(capability, uri, **options)
    with Trial(resolved, METHODS) as trial:
        driver: Any = None
        try:
            driver = trial.call("making it", resolved.open, OPEN_LIMIT, (ConfigurationError,))
            trial.call("open()", driver.open, trial.open_limit, (DeviceError, ConfigurationError))
        except (DeviceError, ConfigurationError) as error:
            _look_at_error(trial, error, "open()", mentions)
        else:
            trial.violation("open() has succeeded, though the device cannot be used")
        if driver is not None:
            trial.close_twice(driver)


def check_trouble(  # noqa: PLR0913 - all but two are given by name
    capability: Capability,
    uri: str,
    *,
    use: Callable[[Any], object],
    trouble: Callable[[], object],
    mend: Callable[[], object] | None = None,
    mentions: Collection[str] = (),
    patience: float = 10.0,
    use_limit: float = USE_LIMIT,
    plugin: object | None = None,
    pack: Path | None = None,
    **options: Any,
) -> None:
    """Check what a driver does when its device dies or hangs while it is used, and whether it comes back afterwards.

    :param use: uses the opened driver once, such as ``lambda remote: remote.press("KEY_OK")``; of a browser it gets
        the WebDriver.
    :param trouble: kills the device, or makes it hang.
    :param mend: brings it back, so that `open` must succeed again.
    :param mentions: words that the error must have, such as the address.
    :param patience: seconds within which the trouble must be noticed by somebody who goes on using the driver.
    :param use_limit: seconds within which each use must come back.
    :param plugin: a module with hooks, for one that is not installed.
    :param pack: what relative file names are relative to; default the working directory.
    :param options: as they would stand in the driver's table in ``qarunner.toml``.
    :raises AssertionError: names every rule it breaks.
    """
    resolved = DriverRig(pack or Path.cwd(), plugin).resolve(capability, uri, **options)
    with Trial(resolved, METHODS) as trial:
        driver = trial.make()
        used = _opened(trial, capability, driver, "open()")
        trial.call("using it", lambda: use(used), use_limit)
        trouble()
        deadline = time.monotonic() + patience
        while True:
            try:
                trial.call("using it in trouble", lambda: use(used), use_limit, (DeviceError,))
            except DeviceError as error:
                _look_at_error(trial, error, "using it in trouble", mentions)
                break
            if time.monotonic() > deadline:
                trial.violation(f"{patience:g} s after the trouble began it has not noticed")
                break
        trial.close_twice(driver)
        if mend is not None:
            mend()
            again = _opened(trial, capability, driver, "open() after the trouble")
            trial.call("using it after the trouble", lambda: use(again), use_limit)
            trial.call("close()", driver.close, trial.close_limit)


def _opened(trial: Trial, capability: Capability, driver: Any, doing: str) -> Any:
    """Open the driver and return what is used: the driver itself, or the WebDriver of a browser."""
    given = trial.call(doing, driver.open, trial.open_limit)
    return given if capability == "browser" else driver


def _look_at_error(trial: Trial, error: QarunnerError, doing: str, mentions: Collection[str]) -> None:
    for word in mentions:
        trial.rule(word in str(error), f"{doing}: the error does not say {word!r}: {error}")
    trial.rule(error.advice, f"{doing}: the error does not say what to try: {error}")
