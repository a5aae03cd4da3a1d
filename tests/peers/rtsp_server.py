"""A real RTSP server (GStreamer's) that sends a moving test picture at ``rtsp://127.0.0.1:PORT/live``.

It runs in the distribution's own Python, which has GStreamer's bindings: ``/usr/bin/python3 rtsp_server.py PORT``. With
the name of a Matroska file behind the port (of `flash_and_beep`) it sends that, with its sound.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

PIPELINE = (
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate=25/1"
    " ! vp8enc deadline=1 keyframe-max-dist=12 ! rtpvp8pay name=pay0 )"
)

WITH_SOUND = (
    "( filesrc location={file} ! matroskademux name=d"
    " d. ! queue ! jpegdec ! videoconvert ! vp8enc deadline=1 keyframe-max-dist=12 ! rtpvp8pay name=pay0"
    " d. ! queue ! audioconvert ! opusenc ! rtpopuspay name=pay1 )"
)


def main(port: str, file: str = "") -> None:
    """Serve."""
    gi: Any = importlib.import_module("gi")
    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    gst, rtsp, glib = (importlib.import_module(f"gi.repository.{name}") for name in ("Gst", "GstRtspServer", "GLib"))
    gst.init(None)
    server = rtsp.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = rtsp.RTSPMediaFactory()
    factory.set_launch(WITH_SOUND.format(file=file) if file else PIPELINE)
    factory.set_shared(True)
    server.get_mount_points().add_factory("/live", factory)
    if not server.attach(None):
        sys.exit(f"port {port} is taken")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    glib.MainLoop().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
