"""What the box's drivers are, for lists and help; the picture's libraries are imported when one is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qarunner import Check, Discovered, Driver, DriverContext

from .keys import KEYS
from .options import BoxOptions, RemoteOptions


def _open_capture(context: DriverContext) -> Any:
    from .faces import open_capture

    return open_capture(context)


def _open_remote(context: DriverContext) -> Any:
    from .faces import open_remote

    return open_remote(context)


def _open_power(context: DriverContext) -> Any:
    from .faces import open_power

    return open_power(context)


def _doctor() -> Sequence[Check]:
    return (Check("virtual set-top box", "works", "needs nothing but qarunner itself"),)


def _discover() -> Sequence[Discovered]:
    return (Discovered("virtual:", "virtual set-top box, to try things on", "virtual set-top box"),)


DRIVERS = (
    Driver(
        capability="capture",
        scheme="virtual",
        summary="The picture of the virtual set-top box",
        open=_open_capture,
        discover=_discover,
        options=BoxOptions,
        doctor=_doctor,
        examples=("virtual:", "virtual:?size=1920x1080&fps=60", "virtual:?start=standby&seed=7"),
    ),
    Driver(
        capability="remote",
        scheme="virtual",
        summary="The remote control of the virtual set-top box",
        open=_open_remote,
        discover=_discover,
        options=RemoteOptions,
        keys=KEYS,
        holds_keys=True,
        examples=("virtual:", "virtual:?response_delay=0&jitter=0"),
    ),
    Driver(
        capability="power",
        scheme="virtual",
        summary="The power outlet of the virtual set-top box",
        open=_open_power,
        discover=_discover,
        examples=("virtual:",),
    ),
)
