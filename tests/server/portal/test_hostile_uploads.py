"""What users upload and write cannot act as one of our pages: tried in a real browser that is signed in.

The same bytes, served by a careless server in the same place, do all the harm that is looked for here: so the look
would find it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Blueprint, Response
from tests.peers.farm_people import World
from tests.server.portal.conftest import Visit, sign_in

from qarunner.dialects.routes import public
from qarunner.dialects.spec import Claim, Dialect, Services
from qarunner.dialects.stbt import qa_dialects as stbt_dialects
from qarunner.results import Failure, Outcome, Phase
from qarunner.server.app import create_app
from qarunner.server.builtin import own_error, qa_dialects
from qarunner.server.http import HttpServer

if TYPE_CHECKING:
    from tests.peers.browser import Browser

pytestmark = pytest.mark.needs("chromium")
SCRIPT = """
const say = (what) => fetch("CANARY/" + encodeURIComponent(what), {mode: "no-cors"});
document.title = "ran";
say("ran");
say("cookie " + document.cookie);
fetch("/qarunner/api/v1/results?limit=1").then((answer) => say("called " + answer.status));
"""
PAGE = f"<!doctype html><html><head><title>x</title></head><body><script>{SCRIPT}</script></body></html>"
DRAWING = f'<svg xmlns="http://www.w3.org/2000/svg"><script>{escape(SCRIPT, quote=False)}</script></svg>'
XHTML = PAGE.replace("<!doctype html><html>", '<html xmlns="http://www.w3.org/1999/xhtml">').replace(
    SCRIPT, escape(SCRIPT, quote=False)
)
SAVED = {"evil.html": PAGE, "evil.svg": DRAWING, "evil.xhtml": XHTML, "folder/evil.htm": PAGE, "evil.mhtml": PAGE}
"""They are downloads."""
SHOWN = {"evil.txt": PAGE, "stbt.log": PAGE, "evil.png": PAGE}
"""They are shown, as what their names say."""
OWN, STBT = "/qarunner/api/v1/results/{}/artifacts/", "/api/v2/results/{}/artifacts/"


class Canary:
    """Hears what a script that ran has to say."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        canary = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                canary.heard.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.stop()


@pytest.fixture
def careless(world: World, canary: Canary) -> Iterator[str]:
    """The same server with one more dialect, which gives the files out as pages.

    Below ``guarded`` with the headers that every answer gets, below ``open`` as a web server without a care would.
    """
    kinds = {"evil.html": "text/html", "evil.svg": "image/svg+xml", "evil.xhtml": "application/xhtml+xml"}

    def blueprint(_services: Services) -> Blueprint:
        routes = Blueprint("careless", __name__)

        @routes.get("/careless/<how>/<name>")
        @public()
        def give(how: str, name: str) -> Response:
            answer = Response(SAVED[name].replace("CANARY", canary.url), mimetype=kinds[name])
            if how == "open":
                answer.headers["Content-Security-Policy"] = "default-src * 'unsafe-inline'"
            return answer

        return routes

    dialect = Dialect("careless", "", [Claim("/careless")], ("session",), blueprint, own_error)
    services = replace(world.services, stopping=threading.Event())
    server = HttpServer(create_app(services, [*qa_dialects(), *stbt_dialects(), dialect]), threads=12)
    server.start()
    yield server.url
    services.stopping.set()
    server.stop()


