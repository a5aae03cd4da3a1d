"""Screenshots and thumbnails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from qarunner.outbox.files import write_whole

if TYPE_CHECKING:
    from qarunner.protocols import Pixels

THUMBNAIL_WIDTH = 640


def png(pixels: Pixels) -> bytes:
    """Encode losslessly; level 1 takes 50 ms at 720p, higher ones twice that for a tenth of the size."""
    return cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def thumbnail(pixels: Pixels) -> bytes:
    """Encode a JPEG of quality 50, 640 pixels wide or the picture's own width where that is smaller."""
    height, width = pixels.shape[:2]
    if width > THUMBNAIL_WIDTH:
        size = (THUMBNAIL_WIDTH, max(1, round(height * THUMBNAIL_WIDTH / width)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]  # still uint8
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 50])[1].tobytes()


def write(folder: Path, pixels: Pixels) -> None:
    """Write ``screenshot.png`` and ``thumbnail.jpg``."""
    write_whole(folder / "screenshot.png", png(pixels))
    write_whole(folder / "thumbnail.jpg", thumbnail(pixels))
