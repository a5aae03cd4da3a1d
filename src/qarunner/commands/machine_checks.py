"""What ``qarunner doctor`` looks at on this machine: a check tries the thing itself where it can."""

from __future__ import annotations

import array
import mmap
import os
import platform
import shutil
import socket
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from qarunner.commands.findings import Finding, install_command
from qarunner.drivers import Check

CHAPTER = "Machine"
NUMPY_BELOW = (2, 3)
"""From this release on numpy breaks stbt_core's match_all."""

LITTLE, TOO_LITTLE = 2.0, 0.2
"""Gigabytes of free space: a minute of video takes some ten megabytes."""

_GIGABYTE = 1e9


def machine_checks(results: Path) -> Iterator[Finding]:
    """Look at the machine.

    :param results: the folder where results would be written; need not exist.
    """
    yield Finding(CHAPTER, Check("python", "works", f"{platform.python_version()} on {platform.machine()}"))
    yield Finding(CHAPTER, opencv())
    yield Finding(CHAPTER, numpy())
    yield Finding(CHAPTER, stbt_core())
    yield Finding(CHAPTER, video_encoder())
    yield Finding(CHAPTER, shared_frames())
    yield Finding(CHAPTER, disk_space(results))
    yield Finding(CHAPTER, tesseract(), needed=False)
    for program, purpose in (
        ("git", "notes the test pack's revision in each run"),
        ("ffmpeg", "not used by qarunner; handy to cut or convert recorded videos"),
    ):
        yield Finding(CHAPTER, _program(program, purpose), needed=False)


def opencv() -> Check:
    """Look for exactly one package that brings cv2, and import it."""
    bringers = sorted(set(metadata.packages_distributions().get("cv2", ())))
    if len(bringers) > 1:
        detail = f"several packages bring cv2 and overwrite each other's files: {', '.join(bringers)}"
        others = " ".join(name for name in bringers if name != "opencv-python")
        advice = f"pip uninstall {others} && pip install --force-reinstall --no-deps opencv-python"
        return Check("opencv", "broken", detail, advice)
    try:
        import cv2
    except ImportError as error:
        libraries = {
            "debian": "libgl1 libglib2.0-0",
            "fedora": "mesa-libGL glib2",
            "arch": "libglvnd glib2",
            "suse": "Mesa-libGL1 libglib-2_0-0",
        }
        is_library = ".so" in str(error)
        advice = install_command(libraries) if is_library else "pip install --force-reinstall --no-deps opencv-python"
        return Check("opencv", "broken" if bringers else "missing", f"cannot be imported: {error}", advice)
    return Check("opencv", "works", f"{cv2.__version__} from {', '.join(bringers) or 'an unknown package'}")


def numpy() -> Check:
    """Look whether numpy is one that stbt_core can match with."""
    try:
        version = metadata.version("numpy")
    except metadata.PackageNotFoundError:
        return Check("numpy", "missing", advice="pip install 'numpy>=2,<2.3'")
    if tuple(int(part) for part in version.split(".")[:2]) >= NUMPY_BELOW:
        return Check("numpy", "broken", f"{version} breaks match_all of stbt_core", "pip install 'numpy>=2,<2.3'")
    return Check("numpy", "works", version)


def stbt_core() -> Check:
    """Import what testcases import."""
    try:
        import stbt_core as imported
    except ImportError as error:
        return Check("stbt_core", "broken", f"cannot be imported: {error}", "pip install --force-reinstall stbt-core")
    return Check("stbt_core", "works", f"{metadata.version('stbt-core')}, {Path(imported.__file__ or '').parent}")


def video_encoder() -> Check:
    """Encode a picture as the recorder does."""
    advice = "pip install --force-reinstall av"
    try:
        import av
        import numpy as np

        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = 64, 64, "yuv420p"
        context.time_base = __import__("fractions").Fraction(1, 25)
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "bgr24").reformat(format="yuv420p")
        packets = [*context.encode(frame), *context.encode(None)]
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the library is what we want to tell
        return Check("video", "broken", f"H.264 cannot be encoded: {type(error).__name__}: {error}", advice)
    size = sum(packet.size for packet in packets)
    return Check("video", "works" if size else "broken", f"H.264 by PyAV {av.__version__}", "" if size else advice)


