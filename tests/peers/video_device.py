"""A video device as the kernel shows one, for hosts without hardware: it answers `ioctl` by linux/videodev2.h.

The file, its mapping into memory and the structures are real; the kernel is not. Its pictures are recorded bytes.
"""

from __future__ import annotations

import errno
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qarunner_plugins.capture_v4l2 import kernel

PAGE = 4096
Offers = Mapping[str, Mapping[tuple[int, int], float]]


class VideoDeviceFile:
    """Stands in for the module `fcntl`.

    :param pictures: by pixel format, the bytes of its pictures. :param offers: by format, size and highest rate.
    """

    def __init__(
        self, path: Path, offers: Offers, pictures: Mapping[str, bytes], *, colours: tuple[int, int, int]
    ) -> None:
        self.path = path
        self.offers = offers
        self.pictures = pictures
        self.colours = colours
        """Colour space, encoding, quantization."""
        self.name = b"Fake Grabber"
        self.capabilities = kernel.CAN_CAPTURE | kernel.CAN_STREAM
        self.status = 0
        self.refusal = 0
        """An errno with which everything is refused."""
        self.next_refusals: list[int] = []
        """Errnos with which the next pictures are refused."""
        self.padding = 0
        self.code = ""
        self.queue: list[int] = []
        self.streaming = False
        self.sequence = 0
        self.plug()

    def plug(self) -> None:
        """Plug it in."""
        self.refusal = 0
        self.path.write_bytes(b"")

    def unplug(self) -> None:
        """Pull it out."""
        self.refusal = errno.ENODEV
        self.path.unlink(missing_ok=True)

    def ioctl(self, _descriptor: int, number: int, data: bytearray, _mutate: bool) -> int:  # noqa: FBT001 - as fcntl's
        """Answer as the kernel does."""
        if self.refusal:
            raise OSError(self.refusal, "refused")
        answers = {
            kernel.QUERYCAP: self._capability, kernel.ENUM_FMT: self._format, kernel.ENUM_FRAMESIZES: self._size,
            kernel.ENUM_FRAMEINTERVALS: self._rate, kernel.S_FMT: self._set_format, kernel.S_PARM: self._set_rate,
            kernel.REQBUFS: self._request, kernel.QUERYBUF: self._place, kernel.QBUF: self._give,
            kernel.DQBUF: self._take,
            kernel.STREAMON: self._start, kernel.STREAMOFF: self._stop, kernel.G_INPUT: self._input,
            kernel.ENUMINPUT: self._input_status,
        }  # fmt: skip
        answers[number](data)
        return 0

    def _capability(self, data: bytearray) -> None:
        struct.pack_into("=16s32s32sIII", data, 0, b"fake", self.name, b"nowhere", 0, self.capabilities, 0)

    def _format(self, data: bytearray) -> None:
        [index] = struct.unpack_from("=I", data)
        struct.pack_into("=4s", data, 44, _listed(list(self.offers), index).ljust(4).encode())

    def _size(self, data: bytearray) -> None:
        index, code = struct.unpack_from("=I4s", data)
        size = _listed(list(self.offers[code.decode()]), index)
        struct.pack_into("=III", data, 8, 1, *size)

    def _rate(self, data: bytearray) -> None:
        index, code, width, height = struct.unpack_from("=I4sII", data)
        rate = _listed([self.offers[code.decode()][width, height]], index)
        struct.pack_into("=III", data, 16, 1, 1000, round(rate * 1000))

    def _set_format(self, data: bytearray) -> None:
        width, height, code = struct.unpack_from("=II4s", data, kernel.FORMAT_UNION)
        self.code = code.decode()
        stride = {"YUYV": 2 * width, "NV12": width, "MJPG": 0}[self.code]
        stride += self.padding if stride else 0
        colorspace, encoding, quantization = self.colours
        whole = (
            width,
            height,
            code,
            1,
            stride,
            len(self.pictures[self.code]),
            colorspace,
            0,
            0,
            encoding,
            quantization,
            0,
        )
        struct.pack_into("=II4s9I", data, kernel.FORMAT_UNION, *whole)

    def _set_rate(self, data: bytearray) -> None:
        """Take what was asked for."""

    def _request(self, data: bytearray) -> None:
        struct.pack_into("=I", data, 0, 3)
        self.length = -(-len(self.pictures[self.code]) // PAGE) * PAGE
        self.path.write_bytes(self.pictures[self.code].ljust(self.length, b"\0") * 3)

    def _place(self, data: bytearray) -> None:
        [index] = struct.unpack_from("=I", data)
        struct.pack_into("@L", data, 64, index * self.length)
        struct.pack_into("=I", data, 72, self.length)

    def _give(self, data: bytearray) -> None:
        self.queue.append(struct.unpack_from("=I", data)[0])

    def _take(self, data: bytearray) -> None:
        time.sleep(0.02)
        if self.next_refusals:
            raise OSError(self.next_refusals.pop(0), "not now")
        if not self.queue or not self.streaming:
            raise BlockingIOError(errno.EAGAIN, "no picture")
        taken = time.monotonic() - 0.005
        self.sequence += 1
        index = self.queue.pop(0)
        struct.pack_into("=IIII", data, 0, index, 1, len(self.pictures[self.code]), kernel.MONOTONIC)
        struct.pack_into("@ll", data, 24, int(taken), int(taken % 1 * 1e6))
        struct.pack_into("=I", data, 56, self.sequence)

    def _start(self, _data: bytearray) -> None:
        self.streaming = True

    def _stop(self, _data: bytearray) -> None:
        self.streaming = False
        self.queue.clear()

    def _input(self, _data: bytearray) -> None:
        """Is the first."""

    def _input_status(self, data: bytearray) -> None:
        struct.pack_into("=I", data, 56, self.status)


def _listed(items: list[Any], index: int) -> Any:
    if index >= len(items):
        raise OSError(errno.EINVAL, "no more")
    return items[index]
