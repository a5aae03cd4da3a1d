"""The rules of a remote, tried on a real one."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qarunner.protocols import HoldingRemote
from qarunner.testing.rig import DriverRig
from qarunner.testing.rules import CLOSE_LIMIT, OPEN_LIMIT, Trial

if TYPE_CHECKING:
    from qarunner.opening import ResolvedDriver

METHODS = ("open", "keys", "press", "close")
KEY_LIMIT = 10.0


def check_remote(
    uri: str, *, key: str = "", plugin: object | None = None, pack: Path | None = None, **options: Any
) -> None:
    """Check a remote driver: opens, names its keys, presses (and holds) one, closes twice, opens again.

    :param uri: as in the configuration of a node.
    :param key: to press; default the first of the remote's keys that is not the power key.
    :param plugin: a module with hooks, for one that is not installed.
    :param pack: what relative file names are relative to; default the working directory.
    :param options: as they would stand in the driver's table in ``qarunner.toml``.
    :raises AssertionError: names every rule it breaks.
    """
    resolved = DriverRig(pack or Path.cwd(), plugin).resolve("remote", uri, **options)
    with Trial(resolved, METHODS) as trial:
        trial.resources()
        remote = trial.make()
        trial.call("close() before open()", remote.close, CLOSE_LIMIT)
        trial.call("open()", remote.open, OPEN_LIMIT)
        chosen = _look_at_keys(trial, resolved, remote, key)
        _look_at_holding(trial, resolved, remote)
        _press(trial, remote, chosen)
        trial.faults(remote)
        trial.close_twice(remote)
        trial.call("open() after close()", remote.open, OPEN_LIMIT)
        trial.call(f"press({chosen!r}) after reopening", lambda: remote.press(chosen), KEY_LIMIT)
        trial.call("close()", remote.close, CLOSE_LIMIT)


def _look_at_keys(trial: Trial, resolved: ResolvedDriver, remote: Any, key: str) -> str:
    """Look at the keys and return one to press."""
    keys = trial.call("keys()", remote.keys, KEY_LIMIT)
    if keys is None:
        return key or "KEY_OK"
    if isinstance(keys, str) or not isinstance(keys, Collection) or not all(isinstance(k, str) and k for k in keys):
        trial.stop(f"keys() gives {keys!r}, not a collection of names, or None for any")
    if not keys:
        trial.stop("keys() gives no key at all; give None when the remote takes any")
    described = resolved.driver.keys
    undescribed = sorted(set(keys) - set(described if described is not None else keys))
    trial.rule(not undescribed, f"keys() gives {undescribed}, which the driver's description does not list")
    trial.rule(not key or key in keys, f"keys() does not give {key!r}, which the check was to press")
    return key or next((name for name in keys if name != "KEY_POWER"), next(iter(keys)))


def _look_at_holding(trial: Trial, resolved: ResolvedDriver, remote: Any) -> None:
    """Compare what the description says of holding keys with what the remote can do."""
    can, says = isinstance(remote, HoldingRemote), resolved.driver.holds_keys
    if says is None:
        return
    trial.rule(can or not says, "its description says holds_keys=True, but it has no keydown() and keyup()")
    trial.rule(says or not can, "it has keydown() and keyup(), but its description does not say holds_keys=True")


def _press(trial: Trial, remote: Any, key: str) -> None:
    trial.call(f"press({key!r})", lambda: remote.press(key), KEY_LIMIT)
    if isinstance(remote, HoldingRemote):
        trial.call(f"keyup({key!r}) of a key that is not down", lambda: remote.keyup(key), KEY_LIMIT)
        trial.call(f"keydown({key!r})", lambda: remote.keydown(key), KEY_LIMIT)
        trial.call(f"keyup({key!r})", lambda: remote.keyup(key), KEY_LIMIT)
