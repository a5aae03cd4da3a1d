"""What it costs to run behave features in pytest: 500 scenarios of 4 steps beside the behave command and pytest-bdd.

All run the same scenarios, each in a process of its own; qarunner with a node, all its evidence and its reports. CPU
seconds are the least of some rounds. "net" takes off what a pack of one scenario costs, which is start-up. Bar: at most
3 times the behave command; goal: 0.65 times pytest-bdd. Run it alone; it takes about a minute.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

FILES, SCENARIOS = 10, 50
ROUNDS = 6
BAR, GOAL = 3.0, 0.65

SCENARIO = """
  Scenario: zap {number} of {file}
    Given a box with {number} channels
    When I go to channel {number}
    Then channel {number} is shown
    And the box is happy
"""
STEPS = """
from behave import given, when, then

@given("a box with {count:d} channels")
def box(context, count): context.count = count

@when("I go to channel {number:d}")
def go(context, number): context.channel = number

@then("channel {number:d} is shown")
def shown(context, number): assert context.channel == number

@then("the box is happy")
def happy(context): pass
"""
PYTEST_BDD = """
import pytest
from pytest_bdd import given, parsers, scenarios, then, when

scenarios("../features")

@pytest.fixture
def box(): return {}

@given(parsers.parse("a box with {count:d} channels"))
def a_box(box, count): box["count"] = count

@when(parsers.parse("I go to channel {number:d}"))
def go(box, number): box["channel"] = number

@then(parsers.parse("channel {number:d} is shown"))
def shown(box, number): assert box["channel"] == number

@then("the box is happy")
def happy(): pass
"""


@dataclass
class Contender:
    """A way to run the features: its arguments after ``python -m``, and what it cost with all and with one scenario."""

    name: str
    arguments: list[str]
    all: float = 0.0
    one: float = 0.0

    @property
    def net(self) -> float:
        """CPU milliseconds for each scenario beyond the first."""
        return (self.all - self.one) / (FILES * SCENARIOS - 1) * 1000


CONTENDERS = [
    Contender("behave", ["behave", "--format=progress", "features"]),
    Contender("qarunner", ["pytest", "-q", "-p", "qarunner.runner.plugin", "--qa-node=bench-features", "features"]),
    Contender("pytest-bdd", ["pytest", "-q", "-p", "pytest_bdd.plugin", "bdd"]),
]


def write_pack(root: Path, files: int, scenarios: int) -> Path:
    """Write a pack of that many feature files with that many scenarios each."""
    for folder in ("features/steps", "bdd"):
        (root / folder).mkdir(parents=True)
    (root / "features/steps/steps.py").write_text(STEPS, encoding="utf-8")
    (root / "bdd/test_bdd.py").write_text(PYTEST_BDD, encoding="utf-8")
    (root / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (root / ".stbt.conf").write_text("[test_pack]\n", encoding="utf-8")
    (root / "qarunner.toml").write_text('[nodes.bench-features]\ncapture = "virtual:?fps=5"\n', encoding="utf-8")
    for file in range(files):
        text = "".join(SCENARIO.format(number=number, file=file) for number in range(scenarios))
        (root / f"features/f{file}.feature").write_text(f"Feature: f{file}\n{text}", encoding="utf-8")
    return root


def cpu_seconds(arguments: list[str], pack: Path, bytecode: Path) -> float:
    """Run a command in a pack and return the user and system seconds it took."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPYCACHEPREFIX": str(bytecode),
    }
    with subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=pack, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        output = process.stdout.read().decode()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(arguments)} failed:\n{output}")
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    """Measure and print; return 1 when the bar is missed."""
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path(__file__).parent) as folder:
        everything, single = write_pack(Path(folder, "all"), FILES, SCENARIOS), write_pack(Path(folder, "one"), 1, 1)
        bytecode = Path(folder, "bytecode")
        for contender in CONTENDERS:
            cpu_seconds(contender.arguments, single, bytecode)  # compiles what it imports
        rounds = [
            [
                (cpu_seconds(each.arguments, everything, bytecode), cpu_seconds(each.arguments, single, bytecode))
                for each in CONTENDERS
            ]
            for _ in range(ROUNDS)
        ]
    for number, contender in enumerate(CONTENDERS):
        contender.all = min(measured[number][0] for measured in rounds)
        contender.one = min(measured[number][1] for measured in rounds)
    behave, ours, bdd = CONTENDERS
    print(f"{FILES * SCENARIOS} scenarios of 4 steps, CPU, {platform.node()}, Python {platform.python_version()}")
    print(f"{'':12} {'all':>8} {'one':>8} {'net each':>10} {'/ behave':>9} {'/ pytest-bdd':>13}")
    for each in CONTENDERS:
        ratios = f"{each.all / behave.all:9.2f} {each.all / bdd.all:13.2f}"
        print(f"{each.name:12} {each.all:6.2f} s {each.one:6.2f} s {each.net:7.2f} ms {ratios}")
    met = ours.all <= BAR * behave.all
    print(f"bar: at most {BAR:g} x behave: {'met' if met else 'MISSED'}", end="; ")
    print(f"goal: {GOAL:g} x pytest-bdd: {'met' if ours.all <= GOAL * bdd.all else 'missed'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
