"""How the box gets from one state to another: `node.go_to("home")`, whatever it did before."""

import stbt_core as stbt
from tests.pages.guide.guide import Guide
from tests.pages.home.home import Home
from tests.pages.system.system import Splash

from qarunner import Strategy

box = Strategy()


def is_black():
    return bool(stbt.is_screen_black())


@box.state("standby")
def is_asleep(_node):
    # between two channels the screen is black as well, but not for long
    return is_black() and stbt.wait_until(is_black, timeout_secs=2, stable_secs=1)


@box.state("booting")
def is_booting(_node):
    return Splash()


@box.state("home")
def is_at_home(_node):
    return Home()


@box.state("guide")
def is_in_guide(_node):
    return Guide()


@box.transition("standby", to="home", within=15)
def wake(node):
    node.press("KEY_POWER")


@box.transition("booting", to="home", within=15)
def let_it_boot(_node):
    """Nothing to do but to wait."""


@box.transition("home", "guide", to="standby")
def send_to_sleep(node):
    node.press("KEY_POWER")


@box.transition("home", to="guide")
def open_the_guide(node):
    node.press("KEY_EPG")


@box.transition("guide", None, to="home")  # None: from what is no state here, such as the settings
def press_home(node):
    node.press("KEY_HOME")
