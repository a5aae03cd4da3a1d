"""Addresses of devices in the network, and what is said when they cannot be used."""

from __future__ import annotations

import errno
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qarunner import (
    ConfigurationError,
    DeviceError,
    DeviceLostError,
    DeviceSocket,
    DriverContext,
    UnknownKeyError,
    host_and_port,
    look_up_key,
    network_error,
    shown_address,
)


def context(address: str) -> DriverContext:
    return DriverContext(node="living-room", capability="remote", uri=f"box:{address}", address=address)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("box", ("box", 8060)),
        ("192.168.1.5:80", ("192.168.1.5", 80)),
        ("[::1]", ("::1", 8060)),
        ("[fe80::1%eth0]:9", ("fe80::1%eth0", 9)),
    ],
)
def test_an_address_is_a_host_with_or_without_a_port(address: str, found: tuple[str, int]) -> None:
    assert host_and_port(context(address), 8060) == found
    assert shown_address(*found) == (f"[{found[0]}]" if ":" in found[0] else found[0]) + f":{found[1]}"


@pytest.mark.parametrize("address", ["", "box:0", "box:65536", "box:http", "::1", "a b", "http://box", "box/x", "[::1"])
def test_what_is_no_address_is_refused_with_the_way_to_write_it(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"(?s)'living-room': remote = 'box:.*Write box:HOST or box:HOST:8060"):
        host_and_port(context(address), 8060)


def not_tls() -> ssl.SSLError:
    """What a client finds where a server answers in plain text."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    incoming.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="box")
    with pytest.raises(ssl.SSLError) as caught:
        client.do_handshake()
    return caught.value


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionRefusedError(), "refuses the connection"),
        (TimeoutError(), "does not answer in time"),
        (socket.gaierror(-2, "x"), "is not known by that name"),
        (ConnectionResetError(), "has closed the connection"),
        (EOFError(), "has closed the connection"),
        (FileNotFoundError(), "is not there"),
        (PermissionError(), "may not be used by this user"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "cannot be reached: No route to host"),
        (ssl.SSLCertVerificationError(1, "self-signed"), "cannot be trusted"),
        (not_tls(), "does not speak TLS at this port"),
        (ValueError("odd"), "failed: ValueError: odd"),
    ],
)
def test_what_the_operating_system_said_is_told_with_the_device_and_what_to_try(error: Exception, said: str) -> None:
    told = network_error("Box 192.168.1.5:80", error, advice="Look behind it.")
    assert type(told) is DeviceError
    assert told.problem.startswith(f"Box 192.168.1.5:80 {said}")
    assert told.advice.endswith("Look behind it.")
    assert len(told.advice) > len("Look behind it.")


def test_an_error_of_a_library_is_explained_by_what_caused_it() -> None:
    wrapped = RuntimeError("Max retries exceeded")
    wrapped.__cause__ = ConnectionRefusedError()
    told = network_error("Box", wrapped, in_use=True)
    assert isinstance(told, DeviceLostError)
    assert told.problem == "Box refuses the connection"


def test_an_unknown_key_is_answered_with_the_nearest_and_the_option() -> None:
    assert look_up_key("Box", {"KEY_OK": 1}, "KEY_OK") == 1
    with pytest.raises(UnknownKeyError, match=r"(?s)Box has no key 'KEY_O'.*'KEY_OK'.*option `keys`"):
        look_up_key("Box", {"KEY_OK": 1}, "KEY_O")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def connected(listener: socket.socket, timeout: float = 5.0) -> tuple[DeviceSocket, socket.socket]:
    device = DeviceSocket("Box", listener.getsockname(), timeout, "Look behind it.")
    device.connect()
    return device, listener.accept()[0]


def test_a_connection_delivers_lines_and_bytes_however_they_come(listener: socket.socket) -> None:
    device, box = connected(listener)
    with box:
        device.send(b"hello\n")
        assert box.recv(99) == b"hello\n"
        box.sendall(b"fir")
        threading.Timer(0.1, box.sendall, [b"st\r\nsecond\n123456"]).start()
        assert [device.receive_line(), device.receive_line()] == ["first", "second"]
        assert [device.receive(2), device.receive(4)] == [b"12", b"3456"]
        device.close()
        device.close()
        assert box.recv(99) == b""
    with pytest.raises(DeviceLostError, match="Box has closed the connection"):
        device.send(b"x")


def test_a_device_that_says_nothing_or_drips_is_given_up_in_time(listener: socket.socket) -> None:
    device, box = connected(listener, timeout=0.3)
    with box:
        stop = threading.Event()
        dripping = threading.Thread(target=lambda: [box.send(b".") for _ in range(400) if not stop.wait(0.02)])
        dripping.start()
        started = time.monotonic()
        with pytest.raises(DeviceLostError, match=r"(?s)Box does not answer in time.*Look behind it\."):
            device.receive_line()
        assert time.monotonic() - started < 3
        stop.set()
        dripping.join()
    device.close()


def test_a_device_that_hangs_up_in_the_middle_of_an_answer_is_lost(listener: socket.socket) -> None:
    device, box = connected(listener)
    with box:
        box.sendall(b"half")
    with pytest.raises(DeviceLostError, match="has closed the connection"):
        device.receive(5)


def test_a_socket_of_a_service_that_does_not_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"(?s)Box is not there.*service running"):
        DeviceSocket("Box", str(tmp_path / "sock"), 1).connect()


def test_a_picture_is_received_into_its_place_with_what_came_before_it(listener: socket.socket) -> None:
    device, box = connected(listener)
    box.sendall(b"line\n0123")
    assert device.receive_line() == "line"
    assert device.wait(0)
    picture = bytearray(1 << 20)
    sender = threading.Thread(target=box.sendall, args=[bytes(len(picture) - 4) + b"!"])
    sender.start()
    device.receive_into(memoryview(picture))
    sender.join(10)
    assert picture[:5] == b"0123\0"
    assert device.receive_some(99) == b"!"
    assert not device.wait(0.01)
    box.close()
    assert device.wait(10)
    assert device.receive_some(99) == b""
    with pytest.raises(DeviceLostError):
        device.receive_into(memoryview(picture))
    device.close()
