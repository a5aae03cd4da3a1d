"""The part of the kernel's video interface (linux/videodev2.h) that a capture needs."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_WRITE, _READ = 1, 2
CAPTURE, MMAP = 1, 1
"""``V4L2_BUF_TYPE_VIDEO_CAPTURE`` and ``V4L2_MEMORY_MMAP``."""
CAN_CAPTURE, CAN_STREAM, HAS_DEVICE_CAPS = 0x1, 0x04000000, 0x80000000
BAD_PICTURE, TIMESTAMP_KIND, MONOTONIC = 0x40, 0xE000, 0x2000
NO_SIGNAL = 0x1 | 0x2 | 0x100 | 0x10000 | 0x40000
"""Of an input's status: no power, no signal, no lock, no sync, no carrier."""
LONG = struct.calcsize("l")
FORMAT_UNION = struct.calcsize("P")
"""Where the union of ``v4l2_format`` begins: it holds a pointer."""
_CAPABILITY = struct.Struct("=16s32s32sIII12x")
_FORMAT_DESCRIPTION = struct.Struct("=III32sII12x")
_PICTURE = struct.Struct("=12I")
_SIZES = struct.Struct("=9I8x")
_INTERVALS = struct.Struct("=11I8x")
_PARAMETERS = struct.Struct("=8I172x")
_REQUEST = struct.Struct("=5I")
BUFFER = struct.Struct("@5I2l2I8B2IL3I0L")
_INPUT = struct.Struct("=I32s3IQ2I12x4x")
_FORMAT_SIZE = FORMAT_UNION + 200


def request(direction: int, number: int, size: int) -> int:
    """Return the number of an ioctl, as ``_IOWR('V', number, size)`` does."""
    return direction << 30 | size << 16 | ord("V") << 8 | number


BOTH = _READ | _WRITE
QUERYCAP = request(_READ, 0, _CAPABILITY.size)
ENUM_FMT = request(BOTH, 2, _FORMAT_DESCRIPTION.size)
S_FMT = request(BOTH, 5, _FORMAT_SIZE)
REQBUFS = request(BOTH, 8, _REQUEST.size)
QUERYBUF = request(BOTH, 9, BUFFER.size)
QBUF = request(BOTH, 15, BUFFER.size)
DQBUF = request(BOTH, 17, BUFFER.size)
STREAMON = request(_WRITE, 18, 4)
STREAMOFF = request(_WRITE, 19, 4)
S_PARM = request(BOTH, 22, _PARAMETERS.size)
ENUMINPUT = request(BOTH, 26, _INPUT.size)
G_INPUT = request(_READ, 38, 4)
ENUM_FRAMESIZES = request(BOTH, 74, _SIZES.size)
ENUM_FRAMEINTERVALS = request(BOTH, 75, _INTERVALS.size)
MOST = 100
"""Formats, sizes and rates that are asked for: a driver that never says "no more" must not hold us."""


@dataclass(frozen=True)
class Sizes:
    """Sizes of a format: from the smallest to the largest in steps; one size when both are equal."""

    smallest: tuple[int, int]
    largest: tuple[int, int]
    step: tuple[int, int] = (1, 1)

    def has(self, size: tuple[int, int]) -> bool:
        """Whether a size is one of them."""
        return all(
            low <= wanted <= high and (wanted - low) % max(1, step) == 0
            for wanted, low, high, step in zip(size, self.smallest, self.largest, self.step, strict=True)
        )


@dataclass(frozen=True)
class PictureFormat:
    """What the device was set to: `code` like ``YUYV``; `stride` and `size` in bytes; colours as the kernel says."""

    width: int
    height: int
    code: str
    stride: int
    size: int
    colorspace: int = 0
    encoding: int = 0
    quantization: int = 0


@dataclass(frozen=True)
class Filled:
    """A buffer with a picture. `time`: seconds of CLOCK_MONOTONIC, None when the driver counts otherwise."""

    index: int
    length: int
    time: float | None
    bad: bool
    sequence: int


def code_of(number: int) -> str:
    """Return the four letters of a pixel format."""
    return struct.pack("<I", number & 0x7FFFFFFF).decode("latin-1").rstrip()


def number_of(code: str) -> int:
    """Return the number of four letters."""
    number: int = struct.unpack("<I", code.ljust(4).encode("latin-1"))[0]
    return number


