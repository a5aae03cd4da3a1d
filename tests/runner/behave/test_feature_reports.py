"""What a person reads in pytest's report when a scenario did not pass."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.runner.behave.conftest import Pack

PACK = {
    "features/menu.feature": """Feature: Menu
  Background:
    Given the home menu
  Scenario: Settings open
    When I press OK
    Then I see "settings.png"
    And all is well
  Scenario: Another
    Given a hook
""",
    "features/steps/menu.py": """
from behave import step
from pages import Menu

@step("the home menu")
def home(context): print("at home")

@step("I press OK")
def press(context): pass

@step('I see "{image}"')
def see(context, image):
    menu = Menu(image)
    menu.check("there")

@step("all is well")
def well(context): pass

@step("a hook")
def hook(context): pass
""",
    "features/pages.py": """
class Menu:
    def __init__(self, image): self.image = image
    def check(self, wanted):
        assert self.image == wanted, f"{self.image} is not {wanted}"
""",
    "features/environment.py": """
def before_scenario(context, scenario):
    if scenario.name == "Another":
        raise ValueError("no power")
""",
}


@pytest.fixture
def menu(pack: Pack) -> Pack:
    pack.write(PACK)
    return pack


def section(output: str, title: str) -> str:
    """Return the part of a pytest report between a headline and the next."""
    found = re.search(rf"^_+ {re.escape(title)} _+\n(.*?)(?=^[_=-]{{3,}} )", output, re.DOTALL | re.MULTILINE)
    assert found, output
    return re.sub(r"^ *\^+\n", "", found.group(1), flags=re.MULTILINE)  # newer versions of pytest underline


def test_a_failed_scenario_shows_its_steps_the_failure_and_the_way_through_the_packs_own_code(menu: Pack) -> None:
    output = menu.pytest().output

    assert (
        section(output, "Settings open")
        == """\
features/menu.feature:4 Settings open
  passed    Given the home menu        features/menu.feature:3
  passed    When I press OK            features/menu.feature:5
> failed    Then I see "settings.png"  features/menu.feature:6
  skipped   And all is well            features/menu.feature:7

step 'Then I see "settings.png"' failed: settings.png is not there (features/menu.feature:6)

features/steps/menu.py:14: in see
    menu.check("there")
features/pages.py:5: in check
    assert self.image == wanted, f"{self.image} is not {wanted}"
E   AssertionError: settings.png is not there
"""
    )
    assert "at home" in output  # what steps print is captured by pytest
    summary = "FAILED features/menu.feature::Settings open - step 'Then I see"
    assert summary in output


def test_a_hook_that_raised_is_shown_at_its_line(menu: Pack) -> None:
    assert section(menu.pytest().output, "Another").endswith("""
hook before_scenario raised an error: ValueError: no power (features/environment.py:4)

features/environment.py:4: in before_scenario
    raise ValueError("no power")
E   ValueError: no power
""")


@pytest.mark.parametrize(
    ("style", "shown", "hidden"),
    [
        ("long", "def see(context, image):", "behave/model.py"),
        ("native", "Traceback (most recent call last):", "_pytest"),
        ("no", "step 'Then I see", "features/pages.py:5"),
        ("line", "features/menu.feature:4: step 'Then I see", "features/pages.py:5"),
    ],
)
def test_the_style_of_tracebacks_can_be_chosen(menu: Pack, style: str, shown: str, hidden: str) -> None:
    output = menu.pytest(f"--tb={style}").output

    assert shown in output
    assert hidden not in output


def test_the_full_trace_shows_behave_too(menu: Pack) -> None:
    assert "behave/model.py" in menu.pytest("--full-trace").output


def test_errors_of_set_up_are_shown_alike(menu: Pack) -> None:
    menu.write({"features/environment.py": "def before_feature(context, feature): raise ValueError('no power')\n"})

    assert (
        section(menu.pytest().output, "ERROR at setup of Settings open")
        == """\
features/menu.feature:4 Settings open

hook before_feature raised an error: ValueError: no power (features/environment.py:1)

features/environment.py:1: in before_feature
    def before_feature(context, feature): raise ValueError('no power')
E   ValueError: no power
"""
    )


def test_a_debugger_opens_where_the_pack_raised(menu: Pack) -> None:
    menu.write(
        {
            "conftest.py": """
import pdb
class Debugger(pdb.Pdb):
    def interaction(self, frame, traceback):
        traceback = getattr(traceback, "__traceback__", traceback)  # Python 3.13 hands over the exception
        while traceback.tb_next: traceback = traceback.tb_next
        print("OPENED", traceback.tb_frame.f_code.co_name, traceback.tb_frame.f_locals.get("wanted"))
"""
        }
    )

    ran = menu.pytest("--pdb", "--pdbcls=conftest:Debugger", "-s", "-k", "Settings")

    assert ran.lines("OPENED") == ["check there"], ran.output


def test_junit_xml_has_the_sentence_as_message(menu: Pack) -> None:
    menu.pytest("--junitxml=junit.xml")

    report = (menu.root / "junit.xml").read_text(encoding="utf-8")
    assert 'name="Settings open"' in report
    assert "message=\"step 'Then I see &quot;settings.png&quot;' failed: settings.png is not there" in report


def test_the_report_of_two_processes_is_the_same(menu: Pack) -> None:
    """pytest-xdist sends reports between processes as text."""
    ran = menu.pytest("-p", "xdist.plugin", "-n1", "-k", "Settings")

    assert "> failed    Then I see" in ran.output
    assert "E   AssertionError: settings.png is not there" in ran.output
