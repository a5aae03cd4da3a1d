"""What GStreamer writes into a pipe with ``gdppay``, read by hand: real packets of a real pipeline."""

from __future__ import annotations

import subprocess

import pytest

from qarunner_plugins.capture_gstreamer.packets import HEADER_SIZE, Head, Kind, Segment, read_head

pytestmark = pytest.mark.needs("gstreamer", "gstreamer-sound")

PACKETS = "gdppay crc-header=false crc-payload=false ! fdsink fd=1"
SEGMENT = (
    b'GstEventSegment, segment=(GstSegment)"segment, flags=(GstSegmentFlags)GST_SEGMENT_FLAG_NONE, rate=(double)1,'
    b" applied-rate=(double)1, format=(GstFormat)time, base=(guint64)%d, offset=(guint64)0, start=(guint64)%d,"
    b' stop=(guint64)18446744073709551615, time=(guint64)0";\x00'
)


def packets(pipeline: str) -> list[tuple[Head, bytes]]:
    command = ["gst-launch-1.0", "-q", *f"{pipeline} ! {PACKETS}".split()]
    data, place, found = subprocess.run(command, check=True, capture_output=True).stdout, 0, []
    while place < len(data):
        head = read_head(data[place:])
        found.append((head, data[place + HEADER_SIZE : place + HEADER_SIZE + head.size]))
        place += HEADER_SIZE + head.size
    return found


def test_buffers_have_their_bytes_and_times() -> None:
    sound = "audiotestsrc num-buffers=3 samplesperbuffer=480 ! audio/x-raw,format=S16LE,rate=48000,channels=2"
    buffers = [(head, payload) for head, payload in packets(sound) if head.kind is Kind.BUFFER]
    assert [head.time for head, _payload in buffers] == [0, 10_000_000, 20_000_000]
    assert [len(payload) for _head, payload in buffers] == [480 * 4] * 3


def test_before_them_comes_what_they_are() -> None:
    found = packets("audiotestsrc num-buffers=1 ! audio/x-raw,format=S16LE,rate=48000,channels=2")
    kinds = [head.kind for head, _payload in found]
    assert kinds.index(Kind.CAPS) < kinds.index(Kind.BUFFER)
    assert b"rate=(int)48000" in found[kinds.index(Kind.CAPS)][1]


def test_a_real_segment_is_understood() -> None:
    [segment] = [payload for _head, payload in packets("audiotestsrc num-buffers=1") if b"GstEventSegment" in payload]
    assert segment.startswith(SEGMENT.partition(b"base=")[0])  # so that what is tried below is what is really sent


@pytest.mark.parametrize(
    ("base", "start", "running"), [(0, 0, 7.0), (0, 5_000_000_000, 2.0), (1_000_000_000, 5_000_000_000, 3.0)]
)
def test_what_a_segment_says_is_believed(base: int, start: int, running: float) -> None:
    segment = Segment()
    segment.hear(b"GstEventStreamStart, stream-id=(string)7ce2, start=(guint64)9\x00")
    segment.hear(SEGMENT % (base, start))
    assert segment.running_time(Head(Kind.BUFFER, 1, 7_000_000_000)) == pytest.approx(running)
    assert segment.running_time(Head(Kind.BUFFER, 1, None)) is None
