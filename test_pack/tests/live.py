"""Live television."""

import stbt_core as stbt

from qarunner import measure

from .pages.home.home import open_home
from .pages.live.live import PICTURE, watch, zap


def test_zapping_is_quick():
    open_home()
    watch(1)
    for key in ("KEY_CHANNELUP", "KEY_CHANNELUP", "KEY_CHANNELDOWN"):
        measure("zap_time", zap(key), unit="s", high=2.0)


def test_pause_holds_the_picture():
    open_home()
    watch(5)
    stbt.press("KEY_PAUSE")
    assert stbt.wait_for_transition_to_end(mask=PICTURE, stable_secs=1), "the picture does not stop"
    stbt.press("KEY_PLAY")
    stbt.wait_for_motion(timeout_secs=5, mask=PICTURE)
