"""How soon the server names the 10,000 testcases of a revision, beside ``pytest --collect-only`` of the same files.

Cold: a fresh process that knows nothing of the pack, fetch and mirror apart. Warm: asked again in the same process.
Next commit: one file of 500 has changed.

Bars: cold at most half of pytest's collection in the same run; warm at most 20 ms. The budget of one second is printed.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.peers.git_pack import GitPack  # noqa: E402 - the repository must be found first

FILES, PER_FILE = 500, 20
ROUNDS = 3
COLD_BAR, WARM_BAR = 0.5, 0.020
COLD = """
import sys, time
from pathlib import Path
from qarunner.jobs.packs import Packs
from qarunner.plugins import Plugins
packs = Packs(sys.argv[1], Path(sys.argv[2]), Plugins().testcase_sources())
sha = packs.resolve("main").sha
began = time.perf_counter()
number = len(packs.testcase_names(sha))
cold = time.perf_counter() - began
began = time.perf_counter()
packs.testcase_names(sha)
warm = time.perf_counter() - began
following = packs.resolve("next").sha
began = time.perf_counter()
packs.testcase_names(following)
print(number, cold, warm, time.perf_counter() - began)
"""


def make_pack(folder: Path) -> GitPack:
    """Make the pack, with a branch ``next`` on which one file differs."""
    pack = GitPack(folder)
    for number in range(FILES):
        body = "".join(
            f'def test_{number}_{each}():\n    """Look at page {each}."""\n    assert page({each}), "no page"\n\n\n'
            for each in range(PER_FILE)
        )
        pack.write(f"tests/area_{number % 25}/page_{number}.py", f"def page(number):\n    return number\n\n\n{body}")
    pack.commit()
    pack.git("checkout", "--quiet", "-b", "next")
    pack.write("tests/area_0/page_0.py", "def test_new(): pass\n")
    pack.commit()
    pack.git("checkout", "--quiet", "main")
    return pack


def collect(pack: Path) -> float:
    """Return the seconds of ``pytest --collect-only`` over the same files, of the whole process."""
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider"]
    options = ["-o", "python_files=*.py", "--import-mode=importlib", "-c", os.devnull, "--rootdir=.", "tests"]
    began = time.perf_counter()
    done = subprocess.run(
        [*command, *options],
        cwd=pack,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.count("::") == FILES * PER_FILE, done.stdout[-500:]
    return time.perf_counter() - began


def ours(pack: Path, data: Path) -> list[float]:
    """Return the seconds: cold, warm, next commit."""
    done = subprocess.run([sys.executable, "-c", COLD, pack, data], check=True, capture_output=True, text=True)
    number, *seconds = done.stdout.split()
    assert int(number) == FILES * PER_FILE
    return [float(each) for each in seconds]


def main() -> int:
    """Print the figures; return 1 when a bar is missed."""
    with tempfile.TemporaryDirectory() as folder:
        pack = make_pack(Path(folder) / "pack").folder
        peers, figures = [], []
        for number in range(ROUNDS):
            peers.append(collect(pack))
            figures.append(ours(pack, Path(folder) / f"data-{number}"))
    peer = statistics.median(peers)
    cold, warm, following = (statistics.median(each) for each in zip(*figures, strict=True))
    print(f"machine: {platform.node()}, {platform.machine()}, Python {platform.python_version()}")
    print(f"{FILES * PER_FILE} testcases in {FILES} files, median of {ROUNDS} rounds")
    print(f"pytest --collect-only: {peer:.2f} s")
    print(f"names of a revision, cold: {cold:.2f} s (budget 1 s), ratio {cold / peer:.2f} (bar {COLD_BAR:g})")
    print(f"the same, warm: {warm * 1000:.2f} ms (bar {WARM_BAR * 1000:g} ms)")
    print(f"next commit, one file changed: {following * 1000:.0f} ms")
    return int(cold / peer > COLD_BAR or warm > WARM_BAR)


if __name__ == "__main__":
    sys.exit(main())
