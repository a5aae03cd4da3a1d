"""Connections to pages of Chromium by its DevTools protocol."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from typing import Any

import msgspec

from .connection import ANSWER_LIMIT, CONNECT_LIMIT, Connection


class DevTools(Connection):
    """A connection to a page of a Chromium.

    :param address: ``host:port`` of the browser's debugger.
    :param page: its target's id, which is the handle of its window, too; default the first page.
    """

    def __init__(
        self,
        address: str,
        on_event: Callable[[str, dict[str, Any]], None],
        name: str,
        page: str = "",
        answer_limit: float = ANSWER_LIMIT,
    ) -> None:
        def socket() -> str:
            return f"ws://{address}/devtools/page/{page}" if page else page_of(address)

        super().__init__(socket, on_event, name, answer_limit)


def page_of(address: str) -> str:
    """Return the WebSocket address of the first page."""
    connection = http.client.HTTPConnection(address, timeout=CONNECT_LIMIT)
    try:
        connection.request("GET", "/json/list")
        targets = msgspec.json.decode(connection.getresponse().read())
    finally:
        connection.close()
    pages = [target["webSocketDebuggerUrl"] for target in targets if target["type"] == "page"]
    if not pages:
        raise OSError("it has no page")
    return str(pages[0])
