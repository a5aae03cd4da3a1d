"""The guide."""

import stbt_core as stbt

from .pages.guide.guide import open_guide
from .pages.home.home import open_home


def test_guide_moves_from_programme_to_programme():
    open_home()
    guide = open_guide()
    first = guide.selection
    guide = guide.refresh(frame=stbt.press_and_wait("KEY_RIGHT", stable_secs=0.3).frame)
    assert guide.selection.x > first.x, "KEY_RIGHT does not move to a later programme"
    for _ in range(7):
        stbt.press("KEY_DOWN")
    stbt.wait_for_transition_to_end(stable_secs=0.3)
    guide = guide.refresh()
    assert guide.selection.y > first.y, "KEY_DOWN does not move to another channel"
