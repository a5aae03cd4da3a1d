"""A web page as a device, beside the same done by hand: pictures a second, press to picture, processor time.

Both drive the same Chromium at 1280x720, one after the other, in rounds: by the DevTools screencast, and on an X
display whose pixels are read. The page is a busy one; a part of it moves all the time for the first figure, and it
stands still for the second, where each press changes a colour. Bars, for either: one and a half times the processor
time for a picture that the road by hand needs, or less, and six tenths of its pictures (of a screencast they differ by
as much from one round to the next), or more. Goals: 20 pictures a second, 150 ms median from press to picture. Run it
alone.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import mss
import numpy
import websocket

from qarunner.testing import DriverRig
from qarunner_plugins.browser_selenium.cdp import page_of
from qarunner_plugins.browser_selenium.guard import children_of
from qarunner_plugins.browser_selenium.options import PageOptions
from qarunner_plugins.browser_selenium.page import stop
from qarunner_plugins.browser_selenium.starting import start, start_display

ROUNDS, SECONDS, PRESSES = 4, 3.0, 9
COST_BAR, RATE_BAR = 1.5, 0.6
FRAMES_GOAL, PRESS_GOAL = 20.0, 0.150
FPS = 60
SIZE = {"left": 0, "top": 0, "width": 1280, "height": 720}
PAGE = """<!doctype html><style>body { margin: 0; overflow: hidden; }
canvas { width: 1280px; height: 720px; } i { position: absolute; width: 300px; height: 300px; top: 200px; }
b { position: absolute; left: 540px; top: 560px; width: 200px; height: 80px; background: black; }</style>
<canvas id="canvas" width="640" height="360"></canvas><i id="box" style="background: navy"></i><b id="lamp"></b>
<script>
const pen = canvas.getContext("2d");
for (let i = 0; i < 4000; i++) {
  pen.fillStyle = `hsl(${(i * 37) % 360} 70% ${30 + (i % 40)}%)`;
  pen.fillRect((i * 97) % 640, (i * 61) % 360, 12, 9);
}
let presses = 0;
function step(time) { box.style.left = `${time % 980}px`; requestAnimationFrame(step); }
if (location.search === "?moving") requestAnimationFrame(step); else box.remove();
addEventListener("keydown", () => { lamp.style.background = ++presses % 2 ? "white" : "black"; });
</script>"""

Picture = Callable[[], Any]
Press = Callable[[], None]
Road = Callable[[Path, str], AbstractContextManager[tuple[Picture, Press]]]


def changes(picture: Picture) -> Picture:
    """Return what waits for a picture whose moving part differs from the one before."""
    last: list[Any] = [None]

    def changed() -> Any:
        while True:
            pixels = picture()
            part = pixels[210:490:20, ::4].copy()
            if last[0] is None or not numpy.array_equal(last[0], part):
                last[0] = part
                return pixels

    return changed


@contextmanager
def driver(page: Path, query: str, **options: Any) -> Iterator[tuple[Picture, Press]]:
    """Our capture and remote."""
    rig = DriverRig(page.parent)
    uri = f"browser:{page.as_uri()}{query}"
    with rig("capture", uri, fps=FPS, **options) as capture, rig("remote", "browser:") as remote:

        def picture() -> Any:
            while (frame := capture.read(1.0)) is None:
                pass
            return frame.pixels

        yield picture, lambda: remote.press("KEY_OK")


def driver_on_display(page: Path, query: str) -> AbstractContextManager[tuple[Picture, Press]]:
    """The same with a display of its own."""
    return driver(page, query, display="xvfb")


@contextmanager
def by_hand(page: Path, query: str, display: Any = None) -> Iterator[tuple[Callable[..., Any], Press, Any]]:
    """A Chromium with its page, and nothing but a WebSocket to it."""
    browser = start("chromium", PageOptions(), display=display, kiosk=display is not None)
    numbers = itertools.count(1)
    address = page_of(browser.capabilities["goog:chromeOptions"]["debuggerAddress"])
    socket = websocket.create_connection(address, suppress_origin=True, max_size=None, skip_utf8_validation=True)

    def send(method: str, **parameters: Any) -> int:
        number = next(numbers)
        socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        return number

    def press() -> None:
        for kind in ("rawKeyDown", "keyUp"):
            send("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13)

    try:
        send("Page.enable")
        if display is None:
            send("Emulation.setDeviceMetricsOverride", width=1280, height=720, deviceScaleFactor=1, mobile=False)
        send("Page.navigate", url=f"{page.as_uri()}{query}")
        time.sleep(1)
        yield send, press, socket
    finally:
        socket.close()
        stop(browser)


@contextmanager
def bare_screencast(page: Path, query: str) -> Iterator[tuple[Picture, Press]]:
    """``Page.startScreencast``, acknowledged and decoded."""
    with by_hand(page, query) as (send, press, socket):
        send("Page.startScreencast", format="jpeg", quality=90)

        def picture() -> Any:
            while True:
                message = json.loads(socket.recv())
                if message.get("method") == "Page.screencastFrame":
                    send("Page.screencastFrameAck", sessionId=message["params"]["sessionId"])
                    data = base64.b64decode(message["params"]["data"])
                    return cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)

        yield picture, press


@contextmanager
def bare_display(page: Path, query: str) -> Iterator[tuple[Picture, Press]]:
    """The pixels of an Xvfb, read as often as the driver does."""
    display = start_display("chromium", PageOptions())
    os.environ["XAUTHORITY"] = display.authority
    try:
        with by_hand(page, query, display) as (_send, press, _socket), mss.MSS(display=display.name) as screen:
            due = [time.monotonic()]

            def picture() -> Any:
                due[0] = max(due[0] + 1 / FPS, time.monotonic() - 1 / FPS)
                time.sleep(max(0.0, due[0] - time.monotonic()))
                raw = numpy.frombuffer(screen.grab(SIZE).raw, numpy.uint8)
                return cv2.cvtColor(raw.reshape(720, 1280, 4), cv2.COLOR_BGRA2BGR)

            yield picture, press
    finally:
        display.close()


@dataclass
class Figures:
    """The best of all rounds."""

    rate: float = 0.0
    delay: float = float("inf")
    cost: float = float("inf")
    browser_cost: float = float("inf")


def used_below(process: int) -> float:
    """Return the seconds of processor time that all descendants of a process have used."""
    total = 0.0
    for child in children_of(process):
        with contextlib.suppress(OSError):  # it has just ended
            fields = Path(f"/proc/{child}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + used_below(child)
    return total


def frames_a_second(picture: Picture) -> tuple[float, float, float]:
    """Return how many different pictures come, and the processor time for each, ours and the browser's, in seconds."""
    picture = changes(picture)
    picture()
    count, end, ours, browsers = 0, time.monotonic() + SECONDS, time.process_time(), used_below(os.getpid())
    while time.monotonic() < end:
        picture()
        count += 1
    return count / SECONDS, (time.process_time() - ours) / count, (used_below(os.getpid()) - browsers) / count


