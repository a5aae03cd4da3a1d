"""A stand-in for the original QATrack+ 3.1 where our own server is better, for what clients must bear with there.

It is a fake over a real socket: one unit and its lists, filters that are passed over when they are unknown, macros that
are dropped in silence, missing data in its own words, composites that crash on what is missing, uploads that cannot be
skipped, 429 and 5xx on demand. What it says of a test without a reference is ``no_tol``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "0123456789abcdef0123456789abcdef01234567"  # noqa: S105 - opens nothing
ZONE = timezone(timedelta(hours=-4))
FILTERS = {"name", "number", "unit__number", "slug__in", "user_key", "test_list_instance__user_key"}
Reply = tuple[int, Any, dict[str, str]]


class OriginalQatrack:
    """The server; `before` may answer in its place: given method and path, it returns a reply or None."""

    def __init__(self, tests: Sequence[tuple[str, str]], name: str = "tests/menu.py") -> None:
        self.name = name
        self.tests = dict(tests)
        self.references: dict[str, float] = {}
        self.procedures: dict[str, str] = {}
        self.instances: dict[int, dict[str, Any]] = {}
        self.posts: list[dict[str, Any]] = []
        self.before: Callable[[str, str], Reply | None] = lambda _method, _path: None
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(size)) if size else None
                authorised = self.headers.get("Authorization") == f"Token {TOKEN}"
                with outer._lock:
                    status, content, headers = outer._reply(self.command, self.path, body, authorised=authorised)
                text = content.encode() if isinstance(content, str) else json.dumps(content).encode()
                self.send_response(status)
                for header, value in {"Content-Length": str(len(text)), **headers}.items():
                    self.send_header(header, value)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/api"
        self.shown = self.url
        """As its links begin; another one stands for a server behind a proxy that does not know what it is called."""
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Be gone."""
        self._server.shutdown()
        self._server.server_close()

    def _reply(self, method: str, target: str, body: Any, *, authorised: bool) -> Reply:
        parts = urlsplit(target)
        path = parts.path.removeprefix("/api/").strip("/").replace("qc/", "qa/", 1)
        early = self.before(method, path)
        if early is not None:
            return early
        if not authorised:
            return 401, {"detail": "Invalid token."}, {}
        if method == "POST" and path == "qa/testlistinstances":
            return self._post(body)
        rows = self._tables().get(path)
        if rows is not None:
            return 200, _page(rows, dict(parse_qsl(parts.query))), {}
        table, _, number = path.rpartition("/")
        found = [row for row in self._tables().get(table, []) if row["url"] == self._link(table, int(number))]
        return (200, found[0], {}) if found else (404, {"detail": "Not found."}, {})

    def _link(self, table: str, number: int) -> str:
        return f"{self.shown}/{table.replace('qa/', 'qc/', 1)}/{number}/"  # as the original prints them

    def _tables(self) -> dict[str, list[dict[str, Any]]]:
        unit, listed = self._link("units/units", 5), self._link("qa/testlists", 6)
        tests = [self._link("qa/tests", number) for number in range(1, len(self.tests) + 1)]
        rows = zip(tests, self.tests.items(), strict=True)
        collection = {
            "url": self._link("qa/unittestcollections", 7), "name": self.name, "unit": unit, "tests_object": listed,
            "active": True, "next_test_list": listed, "next_day": 0,
        }  # fmt: skip
        return {
            "units/units": [{"url": unit, "number": 1, "name": "living-room", "active": True}],
            "qa/unittestcollections": [{**collection, "unit__number": 1}],
            "qa/testlists": [{"url": listed, "name": self.name, "tests": tests, "test_lists": [], "modified": "x"}],
            "qa/tests": [
                {"url": url, "slug": slug, "type": kind, "calculation_procedure": self.procedures.get(slug)}
                for url, (slug, kind) in rows
            ],
            "qa/unittestinfos": [
                {"url": self._link("qa/unittestinfos", number), "test": test, "reference": None, "unit__number": 1}
                for number, test in enumerate(tests, 1)
            ],
            "qa/testlistinstances": list(self.instances.values()),
            "qa/testinstances": [row for one in self.instances.values() for row in one["rows"]],
        }

    def _post(self, body: Any) -> Reply:
        self.posts.append(body)
        required = ("unit_test_collection", "work_started", "tests")
        if missing := [name for name in required if name not in body]:
            return 400, {name: ["This field is required."] for name in missing}, {}
        if any(one["user_key"] == body["user_key"] for one in self.instances.values()):
            return 400, {"user_key": ["test list instance with this user key already exists."]}, {}
        problem = self._problem(body["tests"])
        if problem:
            return 400, {"non_field_errors": [problem]}, {}
        number = len(self.instances) + 1
        started = datetime.strptime(body["work_started"], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=ZONE)
        shown = {"url": self._link("qa/testlistinstances", number), "site_url": f"{self.url[:-4]}/qc/session/{number}"}
        shown |= {"user_key": body["user_key"], "in_progress": body["in_progress"]}
        shown |= {"work_started": started.isoformat()}
        tests = {slug: self._shown(slug, body["tests"].get(slug, {})) for slug in self.tests}
        infos = {slug: self._link("qa/unittestinfos", place) for place, slug in enumerate(self.tests, 1)}
        rows = [
            {"url": f"{self.url}/qc/testinstances/{place}/", "unit_test_info": infos[slug], "value": test["value"],
             "pass_fail": test["pass_fail"][0], "skipped": test["skipped"],
             "test_list_instance__user_key": body["user_key"]}
            for place, (slug, test) in enumerate(tests.items(), 1)
        ]  # fmt: skip
        self.instances[number] = {**shown, "rows": rows, "body": body}
        return 201, {**shown, "tests": tests}, {}

    def _problem(self, tests: dict[str, Any]) -> str:
        absent = [slug for slug, kind in self.tests.items() if slug not in tests and kind not in _AUTOMATIC]
        without = {slug for slug in self.tests if tests.get(slug, {}).get("value") is None}
        for slug, procedure in self.procedures.items():
            lost = [name for name in procedure.replace("=", " ").split() if name in without and name != slug]
            if lost and lost[0] in absent:
                return f"Error with {slug} test: Invalid Test Procedure: NameError: name '{lost[0]}' is not defined"
            if lost and not tests.get(slug, {}).get("skipped"):
                return (
                    f"Wrong value type (number/string) for tests: {slug}\nIf these are composite tests with missing "
                    f"dependencies, they should be marked as skipped in your request"
                )
        if absent:
            return f"Missing data for tests: {', '.join(absent)}"
        for slug, kind in self.tests.items():
            if kind == "upload" and not tests[slug].get("filename"):
                return f"{slug} is missing the filename field"
        return ""

    def _shown(self, slug: str, given: dict[str, Any]) -> dict[str, Any]:
        value = given.get("value")
        number = float(value) if isinstance(value, bool | int | float) else None
        reference = self.references.get(slug)
        verdict = ["no_tol", "No Tol Set"]
        if given.get("skipped"):
            verdict = ["not_done", "Not Done"]
        elif reference is not None:
            verdict = ["ok", "OK"] if number == reference else ["action", "Action"]
        return {"value": number, "pass_fail": verdict, "skipped": bool(given.get("skipped")), "attachments": []}


_AUTOMATIC = ("composite", "scomposite", "constant")


def _page(rows: Sequence[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    for name, value in query.items():
        if name in FILTERS and name.endswith("__in"):
            rows = [row for row in rows if row.get(name.removesuffix("__in")) in value.split(",")]
        elif name in FILTERS:
            rows = [row for row in rows if str(row.get(name)) == value]
    return {"count": len(rows), "next": None, "previous": None, "results": rows}
