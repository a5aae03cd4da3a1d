"""The channel list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel: `scene` names the moving picture it shows, `palette` its colours."""

    number: int
    name: str
    scene: str
    palette: str
    programmes: tuple[str, ...]


CHANNELS: tuple[Channel, ...] = (
    Channel(1, "Meridian One", "hills", "dusk",
            ("Evening Meridian", "The Long Way Home", "Harbour Lights", "Letters from the Coast", "Late Harbour")),
    Channel(2, "Kick Sports", "pitch", "forest",
            ("Northern League: Live", "Half-time Stories", "The Training Ground", "Classic Finals", "Goal Review")),
    Channel(3, "Newsline 24", "news", "night",
            ("News at the Hour", "World Desk", "Markets Tonight", "The Interview", "Weather and Travel")),
    Channel(4, "Deep Blue", "ocean", "lagoon",
            ("Reef Country", "Night Divers", "The Kelp Forest", "Islands of Wind", "Whale Road")),
    Channel(5, "Orbit", "space", "nebula",
            ("Quiet Moons", "Second Orbit", "Mission Diary", "How Stars Sleep", "Signals")),
    Channel(6, "Night City", "city", "neon",
            ("Last Tram", "Rooftop Sessions", "Low Light", "City of Windows", "After Midnight")),
    Channel(7, "Pip Junior", "shapes", "candy",
            ("Pip and the Circles", "Count to Ten", "The Paper Zoo", "Bedtime Balloon", "Shape Shop")),
    Channel(8, "Altitude", "hills", "dawn",
            ("Wild Meridian", "The Salt Road", "Above the Treeline", "Mountain Post", "First Snow")),
    Channel(9, "Studio Nine", "city", "dusk",
            ("Stage Door", "Nine in Concert", "The Cartographer", "Glasshouse", "Closing Night")),
    Channel(10, "Lagoon", "ocean", "ember",
            ("Low Tide", "Sunset Kitchen", "Slow Boats", "The Pearl Bay", "Dusk at Sea")),
    Channel(11, "Far Space", "space", "aurora",
            ("Ring Season", "Dust and Ice", "Eleven Suns", "The Listeners", "Drift")),
    Channel(12, "Test Card", "testcard", "night",
            ("Test Card", "Line-up Tone", "Test Card", "Engineering Hour", "Test Card")),
)  # fmt: skip

FIRST_CHANNEL = 0


def index_of(number: int) -> int | None:
    """Return the position of channel `number` in the list, or None when there is no such channel."""
    return next((index for index, channel in enumerate(CHANNELS) if channel.number == number), None)
