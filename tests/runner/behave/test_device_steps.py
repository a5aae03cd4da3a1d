"""The device steps, run with stbt_core's real functions on a small drawn television."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from qarunner.runner.behave.device_steps import LIBRARY, DeviceStep, find_match

if TYPE_CHECKING:
    from tests.runner.behave.conftest import Pack

# A television of 320x180 in the test's process: keys change what is drawn. Times are short, and 0.1 s apart.
ENVIRONMENT = """
import time
import cv2, numpy
import stbt_core
from events import log


class Television:
    def __init__(self): self.scene, self.since, self.keys = "menu", time.time(), []

    def press(self, key, interpress_delay_secs=None, hold_secs=None):
        log("press", key, hold_secs)
        self.scene, self.since = key.removeprefix("KEY_").lower(), time.time()

    def draw(self):
        picture = numpy.zeros((180, 320, 3), numpy.uint8)
        age = time.time() - self.since
        if self.scene == "menu" or self.scene == "slow" and age > 0.3:
            cv2.rectangle(picture, (40, 40), (120, 90), (0, 200, 255), -1)
            cv2.circle(picture, (80, 65), 15, (255, 0, 0), -1)
        if self.scene == "live" or self.scene == "spin" and age < 0.5:
            cv2.rectangle(picture, (int(age * 400) % 280, 60), (int(age * 400) % 280 + 40, 120), (255, 255, 255), -1)
        frame = stbt_core.Frame(picture, time=time.time())
        frame.flags.writeable = False
        return frame

    def get_frame(self): return self.draw()

    def frames(self, timeout_secs=None):
        end = time.time() + (timeout_secs or 60)
        while True:
            yield self.draw()
            if time.time() >= end: return
            time.sleep(0.02)


def before_scenario(context, scenario):
    stbt_core._dut = Television()
"""
WRITE_IMAGE = """
import cv2, sys
sys.path.insert(0, "features")
import environment
cv2.imwrite(sys.argv[1], environment.Television().draw()[35:95, 35:125])
"""


def step(text: str) -> SimpleNamespace:
    return SimpleNamespace(name=text, step_type="when")


@pytest.mark.parametrize("each", LIBRARY, ids=lambda each: each.example)
def test_each_step_fits_its_own_example_only_and_says_what_it_does(each: DeviceStep) -> None:
    fitting = [other.example for other in LIBRARY if each.expression.fullmatch(other.example)]

    assert fitting == [each.example]
    assert each.explanation.endswith(".")


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("I press KEY_OK", {"key": "KEY_OK", "count": None}),
        ("I press KEY_UP 1 time", {"key": "KEY_UP", "count": "1"}),
        ("I press KEY_UP 12 times", {"key": "KEY_UP", "count": "12"}),
        ("I hold KEY_UP for 0.5 seconds", {"key": "KEY_UP", "seconds": "0.5"}),
        ("I hold KEY_UP for 1 second", {"key": "KEY_UP", "seconds": "1"}),
        ('I see "a/b c.png"', {"image": "a/b c.png", "seconds": None}),
        ('I see "x.png" within 2.5 seconds', {"image": "x.png", "seconds": "2.5"}),
        ('I do not see "x.png"', {"image": "x.png", "seconds": None}),
        ('I read "Wi-Fi & more"', {"text": "Wi-Fi & more", "seconds": None}),
        ("the screen moves", {"seconds": None}),
        ("the screen is still", {"seconds": None}),
        ("the screen stops moving within 3 seconds", {"seconds": "3"}),
        ("the screen is black within 1 second", {"seconds": "1"}),
    ],
)
def test_what_a_step_takes_from_its_text(text: str, arguments: dict[str, str | None]) -> None:
    match = find_match(step(text))

    assert match is not None
    assert {argument.name: argument.value for argument in match.arguments} == arguments


@pytest.mark.parametrize(
    "text", ["I press", "I press KEY OK twice", "I see menu.png", "I see it", "the screen is blacker"]
)
def test_other_texts_fit_no_step(text: str) -> None:
    assert find_match(step(text)) is None


def test_the_steps_drive_a_device(pack: Pack) -> None:
    pack.write(
        {
            "features/environment.py": ENVIRONMENT,
            "write_image.py": WRITE_IMAGE,
            "pytest.ini": "[pytest]\n",
            "features/f.feature": """
