"""What is missing, damaged or cut is named, with what to try."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qarunner import DeviceError, DeviceLostError, EndOfStreamError
from qarunner_plugins import capture_video
from qarunner_plugins.capture_video import reading

if TYPE_CHECKING:
    from tests.plugins.capture_video.conftest import Studio

LONG = [number * 0.1 for number in range(46)]
KEY_FRAMES = {"g": "10", "bf": "2"}


@pytest.fixture(autouse=True)
def every_picture_is_read(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the computer is, no picture is late, so none is passed over, the damaged ones neither."""
    monkeypatch.setattr(capture_video, "FILE_PATIENCE", 0.0)


def play(studio: Studio, uri: str, **options: Any) -> int:
    """Play to the end and return the number of the last picture."""
    capture = studio.driver(uri, speed=16, **options)
    capture.open()
    number = -1
    for frame in studio.frames(capture):
        number = studio.number(frame)
    return number


def cut(path: Path, share: float) -> None:
    """Cut a file within its pictures."""
    content = path.read_bytes()
    start = max(0, content.find(b"mdat"))
    path.write_bytes(content[: int(start + (len(content) - start) * share)])


def test_a_missing_file_is_named_with_its_whole_path(studio: Studio) -> None:
    with pytest.raises(DeviceError, match=f"there is no video {studio.pack}/nowhere/a.mp4") as raised:
        studio.driver("video:nowhere/a.mp4").open()
    assert "relative to the test pack" in raised.value.advice


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "cannot be opened as a video"),
        (b"no video at all\n" * 100, "cannot be opened as a video"),
        (bytes(5000), "cannot be opened as a video"),
    ],
)
def test_a_file_that_is_no_video_is_named(studio: Studio, content: bytes, problem: str) -> None:
    (studio.pack / "a.mp4").write_bytes(content)
    with pytest.raises(DeviceError, match=rf"{studio.pack}/a\.mp4 {problem}") as raised:
        studio.driver("video:a.mp4").open()
    assert "ffmpeg" in raised.value.advice


def test_a_folder_is_no_video(studio: Studio) -> None:
    with pytest.raises(DeviceError, match=f"{studio.pack} cannot be opened"):
        studio.driver(f"video:{studio.pack}").open()


def test_a_file_with_sound_only_says_so(studio: Studio) -> None:
    studio.write("sound.mkv", [0.0, 1.0], sound=True)
    import av

    with av.open(str(studio.pack / "sound.mkv")) as film, av.open(str(studio.pack / "only.mka"), "w") as copy:
        track = film.streams.audio[0]
        stream = copy.add_stream_from_template(track)
        for packet in film.demux(track):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    with pytest.raises(DeviceError, match=r"only\.mka has no pictures, only audio"):
        studio.driver("video:only.mka").open()


def test_a_film_without_its_index_is_named(studio: Studio) -> None:
    cut(studio.write("a.mp4", LONG), 0.3)
    with pytest.raises(DeviceError, match=r"a\.mp4 (cannot be opened as a video|holds nothing)"):
        studio.driver("video:a.mp4").open()


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_cut_file_plays_as_far_as_it_goes_and_then_says_so(studio: Studio, name: str) -> None:
    cut(studio.write(name, LONG, options=KEY_FRAMES, muxer={"movflags": "faststart"} if name == "a.mp4" else {}), 0.6)
    with pytest.raises(
        DeviceError, match=rf"{name} is (cut: of 4\.\d s only \d\.\d s are there|damaged at \d)"
    ) as raised:
        play(studio, f"video:{name}")
    assert not isinstance(raised.value, EndOfStreamError)
    assert "skip_damage = true" in raised.value.advice
    assert 10 < play(studio, f"video:{name}", skip_damage=True) < 36


def test_a_recording_that_was_killed_plays_to_where_it_got(studio: Studio) -> None:
    fragments = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    cut(studio.write("a.mp4", LONG, options=KEY_FRAMES, muxer=fragments), 0.6)
    assert 10 < play(studio, "video:a.mp4") < 36


def test_a_damaged_file_says_where_or_plays_on_without_the_damage(studio: Studio) -> None:
    path = studio.write("a.mp4", LONG, options=KEY_FRAMES)
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    length = int.from_bytes(content[start - 8 : start - 4]) - 8
    content[start + length // 2 : start + length * 3 // 4] = bytes(length * 3 // 4 - length // 2)
    path.write_bytes(content)
    with pytest.raises(DeviceError, match=r"a\.mp4 is damaged at \d\.\d+ s: "):
        play(studio, "video:a.mp4")
    assert play(studio, "video:a.mp4", skip_damage=True) == 45


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    """Serve a folder over HTTP."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_video_is_played_from_a_web_server(studio: Studio) -> None:
    studio.write("a.mp4", LONG[:30])
    with web_server(studio.pack) as url:
        assert play(studio, f"video:{url}/a.mp4") == 29
        with pytest.raises(DeviceError, match=rf"{url}/gone\.mp4 cannot be opened: .*404"):
            play(studio, f"video:{url}/gone.mp4")


def test_a_password_in_a_url_is_never_shown(studio: Studio) -> None:
    with pytest.raises(DeviceError) as raised:
        studio.driver("video:rtsp://user:sesame@127.0.0.1:9/live").open()
    assert "rtsp://127.0.0.1:9/live cannot be opened" in str(raised.value)
    assert "sesame" not in str(raised.value)
    assert raised.value.__cause__ is None


@contextmanager
def live_server(content: bytes, after: Callable[[], Any]) -> Iterator[str]:
    """Send `content` to whoever connects, then call `after` and hang up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection:
                connection.sendall(content)
                after()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def test_a_live_stream_that_ends_is_lost(studio: Studio) -> None:
    content = studio.write("a.ts", LONG[:30], codec="mpeg2video").read_bytes()
    with live_server(content, lambda: None) as url, pytest.raises(DeviceLostError, match=f"{url} has ended"):
        play(studio, f"video:{url}")


def test_a_live_stream_that_falls_silent_is_lost(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READ_LIMIT", 0.5)
    content = studio.write("a.ts", LONG[:30], codec="mpeg2video").read_bytes()
    done = threading.Event()
    with live_server(content, lambda: done.wait(20)) as url:
        with pytest.raises(DeviceLostError, match=f"{url} stopped: "):
            play(studio, f"video:{url}")
        done.set()


def test_a_broadcast_that_was_joined_amid_a_picture_is_no_damage(studio: Studio) -> None:
    path = studio.write("a.ts", LONG, options=KEY_FRAMES)
    packets_of_188_bytes = len(path.read_bytes()) // 188
    path.write_bytes(path.read_bytes()[packets_of_188_bytes // 3 * 188 :])
    assert play(studio, "video:a.ts") == 45
