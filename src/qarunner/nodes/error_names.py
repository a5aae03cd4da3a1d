"""qarunner's errors between processes: by the name of their class, with what was wrong and what to do."""

from __future__ import annotations

from qarunner import errors
from qarunner.errors import DeviceError, QarunnerError


def name_of(error: QarunnerError) -> str:
    """Return the name of the error's nearest class that other processes know."""
    return next(str(kind.__name__) for kind in type(error).__mro__ if vars(errors).get(kind.__name__) is kind)


def make(name: str, problem: str, advice: str) -> QarunnerError:
    """Return the error again."""
    kind = vars(errors).get(name)
    if isinstance(kind, type) and issubclass(kind, QarunnerError):
        return kind(problem, advice)
    return DeviceError(problem, advice)
