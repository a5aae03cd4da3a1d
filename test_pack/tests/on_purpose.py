"""A testcase that fails on purpose, to show what a failure looks like. `qarunner demo --failure` runs it."""

import stbt_core as stbt

from .pages.home.home import open_home


def test_that_fails_on_purpose(node):
    open_home()
    # the box is told to ignore one key, as if the remote control had missed it
    node.inject_fault("dropped-key", 1)
    stbt.press("KEY_MENU")
    stbt.wait_for_match("pages/settings/settings.png", timeout_secs=3)
