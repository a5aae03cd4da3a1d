"""A web page as a device, beside bare DevTools screenshots of the same page: pictures a second, and press to picture.

Both drive the same Chromium at 1280x720, one after the other, in rounds. The page moves all the time for the first
figure and stands still for the second, where each press changes its colour. Bar: nine tenths of the pictures that bare
screenshots give, or more. Goals: 20 pictures a second, 150 ms median from press to picture. Run it alone.
"""

from __future__ import annotations

import base64
import itertools
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy
import websocket

from qarunner.testing import DriverRig
from qarunner_plugins.browser_selenium.cdp import page_of
from qarunner_plugins.browser_selenium.options import PageOptions
from qarunner_plugins.browser_selenium.page import stop
from qarunner_plugins.browser_selenium.starting import start

ROUNDS, SECONDS, PRESSES = 2, 5.0, 15
BAR, FRAMES_GOAL, PRESS_GOAL = 0.9, 20.0, 0.150
PAGE = """<!doctype html><style>body { margin: 0; background: rgb(0, 0, 0); }
i { position: absolute; top: 200px; width: 300px; height: 300px; background: rgb(90, 140, 220); }</style>
<i id="box"></i>
<script>
const moving = location.search === "?moving";
let presses = 0;
function step(time) { box.style.left = `${time % 980}px`; requestAnimationFrame(step); }
if (moving) requestAnimationFrame(step); else box.remove();
addEventListener("keydown", () => { document.body.style.background = ++presses % 2 ? "white" : "black"; });
</script>"""

Picture = Callable[[], Any]
Press = Callable[[], None]


@contextmanager
def driver(page: Path, query: str) -> Iterator[tuple[Picture, Press]]:
    """Our capture and remote; a picture that only comes again does not count, so its pixels are handed out once."""
    rig = DriverRig(page.parent)
    with rig("capture", f"browser:{page.as_uri()}{query}") as capture, rig("remote", "browser:") as remote:
        last: list[Any] = [None]

        def picture() -> Any:
            while True:
                frame = capture.read(1.0)
                if frame is not None and frame.pixels is not last[0]:
                    last[0] = frame.pixels
                    return frame.pixels

        yield picture, lambda: remote.press("KEY_OK")


@contextmanager
def bare(page: Path, query: str) -> Iterator[tuple[Picture, Press]]:
    """Nothing but a WebSocket and ``Page.captureScreenshot``, decoded."""
    browser = start("chromium", PageOptions())
    numbers = itertools.count(1)
    address = page_of(browser.capabilities["goog:chromeOptions"]["debuggerAddress"])
    socket = websocket.create_connection(address, suppress_origin=True, max_size=None)

    def call(method: str, **parameters: Any) -> Any:
        number = next(numbers)
        socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(socket.recv())).get("id") != number:
            pass
        return answer["result"]

    def picture() -> Any:
        data = call("Page.captureScreenshot", format="jpeg", quality=90)["data"]
        return cv2.imdecode(numpy.frombuffer(base64.b64decode(data), numpy.uint8), cv2.IMREAD_COLOR)

    def press() -> None:
        for kind in ("rawKeyDown", "keyUp"):
            call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13)

    try:
        call("Emulation.setDeviceMetricsOverride", width=1280, height=720, deviceScaleFactor=1, mobile=False)
        call("Page.navigate", url=f"{page.as_uri()}{query}")
        time.sleep(0.5)
        yield picture, press
    finally:
        socket.close()
        stop(browser)


def frames_a_second(picture: Picture) -> float:
    """Return how many different pictures come."""
    count, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        picture()
        count += 1
    return count / SECONDS


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


def main() -> int:
    """Print both, and fail when the driver gives fewer pictures than it should."""
    roads = {"driver": driver, "bare screenshots": bare}
    rates: dict[str, float] = dict.fromkeys(roads, 0.0)
    delays: dict[str, float] = dict.fromkeys(roads, float("inf"))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(PAGE, encoding="utf-8")
        for _round in range(ROUNDS):
            for name, road in roads.items():
                with road(page, "?moving") as (picture, _press):
                    rates[name] = max(rates[name], frames_a_second(picture))
                with road(page, "") as (picture, press):
                    delays[name] = min(delays[name], press_to_picture(picture, press))
    print(f"{platform.node()}, best of {ROUNDS} rounds, 1280x720")
    for name in roads:
        print(f"  {name:<17} {rates[name]:5.1f} pictures a second, {1000 * delays[name]:5.0f} ms from press to picture")
    ratio = rates["driver"] / rates["bare screenshots"]
    goals = rates["driver"] >= FRAMES_GOAL and delays["driver"] <= PRESS_GOAL
    print(f"  ratio {ratio:.2f} (bar {BAR}); goals of {FRAMES_GOAL:g} a second and {1000 * PRESS_GOAL:g} ms "
          f"{'reached' if goals else 'not reached here'}")  # fmt: skip
    return 0 if ratio >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
