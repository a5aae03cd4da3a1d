"""The numbers and structures are those of linux/videodev2.h, and the rule of choice is what a person would choose."""

from __future__ import annotations

import struct
import sys

import pytest

from qarunner_plugins.capture_v4l2 import kernel
from qarunner_plugins.capture_v4l2.choosing import Offer, choose


@pytest.mark.skipif(sys.maxsize < 2**32, reason="the numbers below hold the sizes of 64-bit structures")
def test_requests_have_the_numbers_that_the_kernel_s_header_gives() -> None:
    names = [
        "QUERYCAP", "ENUM_FMT", "S_FMT", "REQBUFS", "QUERYBUF", "QBUF", "DQBUF", "STREAMON", "STREAMOFF", "S_PARM",
        "ENUMINPUT", "G_INPUT", "ENUM_FRAMESIZES", "ENUM_FRAMEINTERVALS",
    ]  # fmt: skip
    # Printed by a C program that includes the header, gcc 12 on x86-64.
    assert [getattr(kernel, name) for name in names] == [
        0x80685600, 0xC0405602, 0xC0D05605, 0xC0145608, 0xC0585609, 0xC058560F, 0xC0585611, 0x40045612, 0x40045613,
        0xC0CC5616, 0xC050561A, 0x80045626, 0xC02C564A, 0xC034564B,
    ]  # fmt: skip


@pytest.mark.skipif(sys.maxsize < 2**32, reason="the offsets below are those of 64-bit structures")
def test_a_buffer_has_its_fields_where_the_header_has_them() -> None:
    data = bytearray(88)
    for offset, value in ((0, 3), (8, 1000), (56, 7), (60, 1), (72, 4096)):
        struct.pack_into("=I", data, offset, value)
    struct.pack_into("@ll", data, 24, 12, 34)
    struct.pack_into("@L", data, 64, 8192)
    fields = kernel.BUFFER.unpack(data)
    assert [fields[place] for place in (0, 2, 5, 6, 17, 18, 19, 20)] == [3, 1000, 12, 34, 7, 1, 8192, 4096]


STICK = [
    Offer("YUYV", (640, 480), 30), Offer("YUYV", (1280, 720), 10), Offer("YUYV", (1920, 1080), 5),
    Offer("MJPG", (640, 480), 30), Offer("MJPG", (1280, 720), 60), Offer("MJPG", (1920, 1080), 30),
]  # fmt: skip
CARD = [Offer("NV12", (1920, 1080), 60), Offer("YUYV", (1920, 1080), 60), Offer("NV12", (3840, 2160), 30)]


@pytest.mark.parametrize(
    ("offers", "asked", "chosen"),
    [
        (STICK, {}, Offer("MJPG", (1920, 1080), 30)),  # uncompressed would be 5 frames a second
        (STICK, {"rate": 60}, Offer("MJPG", (1280, 720), 60)),  # rather the frame rate than the size
        (STICK, {"rate": 120}, Offer("MJPG", (1920, 1080), 30)),  # nothing reaches it: the largest
        (STICK, {"size": (640, 480)}, Offer("YUYV", (640, 480), 30)),  # both reach it: the one without loss
        (STICK, {"code": "YUYV", "rate": 10}, Offer("YUYV", (1280, 720), 10)),
        (STICK, {"rate": 29.97, "size": (1920, 1080)}, Offer("MJPG", (1920, 1080), 30)),
        (STICK, {"size": (800, 600)}, None),
        (STICK, {"code": "NV12"}, None),
        (CARD, {"rate": 60}, Offer("NV12", (1920, 1080), 60)),
        (CARD, {"size": (3840, 2160)}, Offer("NV12", (3840, 2160), 30)),  # asked for, it may be larger
        ([Offer("H264", (1920, 1080), 60)], {}, None),
        ([Offer("NV12", (3840, 2160), 30)], {}, Offer("NV12", (3840, 2160), 30)),  # it has no other
        ([Offer("YUYV", (720, 576))], {"rate": 60}, Offer("YUYV", (720, 576))),  # it does not say
        ([], {}, None),
    ],
)
def test_the_best_offer_is_taken(offers: list[Offer], asked: dict[str, object], chosen: Offer | None) -> None:
    assert choose(offers, **asked) == chosen  # type: ignore[arg-type]  # of the table


def test_sizes_within_a_range_are_recognised() -> None:
    sizes = kernel.Sizes((160, 120), (1920, 1080), (16, 2))
    assert sizes.has((1280, 720))
    assert not sizes.has((1281, 720))
    assert not sizes.has((3840, 2160))
