"""`check_remote`: a good driver passes, and each way to be bad is named."""

from __future__ import annotations

from typing import Any

import pytest
from tests.testing.conftest import plugin_of

from qarunner import DeviceError
from qarunner.testing import check_remote


class Good:
    """A remote that keeps all rules, and notes what it sends."""

    def __init__(self) -> None:
        self.is_open = False
        self.sent: list[str] = []

    def open(self) -> None:
        self.is_open = True

    def keys(self) -> Any:
        return ("KEY_POWER", "KEY_OK", "KEY_UP")

    def press(self, key: str) -> None:
        if not self.is_open:
            raise DeviceError("mine: is not open", "open it")
        self.sent.append(f"press {key}")

    def close(self) -> None:
        self.is_open = False


class Holding(Good):
    def keydown(self, key: str) -> None:
        self.sent.append(f"down {key}")

    def keyup(self, key: str) -> None:
        self.sent.append(f"up {key}")


def check(remote: object, key: str = "", **description: Any) -> None:
    check_remote("mine:", key=key, plugin=plugin_of("remote", remote, **description))


def test_a_remote_that_keeps_the_rules_passes_and_the_power_key_is_left_alone() -> None:
    remote = Good()
    check(remote)
    assert remote.sent == ["press KEY_OK", "press KEY_OK"]
    assert not remote.is_open


def test_a_remote_that_holds_keys_is_tried_with_that() -> None:
    remote = Holding()
    check(remote, key="KEY_UP", holds_keys=True)
    assert remote.sent == ["press KEY_UP", "up KEY_UP", "down KEY_UP", "up KEY_UP", "press KEY_UP"]


def test_the_remote_of_the_virtual_set_top_box_keeps_the_rules() -> None:
    check_remote("virtual:")


def test_a_remote_that_takes_any_key_is_tried_with_one() -> None:
    class TakesAny(Good):
        def keys(self) -> Any:
            return None

    remote = TakesAny()
    check(remote)
    assert remote.sent == ["press KEY_OK", "press KEY_OK"]


class OneName(Good):
    def keys(self) -> Any:
        return "KEY_OK"


class NoKeys(Good):
    def keys(self) -> Any:
        return ()


class NotOnceMore(Good):
    presses = 0

    def press(self, _key: str) -> None:
        self.presses += 1
        if self.presses > 1:
            raise OSError("broken pipe")


@pytest.mark.parametrize(
    ("remote", "description", "said"),
    [
        (OneName(), {}, "keys() gives 'KEY_OK', not a collection of names"),
        (NoKeys(), {}, "keys() gives no key at all; give None when the remote takes any"),
        (Good(), {"keys": ("KEY_OK", "KEY_POWER")}, "keys() gives ['KEY_UP'], which the driver's description does not"),
        (Good(), {"holds_keys": True}, "its description says holds_keys=True, but it has no keydown() and keyup()"),
        (Holding(), {}, "it has keydown() and keyup(), but its description does not say holds_keys=True"),
        (NotOnceMore(), {}, "press('KEY_OK') after reopening raised OSError: broken pipe"),
        (object(), {}, "object has no open(), keys(), press(), close()"),
    ],
)
def test_each_violation_is_named(remote: object, description: dict[str, Any], said: str) -> None:
    with pytest.raises(AssertionError, match="remote mine: breaks the rules of a remote:") as raised:
        check(remote, **description)
    assert f"  - {said}" in str(raised.value)


def test_a_key_it_does_not_have_is_named() -> None:
    with pytest.raises(AssertionError, match="keys\\(\\) does not give 'KEY_RED'"):
        check(Good(), key="KEY_RED")
