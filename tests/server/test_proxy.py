"""A whole server below a path of a real nginx with HTTPS: every URL it gives leads back to it, through the proxy."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from tests.peers.nginx import Nginx
from tests.peers.ports import free_port
from tests.peers.served_farm import START, ServedFarm

pytestmark = pytest.mark.needs("nginx")

PREFIX, HOST = "/qa", "stbt.example.com"
LINK = re.compile(r'(?:href|src|action|data-[a-z]+)="(/[^"]*|https?:[^"]*)"')


class Site:
    """A server and the proxy in front of it."""

    def __init__(self, folder: Path) -> None:
        (folder / "proxy").mkdir()
        port = free_port()
        self.proxy = Nginx(folder / "proxy", PREFIX, HOST, port)
        self.url, self.behind = self.proxy.url, f"http://127.0.0.1:{port}"
        self.job: dict[str, Any] = {}
        server = f'external_url = "{self.url}/"\nproxies = 1\nport = {port}\n'
        self.farm = ServedFarm(folder, server, f'[dialects.stbt]\nhost = "{HOST}"\nprefix = "/of/stbt"\n')
        self.farm.verify = str(self.proxy.certificate)
        self.farm.start("--port", str(port))
        (folder / "password").write_text("correct horse\n", encoding="utf-8")
        words = ("user", "add", "ada", "--role", "write", "--password-file", str(folder / "password"))
        subprocess.run([sys.executable, "-c", START, *words, "--data", str(self.farm.data)], cwd=folder, check=True)

    def ask(self, method: str, url: str, **keywords: Any) -> requests.Response:
        """Make a request with a token through the proxy."""
        return self.farm.ask(method, url, self.url, **keywords)

    def browse(self, session: requests.Session, url: str, **form: str) -> requests.Response:
        """Make a request as a browser does: a form where there is one."""
        keywords: dict[str, Any] = {"verify": self.farm.verify, "timeout": 60}
        if not form:
            return session.get(url, **keywords)
        return session.post(url, form, headers={"Origin": self.url[: -len(PREFIX)]}, **keywords)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"))
    try:
        site.job = site.farm.run("tests/menu.py::test_fail", url=site.behind)
        yield site
    finally:
        site.farm.stop()


@pytest.fixture(params=["prefix passed on", "prefix taken off"])
def site(served: Site, request: pytest.FixtureRequest) -> Iterator[Site]:
    served.proxy.start(takes_off=request.param == "prefix taken off")
    yield served
    served.proxy.stop()


def test_the_server_says_how_it_is_reached(site: Site) -> None:
    assert site.farm.url == site.url
    assert site.ask("GET", "/healthz").json() == {"status": "ok"}
    described = site.ask("GET", "/qarunner/api/v1/openapi.json").json()
    [server] = described["servers"]
    assert site.ask("GET", f"{server['url']}/results").status_code == 200


def test_every_link_of_the_portal_leads_below_the_prefix(site: Site) -> None:
    browser = requests.Session()
    page = site.browse(browser, f"{site.url}/")
    assert page.url.startswith(f"{site.url}/app/login"), "to sign in, and back from there"
    [action] = re.findall(r'<form[^>]* action="([^"]+)"', page.text)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    form = hidden | {"user": "ada", "name": "ada", "password": "correct horse"}
    home = site.browse(browser, urljoin(page.url, action), **form)
    assert (home.status_code, home.url) == (200, f"{site.url}/app/"), home.text
    [cookie] = browser.cookies.__iter__()
    assert (cookie.secure, cookie.path) == (True, PREFIX), "nobody else on this host gets it"
    seen: set[str] = set()
    for at in (page, home, site.browse(browser, f"{site.url}/app/results")):
        links = [unescape(link) for link in LINK.findall(at.text)]
        assert links
        assert [link for link in links if not link.startswith((f"{PREFIX}/", site.url))] == []
        seen |= {urljoin(at.url, link) for link in links if "logout" not in link and "events" not in link}
    wrong = {link: site.browse(browser, link).status_code for link in seen}
    assert {link: code for link, code in wrong.items() if code not in (200, 405)} == {}


def test_every_url_of_the_dialect_leads_back_through_the_proxy(site: Site) -> None:
    job = site.ask("GET", f"/api/v2/jobs{site.job['job_uid']}").json()
    [row] = site.ask("GET", "/api/v2/results", params={"filter": f"job:{job['job_uid']}"}).json()
    node = site.ask("GET", f"/api/v2/nodes/{site.farm.node}").json()
    urls = [job["job_url"], job["log_url"], row["result_url"], node["node_url"], node["job"]["job_url"]]
    for url in urls:
        assert url.startswith(f"{site.url}/api/v2/")
        assert site.ask("GET", url).status_code == 200, url
    for url in (job["triage_url"], row["triage_url"]):
        assert url.startswith(f"{site.url}/app/#/")
    xml = site.ask("GET", "/api/v2/results.xml").text
    assert f'value="{site.url}"' in xml
    assert row["triage_url"] in xml
    for path in ("/api/v2/nothing", "/api/v2//jobs//x"):
        answer = site.ask("GET", path)
        assert (answer.status_code, set(answer.json())) == (404, {"error"})


def test_the_dialects_own_places_are_behind_the_proxy_too(site: Site) -> None:
    below = site.ask("GET", f"/of/stbt/api/v2/nodes/{site.farm.node}").json()
    assert below["node_url"] == f"{site.url}/of/stbt/api/v2/nodes/{site.farm.node}"
    root = site.url[: -len(PREFIX)]
    there = site.ask("GET", f"{root}/api/v2/nodes/{site.farm.node}", headers={"Host": HOST}).json()
    assert there["node_url"] == f"https://{HOST}:{site.proxy.port}/api/v2/nodes/{site.farm.node}"
    assert site.ask("GET", f"{root}/healthz", headers={"Host": HOST}).json()["error"].startswith("there is nothing at")


def test_large_bodies_and_ranges_pass(site: Site) -> None:
    [row, *_more] = site.ask("GET", "/qarunner/api/v1/results").json()["results"]
    path = f"/qarunner/api/v1/results/{row['id']}/artifacts/big.bin"
    content = bytes(range(256)) * 4096 * 8
    assert site.ask("PUT", path, data=content).json()["complete"]
    part = site.ask("GET", path, headers={"Range": "bytes=1000000-1000009"})
    assert (part.status_code, part.content) == (206, content[1000000:1000010])
    refused = site.ask("POST", "/api/v2/run_tests", data=b" " * 20_000_000)
    assert (refused.status_code, set(refused.json())) == (413, {"error"})


def test_events_come_as_they_happen(site: Site) -> None:
    with site.ask("GET", "/qarunner/api/v1/events", stream=True) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert next(answer.iter_content(1))


def test_only_the_proxy_is_believed_about_the_clients_address(site: Site) -> None:
    site.ask("GET", "/api/v2/user", headers={"X-Forwarded-For": "9.9.9.9", "X-Forwarded-Host": "evil.example.com"})
    assert '"path":"/api/v2/user"' in site.farm.said()
    assert "9.9.9.9" not in site.farm.said()
    assert site.ask("GET", "/healthz").headers["Strict-Transport-Security"]
