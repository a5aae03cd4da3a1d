"""Keeps a plugin's mistakes its own: whatever a hook raises, or how long it takes, the error names the plugin."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from qarunner.errors import PluginError, QarunnerError

OptionsType = TypeVar("OptionsType")

HOOK_LIMITS: dict[str, float] = {
    "qa_drivers": 10.0,
    "qa_nodes": 10.0,
    "qa_reporters": 10.0,
    "qa_commands": 10.0,
    "qa_testcase_sources": 10.0,
    "qa_device_info": 30.0,
}
"""Seconds a hook may take. A hook that is not listed runs on the caller's thread without a limit."""

IMPORT_LIMIT = 30.0


def advice_to_block(plugin: str) -> str:
    """Return how to go on without the plugin."""
    return f"Mend or update it, or run without it: --qa-block={plugin} or QARUNNER_BLOCK_PLUGINS={plugin}"


@contextlib.contextmanager
def naming(plugin: str, doing: str) -> Iterator[None]:
    """Turn any exception into a `PluginError` which names the plugin; errors that already explain themselves pass."""
    try:
        yield
    except QarunnerError:
        raise
    except Exception as error:
        problem = f"plugin {plugin!r} failed in {doing}: {type(error).__name__}: {error}"
        raise PluginError(problem, advice_to_block(plugin)) from error


def run_limited(plugin: str, doing: str, limit: float, function: Callable[[], Any]) -> Any:
    """Run `function` on a thread of its own for at most `limit` seconds and return what it returns.

    :raises PluginError: it raised, or has not come back (it is then left behind on its daemon thread).
    """
    outcome: list[tuple[bool, Any]] = []

    def work() -> None:
        try:
            outcome.append((True, function()))
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            outcome.append((False, error))

    thread = threading.Thread(target=work, name=f"{plugin}: {doing}", daemon=True)
    thread.start()
    thread.join(limit)
    if not outcome:
        problem = f"plugin {plugin!r} has not come back from {doing} within {limit:g} s"
        raise PluginError(problem, advice_to_block(plugin))
    succeeded, value = outcome[0]
    if succeeded:
        return value
    if not isinstance(value, Exception):  # it has ended its thread, which must not end this one
        problem = f"plugin {plugin!r} ended {doing} with {type(value).__name__}: {value}"
        raise PluginError(problem, advice_to_block(plugin)) from value
    with naming(plugin, doing):
        raise value


def guarded(plugin: str, hook: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` with the guard around it: limited in time where the hook has a limit, else only named."""
    limit = HOOK_LIMITS.get(hook)

    def call(*arguments: Any) -> Any:
        if limit is None:
            with naming(plugin, hook):
                return function(*arguments)
        return run_limited(plugin, hook, limit, lambda: _drained(function(*arguments)))

    return call


def checked_options(plugin: str, given: Mapping[str, Any], kind: type[OptionsType]) -> OptionsType:
    """Return the typed options of a driver or reporter from what the configuration gives.

    :raises msgspec.ValidationError: a value does not fit; says which.
    :raises PluginError: the plugin's own options class is not usable.
    """
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError:
        raise
    except Exception as error:
        raise PluginError(
            f"plugin {plugin!r} declares options that cannot be: {error}", advice_to_block(plugin)
        ) from error


def _drained(value: Any) -> Any:
    """Run a generator to its end here, where its exceptions still have a plugin's name."""
    return list(value) if isinstance(value, Iterator) else value


class Tracer:
    """Prints every hook call and what it returned, as pluggy's call monitoring reports them."""

    def __init__(self) -> None:
        self._started: list[float] = []

    def before(self, hook: str, implementations: Any, arguments: Any) -> None:
        """Called by pluggy before a hook's implementations run."""
        names = ", ".join(implementation.plugin_name for implementation in implementations) or "nobody"
        sys.stderr.write(f"{hook}({', '.join(arguments)}) -> {names}\n")
        self._started.append(time.perf_counter())

    def after(self, outcome: Any, hook: str, _implementations: Any, _arguments: Any) -> None:
        """Called by pluggy afterwards."""
        milliseconds = (time.perf_counter() - self._started.pop()) * 1000
        answer = f"raised {outcome.exception!r}" if outcome.exception else repr(outcome.get_result())
        sys.stderr.write(f"{hook} took {milliseconds:.2f} ms: {answer[:200]}\n")
