"""The settings, and the page that says what the box is."""

import stbt_core as stbt

HEADING = stbt.Region(x=48, y=88, right=300, bottom=146)
TRAIL = stbt.Region(x=416, y=92, right=1224, bottom=142)
NAMES = stbt.Region(x=440, y=172, right=700, bottom=536)
VALUES = stbt.Region(x=704, y=172, right=1200, bottom=536)


class Settings(stbt.FrameObject):
    @property
    def is_visible(self):
        return bool(stbt.match("settings.png", frame=self._frame, region=HEADING))


class About(stbt.FrameObject):
    @property
    def is_visible(self):
        return bool(stbt.match("about.png", frame=self._frame, region=TRAIL))

    @property
    def facts(self):
        """What the page says, such as ``{"Model": "..."}``."""
        names, values = (
            stbt.ocr(frame=self._frame, region=region, mode=stbt.OcrMode.SINGLE_UNIFORM_BLOCK_OF_TEXT)
            for region in (NAMES, VALUES)
        )
        lines = [[line.strip() for line in text.splitlines() if line.strip()] for text in (names, values)]
        return dict(zip(*lines, strict=False))


def open_about():
    """Open Settings > Network > About."""
    stbt.press("KEY_MENU")
    assert stbt.wait_until(Settings), "KEY_MENU does not open the settings"
    stbt.press("KEY_OK")
    for _ in range(4):
        stbt.press("KEY_DOWN")
    stbt.press("KEY_OK")
    page = stbt.wait_until(About)
    assert page, "the About page does not open"
    stbt.wait_for_transition_to_end(stable_secs=0.3)
    return page.refresh()
