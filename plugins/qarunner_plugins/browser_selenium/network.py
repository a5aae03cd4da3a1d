"""From Chromium's performance log to the requests a page made, without their headers and bodies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

MOST = 5000


class Request(msgspec.Struct, omit_defaults=True):
    """One request. `time`: seconds since the first one. `failed`: why there is no answer."""

    time: float
    method: str
    url: str
    kind: str = ""
    status: int = 0
    mime_type: str = ""
    seconds: float = 0.0
    failed: str = ""


def log_of(entries: Iterable[dict[str, Any]]) -> list[Request]:
    """Return the requests of a performance log in the order in which they were made."""
    requests: dict[str, Request] = {}
    first = 0.0
    for entry in entries:
        message = msgspec.json.decode(entry["message"])["message"]
        method, params = message["method"], message["params"]
        number = params.get("requestId", "")
        if method == "Network.requestWillBeSent" and len(requests) < MOST:
            first = first or params["timestamp"]
            asked = params["request"]
            url = asked["url"] if not asked["url"].startswith("data:") else asked["url"][:40]
            requests[number] = Request(params["timestamp"] - first, asked["method"], url, params.get("type", ""))
        elif request := requests.get(number):
            if method == "Network.responseReceived":
                request.status, request.mime_type = params["response"]["status"], params["response"]["mimeType"]
            elif method == "Network.loadingFinished":
                request.seconds = params["timestamp"] - first - request.time
            elif method == "Network.loadingFailed":
                request.failed = params["errorText"]
    return list(requests.values())
