"""Standby."""

import stbt_core as stbt

from qarunner import measure

from .pages.home.home import Home
from .pages.system.system import Splash


def test_standby_and_back(node):
    # by the strategy of the node: an error, and no fail, when the box cannot be brought there
    node.go_to("home")
    stbt.press("KEY_POWER")
    assert stbt.wait_until(stbt.is_screen_black, timeout_secs=3), "KEY_POWER does not lead to standby"
    started = stbt.press("KEY_POWER")
    assert stbt.wait_until(Splash, timeout_secs=5), "no splash screen"
    assert stbt.wait_until(Home, timeout_secs=15), "the box does not start"
    measure("boot_time", stbt.get_frame().time - started.start_time, unit="s", high=10.0)
