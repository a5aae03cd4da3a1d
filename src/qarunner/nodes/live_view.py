"""The live view: a stream of JPEG pictures that every browser shows as a moving image."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from qarunner.nodes.http_answers import Answer
from qarunner.nodes.pictures import card, encode_jpeg

if TYPE_CHECKING:
    from collections.abc import Generator

    from qarunner.nodes.served_node import ServedNode

BOUNDARY = "qarunner-frame"
SILENCE = 1.0
"""Seconds without a frame after which the viewer is shown why there is none."""


def live_view(node: ServedNode, width: int, quality: int, rate: int) -> Answer:
    """Return the endless response: always the newest frame, so a slow viewer sees fewer, not older ones.

    :param width: pixels; frames are scaled down to it. :param quality: of the JPEG, 10 to 95.
    :param rate: at most so many frames a second.
    """

    def parts() -> Generator[bytes, None, None]:
        with node.activity.viewer():
            after, due, last = 0, 0.0, b""
            while not node.leaving.is_set():
                frame = node.hub.newest(after, SILENCE)
                if frame is None:
                    # Sent in any case: that is also how a viewer is noticed who has gone.
                    still = last if last and node.hub.has_signal else _no_picture(node, width, quality)
                    yield _part(still, time.monotonic())
                    continue
                after, last = frame.sequence, node.pictures.jpeg(frame, width, quality)
                yield _part(last, frame.time)
                due = max(due + 1 / rate, time.monotonic())
                time.sleep(max(0.0, due - time.monotonic()))

    headers = {"Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY}", "Cache-Control": "no-store"}
    return Answer(HTTPStatus.OK, headers, None, parts)


def _part(jpeg: bytes, taken: float) -> bytes:
    head = (
        f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\nX-Frame-Time: {taken:.6f}\r\n\r\n"
    )
    return head.encode() + jpeg + b"\r\n"


def _no_picture(node: ServedNode, width: int, quality: int) -> bytes:
    signal, text = node.hub.reader.signal()
    return encode_jpeg(card(text or signal.words, *node.config.frame_size), width, quality)
