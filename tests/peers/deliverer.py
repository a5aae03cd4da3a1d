"""Somebody who delivers results with artifacts to a server, without end, and remembers what was acknowledged."""

from __future__ import annotations

import hashlib
import os
import threading
from typing import Any, Self

import msgspec
import requests
from tests.peers.sample_results import sample

from qarunner.results import Result

API = "/qarunner/api/v1"
SECONDS = 60.0


class Deliverer:
    """Delivers in threads from `start` on; a server that is away for a moment is tried again.

    :param token: of a user who may write.
    """

    def __init__(self, url: str, token: str, threads: int = 2) -> None:
        self._api, self._token = url + API, token
        self.acknowledged: dict[str, str] = {}
        """SHA-256 of the artifact of each result that the server has taken with its artifact, by its id, in order."""
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]

    def start(self) -> Self:
        """Begin."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """End after the result that is on its way."""
        self._stop.set()
        for thread in self._threads:
            thread.join(SECONDS)

    def _work(self) -> None:
        with requests.Session() as session:
            while not self._stop.is_set():
                deliver(session, self._api, self._token, self.acknowledged)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()


def deliver(session: requests.Session, api: str, token: str, acknowledged: dict[str, str], **changes: Any) -> Result:
    """Deliver one result with an artifact of 20 kB that no other has."""
    headers = {"Authorization": f"Bearer {token}"}
    result, data = sample(**changes), os.urandom(20_000)
    body = msgspec.json.encode({"result": result})
    session.put(f"{api}/results/{result.id}", data=body, headers=headers, timeout=SECONDS).raise_for_status()
    path = f"{api}/results/{result.id}/artifacts/video.mp4"
    session.put(path, data=data, headers=headers, timeout=SECONDS).raise_for_status()
    acknowledged[result.id] = hashlib.sha256(data).hexdigest()
    return result


def hash_of_artifact(url: str, token: str, result: str) -> str:
    """Return the SHA-256 of what a server has as the artifact, or its status where it has none."""
    path = f"{url}{API}/results/{result}/artifacts/video.mp4"
    answer = requests.get(path, headers={"Authorization": f"Bearer {token}"}, timeout=SECONDS)
    return hashlib.sha256(answer.content).hexdigest() if answer.status_code == 200 else str(answer.status_code)
