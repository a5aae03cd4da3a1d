"""The outcome rule: from how each phase of a testcase ended to pass, fail, error or skip. Pure.

In the call phase AssertionError, ``UITestFailure``, `pytest.fail`, an unmet `pytest.raises` and a strict xpass say that
the device is wrong: fail. Anything else, and any exception in set-up, teardown or a behave hook, says that the rig or
the test is wrong: error. An expected failure is a skip with its reason. A failed call outranks an error of the
teardown; both are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from qarunner.results import Failure, Outcome, Phase

STRICT_XPASS = "XPASS(strict)"


@dataclass(frozen=True)
class PhaseEnd:
    """How one phase ended, as pytest tells it.

    :param exception: what was raised; None when nothing was (a strict xpass raises nothing but is `failed`).
    :param skipped: the phase was skipped, or failed as expected.
    :param reason: of the skip or the expected failure.
    """

    phase: Phase
    failed: bool = False
    skipped: bool = False
    exception: BaseException | None = field(default=None, compare=False)
    reason: str = ""
    message: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class Verdict:
    """What the rule says: the outcome, all failures (the one that explains it first), the reason of a skip."""

    outcome: Outcome
    failures: tuple[Failure, ...] = ()
    reason: str = ""


def verdict(phases: Sequence[PhaseEnd]) -> Verdict:
    """Return the verdict on a testcase from all its phases, in the order they ran."""
    failures = sorted((_failure(end) for end in phases if end.failed), key=_rank)
    if failures:
        return Verdict(failures[0].outcome, tuple(failures))
    skipped = next((end for end in phases if end.skipped), None)
    if skipped is not None:
        return Verdict(Outcome.SKIP, reason=skipped.reason)
    return Verdict(Outcome.PASS)


def _failure(end: PhaseEnd) -> Failure:
    blames_device = end.phase is Phase.CALL and (end.exception is None or says_device_is_wrong(end.exception))
    original = root(end.exception) if end.exception is not None else None
    return Failure(
        outcome=Outcome.FAIL if blames_device else Outcome.ERROR,
        phase=end.phase,
        kind=type(original).__name__ if original is not None else STRICT_XPASS,
        message=end.message,
        traceback=end.traceback,
    )


def _rank(failure: Failure) -> int:
    """A failed call comes first; otherwise the order of the phases stays (sorting is stable)."""
    return 0 if failure.outcome is Outcome.FAIL else 1


def root(error: BaseException) -> BaseException:
    """Return the exception inside the wrapper in which a behave scenario hands it over, or the exception itself."""
    inner = getattr(error, "exception", None) if getattr(error, "scenario", None) is not None else None
    return inner if isinstance(inner, BaseException) else error


def says_device_is_wrong(error: BaseException) -> bool:
    """Whether an exception of the call phase is a fail. A group is one when each of its members is."""
    if isinstance(error, BaseExceptionGroup):
        return all(says_device_is_wrong(member) for member in error.exceptions)
    return any(_is_failure(kind) for kind in type(error).__mro__)


def _is_failure(kind: type) -> bool:
    """By name where the class lives in a library that need not be imported to judge it."""
    return kind is AssertionError or (kind.__module__, kind.__qualname__) in _FAILURES


_FAILURES = {
    ("_stbt.types", "UITestFailure"),
    ("_pytest.outcomes", "Failed"),
    ("pytest", "Failed"),
    ("builtins", "Failed"),
}
