"""The search with its on-screen keyboard."""

import stbt_core as stbt

FIELD = stbt.Region(x=56, y=96, width=1168, height=72)
TEXT = stbt.Region(x=122, y=104, right=900, bottom=160)
FIRST_RESULT = stbt.Region(x=500, y=222, right=760, bottom=372)

LETTERS = stbt.Grid(
    region=stbt.Region(x=53, y=193, right=461, bottom=577),
    data=["abcdef", "ghijkl", "mnopqr", "stuvwx", "yz1234", "567890"],
)
ACTIONS = stbt.Grid(
    region=stbt.Region(x=53, y=577, right=461, bottom=641),
    data=[["SPACE", "DELETE", "CLEAR"]],
)


def make_keyboard():
    keyboard = stbt.Keyboard(mask=stbt.Region(x=40, y=180, right=480, bottom=660))
    keyboard.add_grid(LETTERS)
    keyboard.add_grid(ACTIONS)
    for column, letter in enumerate("567890"):
        action = ACTIONS[column // 2, 0].data
        keyboard.add_transition(letter, action, "KEY_DOWN", symmetrical=False)
    for action, letter in (("SPACE", "5"), ("DELETE", "7"), ("CLEAR", "9")):
        keyboard.add_transition(action, letter, "KEY_UP", symmetrical=False)
    return keyboard


class Search(stbt.FrameObject):
    keyboard = make_keyboard()

    @property
    def is_visible(self):
        return bool(stbt.match("magnifier.png", frame=self._frame, region=FIELD))

    @property
    def focus(self):
        """The key in focus: the white one."""
        cells = [*LETTERS, *ACTIONS]
        brightest = max(cells, key=lambda cell: stbt.crop(self._frame, cell.region).mean())
        return self.keyboard.find_key(region=brightest.region)

    @property
    def text(self):
        """What has been typed, without the caret."""
        return stbt.ocr(frame=self._frame, region=TEXT, mode=stbt.OcrMode.SINGLE_LINE).rstrip("|I ")

    def enter_text(self, text):
        return self.keyboard.enter_text(text, page=self)


def open_search():
    stbt.press("KEY_SEARCH")
    page = stbt.wait_until(Search)
    assert page, "KEY_SEARCH does not open the search"
    stbt.wait_for_transition_to_end(stable_secs=0.3)
    return page.refresh()