def test_an_uploaded_page_or_drawing_reads_no_session(
    world: World, browser: Browser, careless: str, canary: Canary, tmp_path: Path
) -> None:
    files = {name: text.replace("CANARY", canary.url).encode() for name, text in (SAVED | SHOWN).items()}
    result = world.keep(testcase="tests/evil.py::test_x", files=files)
    driver = browser.driver
    where = {"behavior": "allowAndName", "downloadPath": str(tmp_path)}
    driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    driver.get(f"{careless}/app/login")
    driver.delete_all_cookies()
    sign_in(browser, "anna")
    browser.wait_for("location.pathname === '/app/'")
    # The session's own cookie is kept from every script; this one stands for whatever else lies there.
    driver.execute_script("document.cookie = 'other=one; path=/'")
    for place in (OWN, STBT):
        for name in SAVED:
            before = len(_whole(tmp_path))
            driver.get("about:blank")
            driver.get(careless + place.format(result) + name)
            _wait(browser, lambda before=before: len(_whole(tmp_path)) > before)
            assert browser.run("location.href") == "about:blank", "a download, not a page"
        for name in SHOWN:
            driver.get(careless + place.format(result) + name)
            assert browser.run("document.title") != "ran"
            if not name.endswith(".png"):
                assert "<script>" in browser.run("document.body.innerText")
            assert browser.run("document.querySelector('script')") is None
    # Even a dialect that forgets to make a download of it has the policy that every answer gets.
    for name in ("evil.html", "evil.svg", "evil.xhtml"):
        driver.get(f"{careless}/careless/guarded/{name}")
        assert browser.run("document.querySelector('script') !== null"), "it is shown"
        assert browser.run("document.title") != "ran"
    assert canary.heard == []
    # And now without care: what was not heard above is heard here, so it was not for want of a session or of time.
    for name in ("evil.html", "evil.svg", "evil.xhtml"):
        canary.heard.clear()
        driver.get(f"{careless}/careless/open/{name}")
        _wait(browser, lambda: {"/ran", "/called%20200"} <= set(canary.heard))
        assert any("other%3Done" in what for what in canary.heard)
        assert not any("qarunner_session" in what for what in canary.heard), "no script reads the session's cookie"


def _whole(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.suffix != ".crdownload"]


def _wait(browser: Browser, condition: Any) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser.driver, 30, 0.05).until(lambda _driver: condition())


WRITTEN = (
    "**Mine** <script>window.ran = 1</script> [a](javascript:window.ran=1) <img src=x onerror=window.ran=1>"
    " <svg onload=window.ran=1></svg> <a href='javascript:window.ran=1'>b</a> <iframe src='/app/'></iframe>"
    " <style>body { display: none }</style> <form action='/app/logout'><button>x</button></form>"
)


def test_what_people_write_in_reservations_is_harmless(world: World, browser: Browser, visit: Visit) -> None:
    [made] = world.rig.farm.reserve([world.node], "ben", WRITTEN)
    try:
        visit(f"/app/nodes/{world.node}")
        assert browser.texts(".told strong") == ["Mine"]
        _is_harmless(browser)
    finally:
        world.rig.farm.interrupt(made.id, "anna", WRITTEN)
    visit("/app/", "ben")
    assert browser.texts(".told strong") == ["Mine"]
    _is_harmless(browser)
    world.rig.farm.ownership.seen(made.id, "ben")


def _is_harmless(browser: Browser) -> None:
    for tag in ("script", "iframe", "form", "style", "svg"):
        assert browser.run(f"document.querySelector('.told {tag}')") is None
    for link in browser.driver.find_elements("css selector", ".told a"):
        link.click()
    assert browser.run("window.ran") is None
    assert browser.run("getComputedStyle(document.body).display") != "none"
    # Nothing was left for the policy to stop but the picture that is not there.
    assert [what for what in browser.complaints() if not re.search(r"/x .*404|favicon", what)] == []


def test_what_a_testcase_writes_is_harmless(world: World, browser: Browser, visit: Visit) -> None:
    failure = Failure(outcome=Outcome.FAIL, phase=Phase.CALL, kind=WRITTEN, message=WRITTEN, traceback=WRITTEN)
    name = world.keep(
        Outcome.FAIL,
        testcase=f"tests/x.py::test_x[{WRITTEN}]",
        failures=(failure,),
        node="<script>window.ran=1</script>",
        tags={"<img src=x onerror=window.ran=1>": WRITTEN},
        notes=(WRITTEN,),
        files={"stbt.log": WRITTEN.encode(), "<script>window.ran=1<script>.txt": b"x"},
    )
    visit(f"/app/results/{name}")
    assert WRITTEN in browser.run("document.querySelector('h1').innerText")
    assert WRITTEN in browser.run("document.querySelector('pre.log').innerText")
    assert browser.run("window.ran") is None
    assert browser.complaints() == []
    browser.driver.get(browser.run("location.origin") + "/app/results")
    assert browser.run("window.ran") is None