class VideoDevice:
    """An open video device. Every method raises `OSError` when the kernel refuses."""

    def __init__(self, path: os.PathLike[str]) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def _call(self, number: int, layout: struct.Struct, *values: object) -> tuple[int | bytes, ...]:
        data = bytearray(layout.pack(*values))
        self._ioctl(number, data)
        return layout.unpack(data)

    def _ioctl(self, number: int, data: bytearray) -> None:
        fcntl.ioctl(self.descriptor, number, data, True)  # noqa: FBT003 - its own signature

    def capabilities(self) -> tuple[str, int]:
        """Return the device's own name, and what it can do."""
        _driver, card, _bus, _version, whole, own = self._call(QUERYCAP, _CAPABILITY, b"", b"", b"", 0, 0, 0)
        assert isinstance(card, bytes)
        assert isinstance(whole, int)
        assert isinstance(own, int)
        return card.split(b"\0")[0].decode("utf-8", "replace"), own if whole & HAS_DEVICE_CAPS else whole

    def formats(self) -> Iterator[str]:
        """Yield the pixel formats it can deliver."""
        for index in range(MOST):
            try:
                answer = self._call(ENUM_FMT, _FORMAT_DESCRIPTION, index, CAPTURE, 0, b"", 0, 0)
            except OSError:
                return
            yield code_of(_int(answer[4]))

    def sizes(self, code: str) -> Iterator[Sizes]:
        """Yield the sizes of a format."""
        for index in range(MOST):
            try:
                answer = self._call(ENUM_FRAMESIZES, _SIZES, index, number_of(code), 0, 0, 0, 0, 0, 0, 0)
            except OSError:
                return
            kind, one, two, three, four, five, six = map(_int, answer[2:])
            if kind == 1:
                yield Sizes((one, two), (one, two))
            else:
                yield Sizes((one, four), (two, five), (three, six))
                return

    def rates(self, code: str, size: tuple[int, int]) -> Iterator[float]:
        """Yield the frame rates of a format and a size; of a range only the highest."""
        for index in range(MOST):
            try:
                answer = self._call(ENUM_FRAMEINTERVALS, _INTERVALS, index, number_of(code), *size, 0, 0, 0, 0, 0, 0, 0)
            except OSError:
                return
            kind, numerator, denominator = map(_int, answer[4:7])
            if numerator:
                yield denominator / numerator
            if kind != 1:
                return

    def set_format(self, code: str, size: tuple[int, int]) -> PictureFormat:
        """Ask for a format; return what it became."""
        data = bytearray(_FORMAT_SIZE)
        struct.pack_into("=I", data, 0, CAPTURE)
        _PICTURE.pack_into(data, FORMAT_UNION, *size, number_of(code), 1, 0, 0, 0, 0, 0, 0, 0, 0)
        self._ioctl(S_FMT, data)
        (
            width,
            height,
            number,
            _field,
            stride,
            whole,
            colorspace,
            _private,
            _flags,
            encoding,
            quantization,
            _transfer,
        ) = _PICTURE.unpack_from(data, FORMAT_UNION)
        return PictureFormat(width, height, code_of(number), stride, whole, colorspace, encoding, quantization)

    def set_rate(self, rate: float) -> float:
        """Ask for a frame rate; return what it became, 0 when it does not say."""
        numbers = (1000, round(rate * 1000))
        try:
            answer = self._call(S_PARM, _PARAMETERS, CAPTURE, 0, 0, *numbers, 0, 0, 0)
        except OSError:
            return 0.0
        numerator, denominator = map(_int, answer[3:5])
        return denominator / numerator if numerator else 0.0

    def request_buffers(self, count: int) -> int:
        """Have the kernel make buffers; return how many there are."""
        return _int(self._call(REQBUFS, _REQUEST, count, CAPTURE, MMAP, 0, 0)[0])

    def buffer_place(self, index: int) -> tuple[int, int]:
        """Return length and offset by which a buffer is mapped."""
        answer = self._call(QUERYBUF, BUFFER, *_buffer(index))
        return _int(answer[20]), _int(answer[19])

    def give(self, index: int) -> None:
        """Give a buffer to the driver to fill."""
        self._call(QBUF, BUFFER, *_buffer(index))

    def take(self) -> Filled:
        """Take the oldest filled buffer; `BlockingIOError` when there is none."""
        answer = self._call(DQBUF, BUFFER, *_buffer(0))
        index, _type, length, flags = map(_int, answer[:4])
        time = None
        if flags & TIMESTAMP_KIND == MONOTONIC:
            time = _int(answer[5]) + _int(answer[6]) / 1e6
        return Filled(index, length, time, bool(flags & BAD_PICTURE), _int(answer[17]))

    def stream(self, *, on: bool) -> None:
        """Start or stop it."""
        self._ioctl(STREAMON if on else STREAMOFF, bytearray(struct.pack("=i", CAPTURE)))

    def has_signal(self) -> bool:
        """Whether the chosen input has a signal, as far as the driver can tell; true when it cannot."""
        try:
            data = bytearray(4)
            self._ioctl(G_INPUT, data)
            [chosen] = struct.unpack("=I", data)
            answer = self._call(ENUMINPUT, _INPUT, chosen, b"", 0, 0, 0, 0, 0, 0)
        except OSError as error:
            if error.errno == errno.ENODEV:
                raise
            return True
        return not _int(answer[6]) & NO_SIGNAL

    def close(self) -> None:
        """Let go of it."""
        os.close(self.descriptor)


def _buffer(index: int) -> tuple[int, ...]:
    return (index, CAPTURE, 0, 0, 0, 0, 0, *(0,) * 10, 0, MMAP, 0, 0, 0, 0)


def _int(value: int | bytes) -> int:
    assert isinstance(value, int)
    return value
