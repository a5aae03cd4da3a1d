"""schemathesis, which knows OpenAPI and nothing of us, sends a server all that its description allows, and more.

It is a pytest plugin as well, which every pytest of the environment would load: so it has an environment of its own.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.served_farm import ServedFarm

PROGRAM = Path(__file__).parents[3] / ".venv-openapi" / "bin" / "schemathesis"
SECONDS = 280.0
# A description cannot say all: which filter is one, which commit there is. So what fits it may still be refused.
CHECKS = ("--exclude-checks", "positive_data_acceptance")
# Of bodies this large it thinks of thousands, which differ little: two thirds of all that it sends. Two dozen at random
# here, all of them in the soak test; the body of one result, which these consist of, is sent in each way here, too.
FEW = """
[phases]
examples.enabled = false
stateful.enabled = false
fuzzing.generation.max-examples = 2

[[operations]]
include-name = ["POST /qatrack/definition", "POST /results"]
phases.coverage.enabled = false
phases.fuzzing.generation.max-examples = 24
"""
PRINTING = "def test_pass():\n    print('hello')\n\n\ndef test_fail():\n    assert 1 == 2\n"

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="schemathesis is not installed: make setup")


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFarm]:
    """A server with a job that is over, whose results have artifacts."""
    served = ServedFarm(tmp_path_factory.mktemp("farm"))
    served.pack.write("tests/menu.py", PRINTING)
    served.pack.commit()
    try:
        served.start()
        served.run("tests/menu.py::test_pass", "tests/menu.py::test_fail")
        yield served
    finally:
        served.stop()


def known(farm: ServedFarm) -> dict[str, str]:
    """Return a value for each variable of a path with which there is something at it."""
    [first, *_others] = farm.ask("GET", "/qarunner/api/v1/results", params={"filter": "result:pass"}).json()["results"]
    _nothing, node, group, number = first["job"].split("/")
    found = farm.ask("GET", f"/qarunner/api/v1/results/{first['id']}/artifacts").json()["artifacts"]
    assert [one["path"] for one in found if one["sha256"]].count("stbt.log") == 1
    return {"result": first["id"], "artifact": "stbt.log", "node": node, "group": group, "number": number}


def examined(
    farm: ServedFarm, folder: Path, values: dict[str, str], *words: str, more: str = "", seconds: float = SECONDS
) -> str:
    """Let it send what it likes; return what it says.

    :param values: of variables in paths; others are made up.
    :param more: of its configuration.
    """
    lines = ["[parameters]", *(f'"path.{name}" = {json.dumps(value)}' for name, value in values.items()), more]
    (folder / "schemathesis.toml").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [
            str(PROGRAM),
            "run",
            f"{farm.url}/qarunner/api/v1/openapi.json",
            f"--header=Authorization: Bearer {farm.token}",
            "--continue-on-failure",
            "--no-color",
            *CHECKS,
            *words,
        ],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        check=False,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, f"{done.stdout[-20_000:]}\n{done.stderr[-5_000:]}\n{farm.said()[-10_000:]}"
    return done.stdout


def assert_all(said: str) -> None:
    """Every operation was tried."""
    assert re.search(r"Operations: +(\d+) selected / \1 total", said)
    assert re.search(r"\d+ generated, \d+ passed", said)


def test_where_there_is_something_answers_fit_the_description(farm: ServedFarm, tmp_path: Path) -> None:
    assert_all(examined(farm, tmp_path, known(farm), "--generation-deterministic", "--no-shrink", more=FEW))
    assert f'"path":"/qarunner/api/v1/jobs/{farm.node}/0000/1/log","status":200' in farm.said()


def test_where_there_is_nothing_answers_fit_the_description(farm: ServedFarm, tmp_path: Path) -> None:
    words = ("--phases=fuzzing", "--max-examples=2", "--generation-deterministic", "--no-shrink")
    assert_all(examined(farm, tmp_path, {}, *words))


@pytest.mark.soak
def test_for_minutes_with_another_seed_each_time(farm: ServedFarm, tmp_path: Path) -> None:
    for values in (known(farm), {}):
        examined(farm, tmp_path, values, "--max-examples=400", "--max-time=240", seconds=1200)
