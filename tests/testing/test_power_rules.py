"""`check_power`: a good driver passes, and each way to be bad is named."""

from __future__ import annotations

from typing import Any

import pytest
from tests.testing.conftest import plugin_of

from qarunner.testing import check_power


class Good:
    """An outlet that keeps all rules."""

    def __init__(self) -> None:
        self.state: Any = True

    def open(self) -> None: ...

    def on(self) -> None:
        self.state = True

    def off(self) -> None:
        self.state = False

    def is_on(self) -> Any:
        return self.state

    def close(self) -> None: ...


class Blind(Good):
    def is_on(self) -> Any:
        return None


class Inverted(Good):
    def is_on(self) -> Any:
        return not self.state


class Wordy(Good):
    def is_on(self) -> Any:
        return "on" if self.state else "off"


class Friendly(Good):
    def close(self) -> None:
        self.on()


class Stuck(Good):
    def off(self) -> None:
        raise OSError("no answer")


@pytest.mark.parametrize("outlet", [Good(), Blind()], ids=["knows its state", "cannot tell"])
def test_an_outlet_that_keeps_the_rules_passes_and_is_on_afterwards(outlet: Good) -> None:
    outlet.state = False
    check_power("mine:", plugin=plugin_of("power", outlet))
    assert outlet.state is True


def test_the_outlet_of_the_virtual_set_top_box_keeps_the_rules() -> None:
    check_power("virtual:")


@pytest.mark.parametrize(
    ("outlet", "said"),
    [
        (Inverted(), "after off() is_on() gives True"),
        (Wordy(), "is_on() gives 'off', not True, False, or None for an outlet that cannot tell"),
        (Friendly(), "close() or open() has switched the power on; they must leave it as it is"),
        (Stuck(), "off() raised OSError: no answer"),
    ],
)
def test_each_violation_is_named(outlet: object, said: str) -> None:
    with pytest.raises(AssertionError, match="power mine: breaks the rules of a power:") as raised:
        check_power("mine:", plugin=plugin_of("power", outlet))
    assert f"  - {said}" in str(raised.value)
