"""The home menu: rails of cards, and what is said about the card in focus."""

import stbt_core as stbt

HEADING = stbt.Region(x=48, y=312, right=340, bottom=350)
TITLE = stbt.Region(x=48, y=130, right=640, bottom=204)
RAILS = ("Start here", "Continue watching", "Trending tonight", "Nature and science")


class Home(stbt.FrameObject):
    @property
    def is_visible(self):
        return self.rail is not None

    @property
    def rail(self):
        """Heading of the rail in focus."""
        for rail in RAILS:
            image = rail.lower().replace(" ", "_") + ".png"
            if stbt.match(image, frame=self._frame, region=HEADING):
                return rail
        return None

    @property
    def title(self):
        """Name of the card in focus."""
        return stbt.ocr(frame=self._frame, region=TITLE, mode=stbt.OcrMode.SINGLE_LINE)


def open_home():
    """Bring the box to the first card of the home menu, whatever it did before."""
    if stbt.is_screen_black():
        stbt.press("KEY_POWER")
        assert stbt.wait_until(Home, timeout_secs=15), "the box does not start"
    stbt.press("KEY_HOME")
    assert stbt.wait_until(Home), "KEY_HOME does not open the home menu"
    # on the home menu it leads back to the first card
    stbt.press("KEY_HOME")
    assert stbt.wait_until(lambda: stbt.match("live_tv.png", region=TITLE)), "not on the first card"
    return Home()


def focus_on_settings():
    """Move along the first rail to the card of the settings."""
    stbt.press_until_match("KEY_RIGHT", "settings_card.png", interval_secs=0.6, max_presses=6)
