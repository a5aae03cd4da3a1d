"""The sound of a stream that PyAV decodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
from av.error import FFmpegError

from qarunner_plugins.live_sound import FORMAT

if TYPE_CHECKING:
    from qarunner_plugins.live_sound import ClockedSound


class StreamSound:
    """Decodes the packets of one stream of sound.

    :param clocked: where the sound goes, with the stream's times.
    """

    def __init__(self, clocked: ClockedSound) -> None:
        self._clocked = clocked
        self._resampler = _new_resampler()

    def hear(self, packet: Any) -> None:
        """Take in a packet; what is damaged is left out."""
        try:
            frames = packet.decode()
        except FFmpegError:
            return
        for frame in frames:
            for piece in self._resample(frame):
                if piece.pts is not None:
                    samples = piece.to_ndarray().reshape(-1, FORMAT.channels)
                    self._clocked.add(float(piece.pts * piece.time_base), samples)
        self._clocked.release()

    def _resample(self, frame: Any) -> list[Any]:
        try:
            return list(self._resampler.resample(frame))
        except ValueError:  # Its format has changed.
            self._resampler = _new_resampler()
            return list(self._resampler.resample(frame))


def _new_resampler() -> Any:
    return av.AudioResampler(format=FORMAT.sample_type, layout="stereo", rate=FORMAT.sample_rate)
