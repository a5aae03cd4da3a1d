"""What a person may set on the virtual box."""

from __future__ import annotations

from typing import Annotated

import msgspec

from qarunner import Options

SMALLEST, LARGEST = (160, 90), (1920, 1080)


class BoxOptions(Options, frozen=True, kw_only=True):
    """Options of ``capture = "virtual:"``: the box itself and its picture."""

    size: Annotated[
        str, msgspec.Meta(pattern=r"^\d{2,4}x\d{2,4}$", description="width x height in pixels, 160x90 to 1920x1080")
    ] = "1280x720"
    fps: Annotated[float, msgspec.Meta(ge=1, le=60, description="frames a second, 1 to 60")] = 30
    seed: Annotated[int, msgspec.Meta(description="decides the schedule, the pictures and the jitter")] = 1
    start: Annotated[
        str, msgspec.Meta(pattern="^(home|live|boot|standby)$", description="first screen: home, live, boot or standby")
    ] = "home"
    response_delay: Annotated[
        float, msgspec.Meta(ge=0, le=10, description="seconds from a key to its first visible effect")
    ] = 0.08
    jitter: Annotated[
        float, msgspec.Meta(ge=0, le=10, description="up to so many seconds are added to each response delay")
    ] = 0.04
    boot_seconds: Annotated[float, msgspec.Meta(ge=0, le=60, description="seconds the box shows its splash screen")] = (
        2.5
    )

    def __post_init__(self) -> None:
        """Refuse a picture the box cannot draw."""
        width, height = self.width_height
        if not (SMALLEST[0] <= width <= LARGEST[0] and SMALLEST[1] <= height <= LARGEST[1]):
            message = f"size {self.size} is outside 160x90 to 1920x1080"
            raise ValueError(message)

    @property
    def width_height(self) -> tuple[int, int]:
        """Size of the picture in pixels."""
        width, height = self.size.split("x")
        return int(width), int(height)


class RemoteOptions(Options, frozen=True, kw_only=True):
    """Options of ``remote = "virtual:"``; what is not given stays as the capture's options say."""

    response_delay: Annotated[
        float | None, msgspec.Meta(description="seconds from a key to its first visible effect")
    ] = None
    jitter: Annotated[
        float | None, msgspec.Meta(description="up to so many seconds are added to each response delay")
    ] = None

    def __post_init__(self) -> None:
        """Refuse a delay no box has."""
        for value in (self.response_delay, self.jitter):
            if value is not None and not 0 <= value <= 10:
                message = f"{value} seconds is outside 0 to 10"
                raise ValueError(message)
