"""Live television with its channel banner."""

import stbt_core as stbt

PICTURE = stbt.Region(x=0, y=0, right=1280, bottom=500)
BANNER = stbt.Region(x=56, y=540, right=1224, bottom=676)
NUMBER = stbt.Region(x=70, y=556, right=198, bottom=662)
CHANNEL_NAME = stbt.Region(x=230, y=556, right=700, bottom=590)


class Banner(stbt.FrameObject):
    @property
    def is_visible(self):
        return bool(stbt.match("banner.png", frame=self._frame, region=BANNER))

    @property
    def channel(self):
        """Name of the channel."""
        return stbt.ocr(frame=self._frame, region=CHANNEL_NAME, mode=stbt.OcrMode.SINGLE_LINE)


def watch(number):
    """Tune to a channel by its number and wait for its picture."""
    for digit in f"{number:02}":
        stbt.press(f"KEY_{digit}")
    assert stbt.wait_until(Banner), "there is no channel banner"
    stbt.wait_for_motion(timeout_secs=5, mask=PICTURE)


def zap(key):
    """Press a channel key; return the seconds until the next channel's picture is there."""
    pressed = stbt.press(key)
    assert stbt.wait_until(lambda: stbt.is_screen_black(mask=PICTURE), timeout_secs=2), f"{key} does nothing"
    for frame in stbt.frames(timeout_secs=5):
        if not stbt.is_screen_black(frame, mask=PICTURE):
            return frame.time - pressed.start_time
    raise AssertionError("the next channel has no picture")
