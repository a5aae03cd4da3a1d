"""Sends runs with the reporter ``qatrack``, and looks at what a server has then."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from tests.peers.run_directory import RunMaker

from qarunner import SentRun
from qarunner_plugins.report_qatrack.options import QatrackOptions, Settings, settings_of
from qarunner_plugins.report_qatrack.reporter import QatrackReporter


@dataclass(frozen=True)
class Sender:
    """A QATrack+ at `url`, and a token that it takes."""

    url: str
    token: str

    def settings(self, **options: Any) -> Settings:
        """Return the settings of a reporter for it; the time zone is UTC unless said otherwise."""
        given = {"url": self.url, "token": self.token, "time_zone": "UTC"} | options
        return settings_of(QatrackOptions(**given))

    def reporter(self, **options: Any) -> QatrackReporter:
        """Return a reporter for it."""
        return QatrackReporter(self.settings(**options))

    def send(self, maker: RunMaker, **options: Any) -> SentRun:
        """Send a run."""
        return self.reporter(**options).send(maker.run, maker.results, maker.folder)

    def get(self, path: str, **query: Any) -> Any:
        """Return what the server has at a path or link."""
        address = path if path.startswith("http") else f"{self.url}/{path}/"
        headers = {"Authorization": f"Token {self.token}"}
        answer = requests.get(address, params=query, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def instance(self, maker: RunMaker) -> dict[str, Any]:
        """Return the one list instance of a run that has one."""
        [record] = records(maker.folder)
        page = self.get("qa/testlistinstances", user_key=record["user_key"])
        assert page["count"] == 1
        instance: dict[str, Any] = page["results"][0]
        return instance

    def tests(self, instance: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the test instances of a list instance by macro."""
        found = {}
        for row in instance["test_instances"]:
            info = self.get(row["unit_test_info"])
            found[self.get(info["test"])["slug"]] = row
        return found


def records(folder: Path) -> list[dict[str, Any]]:
    """Return ``qatrack.json`` of a run."""
    content: list[dict[str, Any]] = json.loads((folder / "qatrack.json").read_text())
    return content
