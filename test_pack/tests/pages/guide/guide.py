"""The guide: channels and times."""

import cv2
import numpy
import stbt_core as stbt

NAME = stbt.Region(x=212, y=28, right=352, bottom=72)
GRID = stbt.Region(x=270, y=282, right=1280, bottom=672)
WHITE = 240


class Guide(stbt.FrameObject):
    @property
    def is_visible(self):
        return bool(stbt.match("tv_guide.png", frame=self._frame, region=NAME))

    @property
    def selection(self):
        """Where the programme in focus is: its cell is the only white area of the grid."""
        bright = (stbt.crop(self._frame, GRID).min(axis=2) > WHITE).astype(numpy.uint8)
        # letters are white too, but thin
        solid = cv2.morphologyEx(bright, cv2.MORPH_OPEN, numpy.ones((11, 11), numpy.uint8))
        if not solid.any():
            return None
        x, y, width, height = cv2.boundingRect(solid)
        cell = stbt.Region(x, y, width=width, height=height)
        return cell.translate(GRID.x, GRID.y)


def open_guide():
    """Open the guide and wait until it stands still."""
    stbt.press("KEY_EPG")
    assert stbt.wait_until(Guide), "KEY_EPG does not open the guide"
    stbt.wait_for_transition_to_end(stable_secs=0.3)
    return Guide()
