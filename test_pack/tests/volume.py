"""The volume bar."""

import stbt_core as stbt

from .pages.home.home import open_home
from .pages.system.system import VolumeBar


def test_volume_bar_comes_and_goes():
    open_home()
    stbt.press("KEY_VOLUMEUP")
    assert stbt.wait_until(VolumeBar, timeout_secs=2), "no volume bar"
    stbt.press("KEY_MUTE")
    assert stbt.wait_until(lambda: VolumeBar().is_muted, timeout_secs=2), "KEY_MUTE does not mute"
    stbt.press("KEY_MUTE")
    assert stbt.wait_until(lambda: not VolumeBar(), timeout_secs=6), "the volume bar does not go away"
