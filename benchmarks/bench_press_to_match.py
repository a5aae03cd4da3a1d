"""From a key press to the match of the picture that answers it, on the virtual set-top box at 720p30, with a region.

The box answers at once here (no response delay), so what is left is the wait for the next frame, its way through
the ring, and the match. The peer is the match alone, on a frame in memory. Bar: the median is at most one frame time
over it.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

PRESSES = 30
FRAME_TIME = 1 / 30
TESTCASE = """
    import json, pathlib, statistics, time
    import stbt_core as stbt

    RESULTS = stbt.Region(620, 280, right=860, bottom=440)

    def empty_search():
        stbt.press("KEY_HOME")
        stbt.press("KEY_SEARCH")
        time.sleep(1.5)

    def test_latency():
        empty_search()
        stbt.press("KEY_OK")  # types a letter: what is found for it appears at once, without an animation
        time.sleep(1)
        poster = stbt.crop(stbt.get_frame(), RESULTS.extend(x=20, y=20, right=-20, bottom=-20)).copy()
        times, alone = [], []
        for _ in range({presses}):
            empty_search()
            assert not stbt.match(poster, region=RESULTS)
            pressed = stbt.press("KEY_OK")
            for frame in stbt.frames(5):
                started = time.perf_counter()
                found = stbt.match(poster, frame=frame, region=RESULTS)
                alone.append(time.perf_counter() - started)
                if found: break
            assert found
            times.append(time.time() - pressed.start_time)
        figures = [statistics.median(times), statistics.median(alone), max(times)]
        pathlib.Path("{out}").write_text(json.dumps(figures))
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path(__file__).parent) as temporary:
        pack = Path(temporary)
        (pack / "tests").mkdir()
        (pack / "pytest.ini").write_text("[pytest]\n")
        (pack / ".stbt.conf").write_text("[test_pack]\n")
        options = "fps=30&response_delay=0&jitter=0"
        node = f'[nodes.bench]\ncapture = "virtual:?{options}"\nremote = "virtual:"\n'
        (pack / "qarunner.toml").write_text(node)
        text = textwrap.dedent(TESTCASE).format(presses=PRESSES, out=pack / "figures")
        (pack / "tests" / "latency.py").write_text(text)
        command = [sys.executable, "-m", "pytest", "-q", "--qa-node=bench", "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=pack, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stdout)
        median, alone, longest = json.loads((pack / "figures").read_text())
    over = (median - alone) / FRAME_TIME
    print(f"{platform.node()}, {PRESSES} presses")
    print(f"press to match: median {median * 1e3:.1f} ms, longest {longest * 1e3:.1f} ms")
    print(f"the match alone: {alone * 1e3:.1f} ms")
    print(f"over the match: x {over:.2f} of one frame time (bar: 1)")


if __name__ == "__main__":
    main()
