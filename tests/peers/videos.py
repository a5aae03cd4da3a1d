"""Looking into video files that tests recorded."""

from __future__ import annotations

import io
import os
from pathlib import Path

import av


def frames_of(path: Path) -> int:
    """Return how many frames a player finds."""
    with av.open(str(path)) as container:
        return len(list(container.decode(video=0)))


def top_level_boxes(path: Path) -> list[str]:
    """Return the names of an MP4 file's boxes; a fragmented one has ``moof``."""
    boxes = []
    with io.BytesIO(path.read_bytes()) as file:
        while head := file.read(8):
            boxes.append(head[4:].decode("latin-1"))
            file.seek(int.from_bytes(head[:4], "big") - 8, os.SEEK_CUR)
    return boxes
