"""Steps of this pack, beside those that qarunner brings along."""

import stbt_core as stbt
from behave import given, when
from tests.pages.home.home import open_home


@given("the home menu is open")
def home_menu_is_open(_context):
    open_home()


@when("I watch channel {number:d}")
def watch_channel(_context, number):
    for digit in f"{number:02}":
        stbt.press(f"KEY_{digit}")
