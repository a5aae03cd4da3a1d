"""The search, and opening what it found."""

import stbt_core as stbt

from .pages.home.home import open_home
from .pages.search.search import FIRST_RESULT, open_search

SPINNER = stbt.Region(x=560, y=480, right=720, bottom=540)


def test_search_finds_and_plays_a_film():
    open_home()
    page = open_search()
    page.enter_text("ho")
    assert stbt.wait_until(lambda: stbt.match("how_stars_sleep.png", region=FIRST_RESULT)), "the film is not found"
    # out of the keyboard, to the first result
    for _ in range(4):
        stbt.press("KEY_RIGHT")
    stbt.press("KEY_OK")
    stbt.wait_for_match("loading.png", region=SPINNER, timeout_secs=5)
    assert stbt.wait_until(lambda: not stbt.match("loading.png", region=SPINNER)), "the film does not load"
    stbt.wait_for_motion(timeout_secs=5)
