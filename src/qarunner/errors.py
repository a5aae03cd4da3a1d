"""The exceptions a person may meet, each with a piece of advice.

Every one of them reads ``what was wrong, where`` and, on a line of its own, ``what to do``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class QarunnerError(Exception):
    """Something qarunner can explain.

    :param problem: what was wrong and where, one sentence.
    :param advice: what to do about it; empty when nothing can be said.
    """

    def __init__(self, problem: str, advice: str = "") -> None:
        super().__init__(problem, advice)
        self.problem = problem
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.problem}\n  {self.advice}" if self.advice else self.problem


class ConfigurationError(QarunnerError):
    """A value in a configuration file, the environment or an option is not usable."""


class UnknownNodeError(ConfigurationError):
    """No node of that name is configured."""


class PluginError(QarunnerError):
    """A plugin raised, hung, is missing a library or is not what it says."""


class DeviceError(QarunnerError):
    """The rig failed: a driver, a cable, a network. Always an error of a result, never a fail."""


class DeviceLostError(DeviceError):
    """The device was there and is gone: unplugged, connection closed. The exporter reconnects."""


class EndOfStreamError(DeviceError):
    """A recorded input has been played to its end and does not loop."""


class UnknownKeyError(DeviceError):
    """The remote has no such key."""


class StrategyError(QarunnerError):
    """A device could not be brought into a state, or looked at for one: always an error of a result, never a fail."""


class NodeBusyError(QarunnerError):
    """Somebody else holds the lease of a node, or the hardware it needs."""


class ExporterLostError(DeviceError):
    """The exporter process of a node ended while it was in use."""


class DeliveryRejectedError(QarunnerError):
    """A results store refused a result for good; `problem` is its answer."""


class DeliveryPostponedError(QarunnerError):
    """A receiver is not to be asked again before `seconds` have passed; what was to be delivered stays pending."""

    def __init__(self, problem: str, advice: str = "", seconds: float = 0.0) -> None:
        super().__init__(problem, advice)
        self.seconds = seconds


class DeliveryStoppedError(QarunnerError):
    """A reporter cannot deliver anything until somebody changes something, such as a token; results stay pending."""


def nearest(word: str, known: Iterable[str], most: int = 3) -> str:
    """Return ``did you mean 'a' or 'b'?`` for the names closest to `word`, or an empty string."""
    by_lower_case = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower_case, n=most, cutoff=0.5)
    return f"did you mean {' or '.join(repr(by_lower_case[name]) for name in close)}?" if close else ""
