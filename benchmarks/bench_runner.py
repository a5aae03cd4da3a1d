"""What ``--qa-node`` costs: 5,000 trivial testcases, the collection of 10,000, and the start of a session.

Each figure is the ratio of CPU seconds of the pytest process to those of plain pytest in the same run, the two taken
in turns; the median of the rounds counts. Run it alone: ``make bench`` or ``python benchmarks/bench_runner.py``.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 3
MEASURED = """
import json, resource, sys, time, pytest
started = time.perf_counter()
first = []
class Clock:
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self): first or first.append(time.perf_counter() - started)
sys.stdout = open("/dev/null", "w")
code = pytest.main(sys.argv[1:], plugins=[Clock()])
usage = resource.getrusage(resource.RUSAGE_SELF)
figures = {"code": int(code), "cpu": usage.ru_utime + usage.ru_stime, "first": first[0] if first else 0.0}
sys.__stderr__.write("\\n" + json.dumps(figures))
"""


def measure(folder: Path, *arguments: str) -> dict[str, float]:
    """Run pytest and return its figures: exit code, CPU seconds, seconds until the first testcase."""
    command = [sys.executable, "-c", MEASURED, "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stderr.splitlines()[-1])
    if figures["code"] != 0:
        sys.exit(f"{' '.join(command)} ended with {figures['code']}\n{done.stderr}")
    return figures


def in_turns(folder: Path, peer: list[str], ours: list[str]) -> tuple[list[dict[str, float]], ...]:
    """Run both in turns, each time on a node that no exporter serves yet."""
    peers, with_node = [], []
    for number in range(ROUNDS):
        peers.append(measure(folder, *peer))
        with_node.append(measure(folder, f"--qa-node=fresh-{number}-{folder.name}", *ours))
    return peers, with_node


def show(
    what: str, peers: list[dict[str, float]], ours: list[dict[str, float]], key: str, count: int, bar: str
) -> None:
    """Print one line of the table."""
    peer, our = (statistics.median(figures[key] for figures in side) for side in (peers, ours))
    ratio = statistics.median(o[key] / p[key] for o, p in zip(ours, peers, strict=True))
    print(f"{what:<44} {peer / count * 1e3:9.3f} {our / count * 1e3:9.3f} ms   x {ratio:.2f}   (bar: {bar})")


def make_pack(folder: Path, files: int, each: int) -> Path:
    """Make a pack of trivial testcases, which is an ordinary pytest project as well."""
    (folder / "tests").mkdir(parents=True)
    (folder / ".stbt.conf").write_text("[test_pack]\n")
    (folder / "pytest.ini").write_text("[pytest]\n")
    nodes = (f'[nodes.fresh-{n}-{folder.name}]\ncapture = "virtual:"\nremote = "virtual:"\n' for n in range(ROUNDS))
    (folder / "qarunner.toml").write_text("".join(nodes))
    for number in range(files):
        body = "".join(f"def test_{number}_{k}():\n    pass\n" for k in range(each))
        (folder / "tests" / f"test_{number}.py").write_text(body)
    return folder


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path(__file__).parent) as temporary:
        small = make_pack(Path(temporary) / "small", 50, 100)
        large = make_pack(Path(temporary) / "large", 100, 100)
        single = make_pack(Path(temporary) / "single", 1, 1)
        print(f"{platform.node()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
        print(f"{'':<44} {'pytest':>9} {'qarunner':>9}")
        peers, ours = in_turns(small, ["--junitxml=junit.xml"], [])
        show("5,000 trivial testcases, CPU each", peers, ours, "cpu", 5000, "1.25 x pytest --junitxml")
        peers, ours = in_turns(large, ["--collect-only"], ["--collect-only"])
        show("collection of 10,000, CPU each", peers, ours, "cpu", 10_000, "1.2 x pytest")
        peers, ours = in_turns(single, [], [])
        show("start to the first testcase, wall", peers, ours, "first", 1, "goal 1500 ms, exporter included")


if __name__ == "__main__":
    main()