def press_to_picture(picture: Picture, press: Press) -> float:
    """Return the median of the seconds from a press to the picture that shows it."""
    taken = []
    for number in range(PRESSES):
        time.sleep(0.7)
        began = time.monotonic()
        press()
        while (picture()[600, 640].mean() > 127) != (number % 2 == 0):
            pass
        taken.append(time.monotonic() - began)
    return statistics.median(taken)


PAIRS: dict[str, tuple[Road, Road]] = {
    "screencast": (driver, bare_screencast),
    "display": (driver_on_display, bare_display),
}


def measure(page: Path) -> dict[Road, Figures]:
    """Try all roads in turn."""
    figures = {road: Figures() for pair in PAIRS.values() for road in pair}
    for _round in range(ROUNDS):
        for road, best in figures.items():
            with road(page, "?moving") as (picture, _press):
                rate, cost, browser_cost = frames_a_second(picture)
            with road(page, "") as (picture, press):
                delay = press_to_picture(picture, press)
            best.rate, best.delay = max(best.rate, rate), min(best.delay, delay)
            best.cost, best.browser_cost = min(best.cost, cost), min(best.browser_cost, browser_cost)
    return figures


def main() -> int:
    """Print all, and fail when the driver is much worse than the same done by hand."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(PAGE, encoding="utf-8")
        figures = measure(page)
    print(f"{platform.node()}, best of {ROUNDS} rounds, 1280x720")
    bad = False
    for name, pair in PAIRS.items():
        for who, road in zip(("driver", "by hand"), pair, strict=True):
            found = figures[road]
            print(f"  {name:<10} {who:<8} {found.rate:5.1f} pictures a second, {1000 * found.delay:5.0f} ms from press "
                  f"to picture; processor time each: {1000 * found.cost:.1f} ms, of the browser "
                  f"{1000 * found.browser_cost:.1f} ms")  # fmt: skip
        ours, bare = (figures[road] for road in pair)
        rate, cost = ours.rate / bare.rate, ours.cost / bare.cost
        bad = bad or rate < RATE_BAR or cost > COST_BAR
        reached = "reached" if ours.rate >= FRAMES_GOAL and ours.delay <= PRESS_GOAL else "not reached here"
        print(f"  {name:<10} ratio of pictures {rate:.2f} (bar {RATE_BAR}), of processor time {cost:.2f} "
              f"(bar {COST_BAR}); goals of {FRAMES_GOAL:g} a second, {1000 * PRESS_GOAL:g} ms: {reached}")  # fmt: skip
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
