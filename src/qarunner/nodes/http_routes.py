"""What the exporter answers over HTTP: status, pictures, keys, videos and leases, for people and for other hosts."""

from __future__ import annotations

import logging
import os
import re
import socket
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec

from qarunner.decoding import decoder_of
from qarunner.errors import NodeBusyError, QarunnerError
from qarunner.nodes.control_session import used_by_another
from qarunner.nodes.http_answers import Answer, HttpError, bytes_answer, from_error, json_answer
from qarunner.nodes.live_view import live_view
from qarunner.nodes.pictures import encode_jpeg, encode_png
from qarunner.nodes.ring import NANOSECONDS
from qarunner.nodes.status import LeaseInfo

if TYPE_CHECKING:
    from qarunner.nodes.activity import Activity
    from qarunner.nodes.http_recordings import HttpRecordings
    from qarunner.nodes.ring import Frame
    from qarunner.nodes.served_node import ServedNode

_log = logging.getLogger(__name__)

Body = TypeVar("Body", bound=msgspec.Struct)
Query = Mapping[str, str]

THUMBNAIL_WIDTH = 640
THUMBNAIL_QUALITY = 50
SMALLEST_WIDTH = 64
CHUNK = 256 * 1024

Text = Annotated[str, msgspec.Meta(max_length=200)]


class _KeyRequest(msgspec.Struct, forbid_unknown_fields=True):
    key: Text
    lease: Text = ""


class _StopRequest(msgspec.Struct, forbid_unknown_fields=True):
    id: Text


class _LeaseRequest(msgspec.Struct, forbid_unknown_fields=True):
    holder: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    reason: Text = ""
    seconds: Annotated[float, msgspec.Meta(ge=1, le=3600)] = 60.0


class _RenewRequest(msgspec.Struct, forbid_unknown_fields=True):
    lease: Text
    seconds: Annotated[float, msgspec.Meta(ge=1, le=3600)] = 60.0


class _EndRequest(msgspec.Struct, forbid_unknown_fields=True):
    lease: Text


