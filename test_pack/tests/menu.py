"""The home menu and what it opens."""

import stbt_core as stbt

from .ocr import needs_tesseract
from .pages.home.home import Home, focus_on_settings, open_home
from .pages.settings.settings import Settings, open_about


def test_settings_opens():
    open_home()
    focus_on_settings()
    stbt.press("KEY_OK")
    assert stbt.wait_until(Settings, timeout_secs=5), "the settings do not open"
    stbt.press("KEY_BACK")
    assert stbt.wait_until(Home, timeout_secs=5), "KEY_BACK does not lead back to the home menu"


def test_rails_scroll():
    home = open_home()
    for rail in ("Continue watching", "Trending tonight", "Nature and science"):
        transition = stbt.press_and_wait("KEY_DOWN", stable_secs=0.3)
        assert transition, f"KEY_DOWN is not answered: {transition}"
        home = home.refresh(frame=transition.frame)
        assert home.rail == rail


@needs_tesseract
def test_about_page_names_the_box(node):
    open_home()
    facts = open_about().facts
    assert facts["Model"] == node.device["model"]
    assert facts["Build"] == node.device["build"]
