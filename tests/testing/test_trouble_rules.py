"""`check_trouble` and `check_unreachable`: a good driver passes, and each way to be bad on a bad day is named."""

from __future__ import annotations

from typing import Any

import pytest
from tests.testing.conftest import plugin_of

from qarunner import ConfigurationError, DeviceError, DeviceLostError
from qarunner.testing import check_trouble, check_unreachable


class Box:
    """A remote whose box is there, or not."""

    def __init__(self, error: Exception | None = None) -> None:
        self.there = True
        self.closed = 0
        self.error = error or DeviceLostError("box 1.2.3.4 has closed the connection", "Is it on?")

    def open(self) -> None:
        if not self.there:
            raise self.error

    def press(self) -> None:
        if not self.there:
            raise self.error

    def close(self) -> None:
        self.closed += 1


def trouble(box: Any, **more: Any) -> None:
    def die() -> None:
        box.there = False

    check_trouble(
        "remote",
        "mine:",
        use=lambda it: it.press(),
        trouble=die,
        mentions=["1.2.3.4"],
        plugin=plugin_of("remote", box),
        **more,
    )


def test_a_driver_that_tells_its_loss_and_comes_back_passes() -> None:
    box = Box()

    def mend() -> None:
        box.there = True

    trouble(box, mend=mend)
    assert box.closed == 3


def test_a_driver_whose_device_does_not_come_back_passes_as_well() -> None:
    trouble(Box())


class Deaf(Box):
    def press(self) -> None:
        pass


class Gone(Box):
    def close(self) -> None:
        super().close()
        if not self.there:
            raise OSError("bad file descriptor")


@pytest.mark.parametrize(
    ("box", "said"),
    [
        (Deaf(), "0 s after the trouble began it has not noticed"),
        (
            Box(DeviceError("box is gone", "Is it on?")),
            "using it in trouble: the error does not say '1.2.3.4': box is gone",
        ),
        (
            Box(DeviceError("1.2.3.4 is gone")),
            "using it in trouble: the error does not say what to try: 1.2.3.4 is gone",
        ),
        (Box(OSError("broken pipe")), "using it in trouble raised OSError: broken pipe"),
        (Gone(), "close() raised OSError: bad file descriptor"),
    ],
)
def test_each_violation_in_trouble_is_named(box: Box, said: str) -> None:
    with pytest.raises(AssertionError, match="remote mine: breaks the rules of a remote:") as raised:
        trouble(box, patience=0)
    assert f"  - {said}" in str(raised.value)


def test_a_driver_that_does_not_come_back_is_told() -> None:
    with pytest.raises(AssertionError, match=r"open\(\) after the trouble failed: box 1\.2\.3\.4"):
        trouble(Box(), mend=lambda: None)


def unreachable(made: Any) -> None:
    check_unreachable("remote", "mine:", mentions=["1.2.3.4"], plugin=plugin_of("remote", made))


def absent(error: Exception | None = None) -> Box:
    box = Box(error)
    box.there = False
    return box


def test_a_device_that_is_not_there_is_told_when_it_is_opened_or_before() -> None:
    box = absent()
    unreachable(box)
    assert box.closed == 2

    def refuse(_context: object) -> Any:
        raise ConfigurationError("1.2.3.4 is no address", "Write mine:HOST")

    unreachable(refuse)


@pytest.mark.parametrize(
    ("box", "said"),
    [
        (Box(), "open() has succeeded, though the device cannot be used"),
        (absent(DeviceError("it is gone", "Is it on?")), "open(): the error does not say '1.2.3.4'"),
        (absent(ValueError("1.2.3.4")), "open() raised ValueError: 1.2.3.4"),
    ],
)
def test_each_violation_of_an_absent_device_is_named(box: Box, said: str) -> None:
    with pytest.raises(AssertionError) as raised:
        unreachable(box)
    assert f"  - {said}" in str(raised.value)