Feature: the device steps
  Scenario: keys
    When I press KEY_OK
    And I press KEY_UP 2 times
    And I hold KEY_DOWN for 1.5 seconds
  Scenario: an image beside the feature
    Then I see "menu.png"
  Scenario: an image in the root of the pack
    Then I see "images/root.png" within 1 second
  Scenario: an image that comes later
    When I press KEY_SLOW
    Then I see "menu.png" within 5 seconds
  Scenario: an image that does not come
    When I press KEY_BLACK
    Then I see "menu.png" within 0.1 seconds
  Scenario: an image that goes
    Given I see "menu.png"
    When I press KEY_BLACK
    Then I do not see "menu.png"
  Scenario: an image that stays
    Then I do not see "menu.png" within 0.1 seconds
  Scenario: an image that is nowhere
    Then I see "menus.png"
  Scenario: motion
    When I press KEY_LIVE
    Then the screen moves within 5 seconds
  Scenario: no motion
    Then the screen moves within 0.2 seconds
  Scenario: motion that ends
    When I press KEY_SPIN
    Then the screen stops moving within 5 seconds
    And the screen is black
  Scenario: motion that goes on
    When I press KEY_LIVE
    Then the screen is still within 0.3 seconds
  Scenario: not black
    Then the screen is black within 0.1 seconds
""",
        }
    )
    for image in ("features/menu.png", "images/root.png"):
        (pack.root / image).parent.mkdir(exist_ok=True)
        assert pack.forker.run("python", "write_image.py", image, directory=pack.root).code == 0

    phases, ran = pack.phases()

    assert pack.events()[:4] == ["press KEY_OK None", "press KEY_UP None", "press KEY_UP None", "press KEY_DOWN 1.5"]
    assert [(phase.name, phase.error, phase.original) for phase in phases] == [
        ("an image that does not come", "ScenarioFailed", "MatchTimeout"),
        ("an image that stays", "ScenarioFailed", "AssertionError"),
        ("an image that is nowhere", "ScenarioError", "QarunnerError"),
        ("no motion", "ScenarioFailed", "MotionTimeout"),
        ("motion that goes on", "ScenarioFailed", "AssertionError"),
        ("not black", "ScenarioFailed", "AssertionError"),
    ], ran.output
    told = {phase.name: phase.text for phase in phases}
    assert "menu.png is still on the screen after 0.1 seconds" in told["an image that stays"]
    assert f"there is no image menus.png in {pack.root}/features or {pack.root}" in told["an image that is nowhere"]
    assert "did you mean 'menu.png'?" in told["an image that is nowhere"]
    assert ran.outcomes() == {"failed": 6, "passed": 7}, ran.output


@pytest.mark.needs("tesseract")
def test_text_on_the_screen_is_read(pack: Pack) -> None:
    pack.write(
        {
            "features/environment.py": ENVIRONMENT.replace(
                "        frame = stbt_core.Frame(",
                "        cv2.putText(picture, 'Settings', (20, 150), cv2.FONT_HERSHEY_SIMPLEX, 1, (255,) * 3, 2)\n"
                "        frame = stbt_core.Frame(",
            ),
            "stbt.conf": "[ocr]\nengine = LSTM\n",
            "features/f.feature": """
Feature: text
  Scenario: is there
    Then I read "Settings"
  Scenario: is not there
    Then I read "Guide" within 0.1 seconds
""",
        }
    )

    phases, ran = pack.phases(STBT_CONFIG_FILE=str(pack.root / "stbt.conf"))

    assert ran.outcomes() == {"failed": 1, "passed": 1}, ran.output
    assert "'Guide' cannot be read on the screen after 0.1 seconds, but 'Settings'" in phases[0].text


def test_a_packs_own_step_of_the_same_text_wins(pack: Pack) -> None:
    pack.write(
        {
            "features/steps/steps.py": """
from behave import when, step
from events import log

@when("I press {key}")
def press(context, key): log("own", key)

@step("the screen is black")
def black(context): log("own black")
""",
            "features/f.feature": "Feature: f\n  Scenario: s\n    When I press KEY_OK\n    Then the screen is black\n",
        }
    )

    ran = pack.pytest()

    assert ran.outcomes() == {"passed": 1}, ran.output
    assert pack.events() == ["own KEY_OK", "own black"]


def test_an_unconfigured_device_is_an_error_not_a_fail(pack: Pack) -> None:
    pack.write({"features/f.feature": "Feature: f\n  Scenario: s\n    When I press KEY_OK\n"})

    phases, _ = pack.phases()

    assert (phases[0].error, phases[0].original) == ("ScenarioError", "RuntimeError")