@dataclass
class Request:
    """One request, as its route sees it."""

    path: str
    query: Query
    body: bytes

    def read(self, kind: type[Body]) -> Body:
        """Return the JSON body.

        :raises HttpError: it is not what the route takes; says where.
        """
        try:
            return decoder_of(kind).decode(self.body or b"{}")
        except msgspec.DecodeError as error:
            fields = ", ".join(kind.__struct_fields__)
            raise HttpError(HTTPStatus.BAD_REQUEST, f"body: {error}", f"Send a JSON object with {fields}") from error

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number of the query.

        :raises HttpError: it is none, or out of bounds.
        """
        text = self.query.get(name, str(default))
        if not re.fullmatch(r"[0-9]{1,6}", text) or not low <= int(text) <= high:
            raise HttpError(HTTPStatus.BAD_REQUEST, f"{name}={text!r} is not a whole number from {low} to {high}")
        return int(text)


class Routes:
    """The routes of one node."""

    def __init__(self, node: ServedNode, recordings: HttpRecordings) -> None:
        self._node = node
        self._recordings = recordings
        self._table: dict[str, dict[str, Callable[[Request], Answer]]] = {
            "/": {"GET": self._index},
            "/status": {"GET": self._status},
            "/screenshot.png": {"GET": self._screenshot},
            "/thumbnail.jpg": {"GET": self._thumbnail},
            "/live.mjpg": {"GET": self._live},
            "/press": {"POST": self._key(node.press)},
            "/keydown": {"POST": self._key(node.keydown)},
            "/keyup": {"POST": self._key(node.keyup)},
            "/record/start": {"POST": self._record_start},
            "/record/stop": {"POST": self._record_stop},
            "/record/<id>.mp4": {"GET": self._record_fetch},
            "/lease": {"POST": self._lease_take, "PUT": self._lease_renew, "DELETE": self._lease_end},
        }

    @property
    def activity(self) -> Activity:
        """Where requests are counted."""
        return self._node.activity

    def used_by_another(self) -> NodeBusyError:
        """Return the error for a user who may not use the node."""
        return used_by_another(self._node)

    def answer(self, method: str, path: str, query: Query, body: bytes) -> Answer:
        """Answer one request.

        :raises HttpError: it cannot be done; says why.
        """
        route = "/record/<id>.mp4" if re.fullmatch(r"/record/[0-9a-f]{16}\.mp4", path) else path
        methods = self._table.get(route)
        if methods is None or "<" in path:
            raise HttpError(HTTPStatus.NOT_FOUND, f"there is no {path!r}", f"There are {', '.join(self._table)}")
        handler = methods.get("GET" if method == "HEAD" else method)
        if handler is None:
            allowed = ", ".join([*methods, "HEAD"] if "GET" in methods else methods)
            problem = f"{path} does not take {method}"
            raise HttpError(HTTPStatus.METHOD_NOT_ALLOWED, problem, f"It takes {allowed}", {"Allow": allowed})
        try:
            return handler(Request(path, query, body))
        except QarunnerError as error:
            raise from_error(error) from error
        except HttpError:
            raise
        except Exception as error:
            _log.exception("answering %s %s", method, path)
            problem = f"the exporter failed: {type(error).__name__}: {error}"
            raise HttpError(HTTPStatus.INTERNAL_SERVER_ERROR, problem, "See its log") from error

    def _index(self, _request: Request) -> Answer:
        endpoints = {path: list(methods) for path, methods in self._table.items()}
        return json_answer({"node": self._node.config.id, "endpoints": endpoints})

    def _status(self, _request: Request) -> Answer:
        return json_answer(self._node.status)

    def _screenshot(self, _request: Request) -> Answer:
        frame = self._node.pictures.current()
        return bytes_answer(encode_png(frame.pixels), "image/png", _frame_headers(frame))

    def _thumbnail(self, request: Request) -> Answer:
        width = request.number("width", THUMBNAIL_WIDTH, SMALLEST_WIDTH, 1920)
        quality = request.number("quality", THUMBNAIL_QUALITY, 10, 95)
        frame = self._node.pictures.current()
        return bytes_answer(encode_jpeg(frame.pixels, width, quality), "image/jpeg", _frame_headers(frame))

    def _live(self, request: Request) -> Answer:
        width = request.number("width", self._node.config.frame_size[0], SMALLEST_WIDTH, 3840)
        quality = request.number("quality", 75, 10, 95)
        rate = request.number("fps", 25, 1, 60)
        return live_view(self._node, width, quality, rate)

    def _key(self, action: Callable[[str, str], tuple[float, float]]) -> Callable[[Request], Answer]:
        def handler(request: Request) -> Answer:
            order = request.read(_KeyRequest)
            start, end = action(order.lease, order.key)
            return json_answer({"key": order.key, "start": start, "end": end})

        return handler

    def _record_start(self, _request: Request) -> Answer:
        identifier = self._recordings.start(self._node.frame_rate)
        return json_answer({"id": identifier, "file": f"/record/{identifier}.mp4"}, HTTPStatus.CREATED)

    def _record_stop(self, request: Request) -> Answer:
        return json_answer(self._recordings.stop(request.read(_StopRequest).id))

    def _record_fetch(self, request: Request) -> Answer:
        identifier = request.path.removeprefix("/record/").removesuffix(".mp4")
        file, size = self._recordings.fetch(identifier)

        def parts() -> Generator[bytes, None, None]:
            for start in range(0, size, CHUNK):
                yield os.pread(file.fileno(), min(CHUNK, size - start), start)

        return Answer(HTTPStatus.OK, {"Content-Type": "video/mp4", "Cache-Control": "no-store"}, size, parts)

    def _lease_take(self, request: Request) -> Answer:
        order = request.read(_LeaseRequest)
        claim = LeaseInfo(holder=order.holder, reason=order.reason, host=socket.gethostname())
        lease = self._node.take_lease(claim, time_to_live=order.seconds)
        return json_answer({"lease": lease.token, "until": lease.info.until}, HTTPStatus.CREATED)

    def _lease_renew(self, request: Request) -> Answer:
        order = request.read(_RenewRequest)
        lease = self._node.leases.renew(order.lease, order.seconds)
        return json_answer({"lease": lease.token, "until": lease.info.until})

    def _lease_end(self, request: Request) -> Answer:
        token = request.read(_EndRequest).lease
        self._node.leases.find(token)
        self._node.end_lease(token)
        return json_answer({})


def _frame_headers(frame: Frame) -> dict[str, Any]:
    """Return when the picture was taken: monotonic nanoseconds, and how old it is now in seconds."""
    return {
        "X-Frame-Sequence": str(frame.sequence),
        "X-Frame-Time": str(round(frame.time * NANOSECONDS)),
        "X-Frame-Age": f"{time.monotonic() - frame.time:.4f}",
    }
