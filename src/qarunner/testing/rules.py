"""How a driver is tried against the rules: with the limits an exporter sets, and all violations in one list."""

from __future__ import annotations

import functools
import queue
import threading
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Self

from qarunner.errors import QarunnerError
from qarunner.protocols import FaultInjector

if TYPE_CHECKING:
    from qarunner.opening import ResolvedDriver

OPEN_LIMIT = 20.0
CLOSE_LIMIT = 5.0
BROWSER_OPEN_LIMIT, BROWSER_CLOSE_LIMIT = 60.0, 20.0


class _Stop(Exception):  # noqa: N818 - not an error: the list of violations says what is wrong
    """Nothing further can be tried."""


class Trial:
    """One driver on trial. Use it as a context manager: leaving it raises what was violated.

    :param resolved: the driver with its options.
    :param methods: that the opened object must have.
    """

    def __init__(self, resolved: ResolvedDriver, methods: Collection[str]) -> None:
        self._resolved = resolved
        self._methods = methods
        self._violations: list[str] = []
        browser = resolved.context.capability == "browser"
        self.open_limit = BROWSER_OPEN_LIMIT if browser else OPEN_LIMIT
        self.close_limit = BROWSER_CLOSE_LIMIT if browser else CLOSE_LIMIT
        self._calls: queue.SimpleQueue[tuple[Callable[[], Any], queue.SimpleQueue[Any]] | None] = queue.SimpleQueue()
        # One thread for all calls, as in an exporter: libraries may be particular about that. A daemon: it may hang.
        threading.Thread(target=self._work, name="driver", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> bool:
        self._calls.put(None)
        if error is not None and not isinstance(error, _Stop):
            return False
        if self._violations:
            context = self._resolved.context
            listed = "\n".join(f"  - {violation}" for violation in self._violations)
            raise AssertionError(
                f"{context.capability} {context.uri} breaks the rules of a {context.capability}:\n{listed}"
            )
        return True

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            function, answers = call
            try:
                answers.put((function(), None))
            except BaseException as error:  # noqa: BLE001 - told in the caller's thread
                answers.put((None, error))

    def make(self) -> Any:
        """Make the driver's object, which touches no hardware yet, and look whether it has all methods."""
        driver = self.call("making it", self._resolved.open, OPEN_LIMIT)
        missing = [name for name in self._methods if not callable(getattr(driver, name, None))]
        if missing:
            self.stop(f"{type(driver).__name__} has no {', '.join(f'{name}()' for name in missing)}")
        return driver

    def rule(self, holds: object, violation: str) -> bool:
        """Note a violation unless `holds`; return whether it does."""
        if not holds:
            self._violations.append(violation)
        return bool(holds)

    def violation(self, violation: str) -> None:
        """Note a violation."""
        self._violations.append(violation)

    def stop(self, violation: str) -> None:
        """Note a violation after which nothing further can be tried."""
        self.violation(violation)
        raise _Stop

    def call(
        self, name: str, function: Callable[[], Any], limit: float, allowed: tuple[type[Exception], ...] = ()
    ) -> Any:
        """Call into the driver and return what it returns.

        An exception that is not `allowed`, and a call that does not come back within `limit` seconds, end the trial.
        """
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._calls.put((function, answers))
        try:
            answer, error = answers.get(timeout=limit)
        except queue.Empty:
            self.stop(f"{name} has not come back in {limit:g} s")
        if error is None:
            return answer
        if isinstance(error, allowed):
            raise error
        if isinstance(error, QarunnerError):
            self.stop(f"{name} failed: {error}")
        problem = f"{name} raised {type(error).__name__}: {error}"
        self.stop(f"{problem} (raise qarunner.DeviceError that says which device and what to try)")
        return None

    def close_twice(self, driver: Any) -> None:
        """Close a driver two times, as happens after trouble."""
        self.call("close()", driver.close, self.close_limit)
        self.call("close() a second time", driver.close, self.close_limit)

    def resources(self) -> None:
        """Look at the names of the hardware it would use."""
        first, second = (self.call("resources()", self._resolved.resources, OPEN_LIMIT) for _ in range(2))
        texts = isinstance(first, Collection) and not isinstance(first, str) and all(isinstance(r, str) for r in first)
        if self.rule(texts, f"resources() gives {first!r}, not a collection of names"):
            self.rule(
                sorted(first) == sorted(second), f"resources() gives {first!r}, then {second!r}: it must not change"
            )

    def faults(self, driver: Any) -> None:
        """Look at its faults, if it has any."""
        if not isinstance(driver, FaultInjector):
            return
        faults = self.call("faults()", driver.faults, OPEN_LIMIT)
        if not self.rule(isinstance(faults, Mapping), f"faults() gives {faults!r}, not names with sentences"):
            return
        for name, sentence in faults.items():
            self.rule(isinstance(sentence, str) and sentence, f"fault {name!r} has no sentence that says what it does")
            self.call(f"inject_fault({name!r}, 0)", functools.partial(driver.inject_fault, name, 0.0), OPEN_LIMIT)