def shared_frames() -> Check:
    """Hand memory from socket to socket as an exporter does with its frames: memfd, abstract names, descriptors."""
    name = f"\0qarunner/doctor/{os.getpid()}"
    try:
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server,
            socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client,
        ):
            server.bind(name)
            server.listen()
            client.connect(name)
            connection, _address = server.accept()
            descriptor = os.memfd_create("qarunner-doctor")
            os.ftruncate(descriptor, mmap.PAGESIZE)
            os.pwrite(descriptor, b"frame", 0)
            socket.send_fds(connection, [b"ring"], array.array("i", [descriptor]).tolist())
            _message, [received], _flags, _from = socket.recv_fds(client, 16, 1)
            with mmap.mmap(received, mmap.PAGESIZE, prot=mmap.PROT_READ) as view:
                whole = view[:5] == b"frame"
            for used in (descriptor, received, os.pidfd_open(os.getpid())):
                os.close(used)
            connection.close()
    except (OSError, AttributeError, ValueError) as error:
        detail = f"frames cannot be shared between processes: {error}"
        return Check("shared memory", "broken", detail, "Use Linux 5.3 or newer, without a sandbox that forbids memfd")
    if not whole:
        return Check("shared memory", "broken", "what one process writes another does not see", "Use another kernel")
    return Check("shared memory", "works", "memfd, abstract sockets and pidfd")


def disk_space(results: Path) -> Check:
    """Look whether results can be written, and for how long."""
    folder = next(place for place in (results, *results.parents) if place.is_dir())
    if not os.access(folder, os.W_OK):
        return Check("results", "broken", f"{folder} may not be written", "Start pytest elsewhere, or --qa-results DIR")
    free = shutil.disk_usage(folder).free / _GIGABYTE
    detail = f"{free:.1f} GB free for {results}"
    advice = "Remove old runs, or write elsewhere with --qa-results DIR"
    if free < TOO_LITTLE:
        return Check("results", "broken", detail, advice)
    return Check("results", "note", detail, advice) if free < LITTLE else Check("results", "works", detail)


def tesseract() -> Check:
    """Look for tesseract and its languages, with which testcases read text from the screen."""
    from qarunner.pack.tesseract import NO_LANGUAGES, find_tesseract

    program = {
        "debian": "tesseract-ocr",
        "fedora": "tesseract",
        "arch": "tesseract tesseract-data-eng",
        "suse": "tesseract-ocr",
        "alpine": "tesseract-ocr tesseract-ocr-data-eng",
    }
    if shutil.which("tesseract") is None:
        return Check("tesseract", "missing", "testcases cannot read text from the screen", install_command(program))
    found = find_tesseract(os.environ)
    languages = sorted({path.stem for path in found.data.glob("*.traineddata")} - NO_LANGUAGES) if found else []
    if found is None or not languages:
        data = {"debian": "tesseract-ocr-eng", "fedora": "tesseract-langpack-eng", "arch": "tesseract-data-eng"}
        return Check("tesseract", "broken", "it has no language data", install_command(data))
    return Check("tesseract", "works", f"reads {', '.join(languages)} from {found.data}")


def _program(name: str, purpose: str) -> Check:
    path = shutil.which(name)
    if path is None:
        command = install_command(dict.fromkeys(("debian", "fedora", "arch", "suse", "alpine"), name))
        return Check(name, "missing", purpose, command)
    try:
        option = "-version" if name == "ffmpeg" else "--version"
        done = subprocess.run([path, option], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return Check(name, "broken", f"{path} does not run: {error}", f"Install {name} again")
    return Check(name, "works", done.stdout.partition("\n")[0][:60].partition(" Copyright")[0])
