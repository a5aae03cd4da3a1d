"""What one would write without qarunner to read the pictures of a device: the peers of `bench_captures`."""

from __future__ import annotations

import os
import select
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy
from tests.peers.capture_trial import age

RATE, SIZE = 25, (1280, 720)


def bare_screen(display: str) -> Iterator[float]:
    """Take pictures of an X display by mss, at the rate."""
    import mss

    due = time.monotonic()
    with mss.MSS(display=display) as connection:
        area = connection.monitors[0]
        while True:
            due = max(due + 1 / RATE, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
            taken = time.monotonic()
            raw = numpy.frombuffer(connection.grab(area).raw, numpy.uint8)
            cv2.cvtColor(raw.reshape(SIZE[1], SIZE[0], 4), cv2.COLOR_BGRA2BGR)
            yield time.monotonic() - taken


def bare_stream(url: str) -> Iterator[float]:
    """Decode a stream by PyAV."""
    with av.open(url, options={"fflags": "nobuffer"}, timeout=(10, 5)) as container:
        for picture in container.decode(video=0):
            pixels: Any = picture.to_ndarray(format="bgr24")
            yield age(pixels, time.monotonic())


def bare_gstreamer(display: str) -> Iterator[float]:
    """Read what gst-launch writes, converted by GStreamer."""
    text = f"ximagesrc display-name={display} use-damage=false ! video/x-raw,framerate={RATE}/1 ! videoconvert"
    command = ["gst-launch-1.0", "-q", *text.split(), "!", "video/x-raw,format=BGR", "!", "fdsink"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    pixels = numpy.empty((SIZE[1], SIZE[0], 3), numpy.uint8)
    whole = memoryview(pixels.data).cast("B")
    try:
        while True:
            place, began = 0, 0.0
            while place < len(whole):
                place += os.readv(process.stdout.fileno(), [whole[place:]])
                began = began or time.monotonic()
            yield time.monotonic() - began
    finally:
        process.kill()
        process.communicate()


def bare_video(path: Path) -> Iterator[float]:
    """Decode a file by PyAV, each picture when it is due."""
    with av.open(str(path)) as container:
        began = time.monotonic()
        for picture in container.decode(video=0):
            due = began + (picture.time or 0.0)
            time.sleep(max(0.0, due - time.monotonic()))
            picture.to_ndarray(format="bgr24")
            yield time.monotonic() - due


def bare_vnc(port: int) -> Iterator[float]:
    """Speak RFB 3.8 without a password: take in what has changed, and convert the whole screen at the rate."""
    width, height = SIZE
    screen = numpy.zeros((height, width, 4), numpy.uint8)
    with socket.create_connection(("127.0.0.1", port)) as server:

        def read(count: int) -> bytes:
            data = b""
            while len(data) < count:
                data += server.recv(count - len(data))
            return data

        def ask(changes: int) -> None:
            server.sendall(struct.pack(">BBHHHH", 3, changes, 0, 0, width, height))

        read(12)
        server.sendall(b"RFB 003.008\n")
        read(read(1)[0])
        server.sendall(b"\x01")
        read(4)
        server.sendall(b"\x01")
        read(20)
        read(int.from_bytes(read(4)))
        server.sendall(b"\0\0\0\0" + struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0))
        server.sendall(struct.pack(">BxHi", 2, 1, 0))
        ask(0)
        due = time.monotonic()
        while True:
            due = max(due + 1 / RATE, time.monotonic())
            while select.select([server], [], [], max(0.0, due - time.monotonic()))[0]:
                assert read(1) == b"\0"
                for _ in range(struct.unpack(">xH", read(3))[0]):
                    x, y, wide, high, _encoding = struct.unpack(">HHHHi", read(12))
                    part = numpy.frombuffer(read(wide * high * 4), numpy.uint8)
                    screen[y : y + high, x : x + wide] = part.reshape(high, wide, 4)
                ask(1)
            taken = time.monotonic()
            cv2.cvtColor(screen, cv2.COLOR_BGRA2BGR)
            yield time.monotonic() - taken


def bare_adb(address: str) -> Iterator[float]:
    """Ask an adb server for one picture after the other."""
    host, _, port = address.partition(":")
    while True:
        taken = time.monotonic()
        with socket.create_connection((host, int(port))) as server, server.makefile("rb") as answers:
            for request in (b"host:transport-any", b"exec:screencap"):
                server.sendall(b"%04x%s" % (len(request), request))
                assert answers.read(4) == b"OKAY"
            width, height, _format = struct.unpack("<III", answers.read(12))
            raw: Any = numpy.frombuffer(answers.read(), numpy.uint8)[-width * height * 4 :]
        cv2.cvtColor(raw.reshape(height, width, 4), cv2.COLOR_RGBA2BGR)
        yield time.monotonic() - taken
