"""Makes run directories as a session of the runner would leave them, with any number of results and real evidence."""

from __future__ import annotations

import random
import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from tests.peers.evidence import Evidence, make_evidence

from qarunner.outbox.files import list_artifacts
from qarunner.results import (
    RESULT_FILE,
    RUN_FILE,
    TIMELINE_FILE,
    Device,
    Failure,
    Measurement,
    Outcome,
    Phase,
    Process,
    Result,
    Run,
    Step,
    new_id,
    to_json,
)

STARTED = datetime(2026, 3, 14, 9, 26, 53, 589793, UTC)
NODE = "living-room"
DEVICE = Device(model="ACME STB-4K", build="7.3.1-rc2", properties={"serial": "A1B2C3"})
DEAD_PROCESS = Process(host=socket.gethostname(), boot_id="before the last reboot", pid=1, start_ticks=0)

TRACEBACK = """tests/menu.py:14: in test_settings_opens
    open_settings()
tests/pages/menu.py:31: in open_settings
    assert stbt.wait_for_match("images/settings.png", timeout_secs=5)
E   stbt_core.MatchTimeout: Didn't find match for 'images/settings.png' within 5 seconds.
E   The best match had a score of 0.61 at Region(x=412, y=198, width=64, height=64)"""


@dataclass
class RunMaker:
    """Makes one run directory below `root`; each `add` makes one result in it.

    `evidence`: made once and copied into results that ask for it.
    """

    root: Path
    name: str = "2026-03-14T09-26-53Z-1a2b3c"
    process: Process | None = None
    run: Run = field(init=False)
    results: list[Result] = field(default_factory=list)
    evidence: Evidence | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.run = Run(
            id=new_id(),
            node=NODE,
            pack="/home/anna/television-tests",
            revision="4f0c2d9b7e51a3c8d6e0f1a2b3c4d5e6f7a8b9c0",
            started=STARTED,
            command_line=("pytest", f"--qa-node={NODE}"),
            category="nightly",
            tags={"branch": "main", "sky": "blue"},
            seed=20260314,
            user="anna",
            process=self.process,
            device=DEVICE,
            versions={"qarunner": "0.1.0", "stbt-core": "34.12.0", "python": "3.11.7"},
        )
        self.write_run()

    @property
    def folder(self) -> Path:
        """The run directory."""
        return self.root / self.name

    def write_run(self) -> None:
        """Write ``run.json`` as it is now."""
        (self.folder / RUN_FILE).write_bytes(to_json(self.run))

    def add(
        self,
        testcase: str = "tests/menu.py::test_settings_opens",
        outcome: Outcome | None = Outcome.PASS,
        *,
        message: str = "",
        files: dict[str, str] | None = None,
        with_evidence: bool = False,
        **fields: object,
    ) -> Result:
        """Make one result; `outcome` None leaves it running. `fields` are any of the record's own."""
        number = len(self.results) + 1
        result = Result(
            id=new_id(),
            run_id=self.run.id,
            testcase=testcase,
            folder=f"{number:04}-{'-'.join(word for word in _words(testcase))[:60]}",
            node=self.run.node,
            started=STARTED + timedelta(seconds=4 * number),
            duration=2.5,
            finished=outcome is not None,
            outcome=outcome,
            failures=_failures(outcome, message),
            device=DEVICE,
        )
        result = msgspec.structs.replace(result, **fields)
        folder = self.folder / result.folder
        folder.mkdir()
        for path, text in (files or {}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", errors="surrogatepass")
        if with_evidence:
            result = self._copy_evidence(result)
        if outcome is not None:
            result = msgspec.structs.replace(result, artifacts=list_artifacts(folder))
        (folder / RESULT_FILE).write_bytes(to_json(result))
        self.results.append(result)
        return result

    def _copy_evidence(self, result: Result) -> Result:
        self.evidence = self.evidence or make_evidence(self.root / ".evidence")
        folder = self.folder / result.folder
        for name in self.evidence.files:
            shutil.copyfile(self.evidence.folder / name, folder / name)
        timeline = msgspec.structs.replace(self.evidence.timeline, result_id=result.id, started=result.started)
        (folder / TIMELINE_FILE).write_bytes(to_json(timeline))
        return msgspec.structs.replace(result, video_start=0.25, duration=self.evidence.duration)

    def finish(self, exit_code: int = 1) -> RunMaker:
        """End the run as a session does that was not killed."""
        last = self.results[-1] if self.results else None
        duration = (last.started - STARTED).total_seconds() + last.duration if last else 0.0
        self.run = msgspec.structs.replace(self.run, duration=duration, exit_code=exit_code, selected=len(self.results))
        self.write_run()
        return self


def make_typical_run(root: Path, *, with_evidence: bool = True) -> RunMaker:
    """Make a run of some twenty results, as a nightly run of a small test pack would leave them."""
    maker = RunMaker(root)
    steps = (
        Step(keyword="Given", name="the home menu is shown", status="passed", started=0.3, duration=0.9),
        Step(keyword="When", name='I press "KEY_RIGHT" 3 times', status="passed", started=1.2, duration=2.4),
        Step(
            keyword="Then",
            name='within 2 seconds I see the image "guide.png"',
            status="failed",
            started=3.6,
            duration=2.01,
            location="features/steps/screen.py:18",
            message="Didn't find match for 'guide.png' within 2 seconds",
        ),
        Step(keyword="And", name="the screen moves", status="skipped"),
    )
    measurements = (
        Measurement(name="zap_time", value=0.84, unit="s", high=1.0, time=3.1),
        Measurement(name="black_between_channels", value=0.31, unit="s", low=0.0, high=0.25, time=3.4),
        Measurement(name="frame_rate", value=49.8, unit="fps", low=49.0, high=51.0, time=5.0),
        Measurement(name="volume", value=23, unit=""),
    )
    maker.add("tests/menu.py::test_home_menu_appears", with_evidence=with_evidence, location="tests/menu.py:8")
    maker.add(
        "tests/menu.py::test_settings_opens",
        Outcome.FAIL,
        message="Didn't find match for 'images/settings.png' within 5 seconds.",
        with_evidence=with_evidence,
        measurements=measurements,
        markers=("smoke", "QA-12"),
        location="tests/menu.py:14",
        notes=("The video is cut: the disk was full.",),
    )
    maker.add("tests/menu.py::test_back_leaves_settings", with_evidence=with_evidence)
    maker.add(
        "tests/live.py::test_picture_is_there",
        Outcome.ERROR,
        message="capture v4l2:/dev/video0 lost the device: no frame for 10 s. Is the HDMI cable plugged in?",
        with_evidence=with_evidence,
    )
    maker.add("tests/live.py::test_zap[next]", measurements=measurements[:1], with_evidence=with_evidence)
    maker.add("tests/live.py::test_zap[previous]", measurements=measurements[2:], files={"zap.csv": "0.84\n"})
    maker.add("tests/live.py::test_standby", Outcome.SKIP, reason="needs a power outlet, living-room has none")
    failed_step = steps[2].message
    scenario = "features/guide.feature::The guide shows what is on now"
    maker.add(
        scenario,
        Outcome.FAIL,
        message=failed_step,
        steps=steps,
        with_evidence=with_evidence,
        markers=("guide", "QA-77"),
    )
    passed = tuple(msgspec.structs.replace(step, status="passed", message="") for step in steps)
    maker.add("features/guide.feature::The guide scrolls by day -- @1.1 today", steps=passed)
    maker.add("features/guide.feature::The guide scrolls by day -- @1.2 tomorrow", steps=passed)
    maker.add("tests/flaky.py::test_network_time", Outcome.ERROR, message="ConnectionResetError: connection reset")
    maker.add("tests/flaky.py::test_network_time", attempt=2)
    for number in range(8):
        maker.add(f"tests/volume.py::test_volume_{number}", duration=0.4 + number)
    return maker.finish()


def make_large_run(root: Path, number: int, *, seed: int = 1) -> RunMaker:
    """Make a run of many short results without pictures: 1 in 50 fails, 1 in 100 is an error, 1 in 40 is skipped."""
    maker = RunMaker(root)
    chance = random.Random(seed)
    for index in range(number):
        draw = chance.random()
        outcome = next(kind for limit, kind in _SHARES if draw < limit)
        maker.add(
            f"tests/area_{index // 50:03}/test_feature_{index // 10:04}.py::test_case_{index % 10}",
            outcome,
            message=f"expected {index} but the screen shows {index + 1}" if outcome in {"fail", "error"} else "",
            duration=round(chance.expovariate(0.5), 3),
            files={"stdout.log": "pressing KEY_OK\n" * 5} if index % 10 == 0 else None,
        )
    return maker.finish()


_SHARES: Sequence[tuple[float, Outcome]] = (
    (0.02, Outcome.FAIL),
    (0.03, Outcome.ERROR),
    (0.055, Outcome.SKIP),
    (1.0, Outcome.PASS),
)


def _failures(outcome: Outcome | None, message: str) -> tuple[Failure, ...]:
    if outcome not in {Outcome.FAIL, Outcome.ERROR}:
        return ()
    assert outcome is not None
    kind = "MatchTimeout" if outcome is Outcome.FAIL else "DeviceLostError"
    return (Failure(outcome=outcome, phase=Phase.CALL, kind=kind, message=message or "wrong", traceback=TRACEBACK),)


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text).split()
