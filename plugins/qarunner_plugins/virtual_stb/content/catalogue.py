"""The rails of the home menu and the cards on them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """One card. `opens` is a screen's name or ``app``; `icon` makes it a plain tile; `progress` is what was watched."""

    title: str
    kind: str
    art: str
    palette: str
    synopsis: str
    opens: str = "app"
    icon: str = ""
    progress: float = 0.0
    minutes: int = 52


@dataclass(frozen=True, slots=True)
class Rail:
    """A row of cards under one heading."""

    title: str
    cards: tuple[Card, ...]


def _film(title: str, kind: str, art: str, palette: str, synopsis: str, progress: float = 0.0) -> Card:
    return Card(title, kind, art, palette, synopsis, progress=progress, minutes=48 + 7 * (len(title) % 9))


RAILS: tuple[Rail, ...] = (
    Rail("Start here", (
        Card("Live TV", "Twelve channels", "hills", "dusk", "Back to the channel you watched last.", "live", "tv"),
        Card("TV guide", "What is on", "city", "night", "Every channel, tonight and tomorrow.", "guide", "guide"),
        Card("Search", "Find anything", "space", "aurora", "Type a few letters, find films and series.",
             "search", "search"),
        Card("Settings", "Make it yours", "rings", "night", "Picture, sound, network and everything else.",
             "settings", "settings"),
        Card("Playbox", "App", "rings", "ember", "Films and series, one new premiere every Friday.", icon="play"),
        Card("Tunely", "App", "waves", "candy", "Music for rooms with good loudspeakers.", icon="note"),
        Card("Snapfolio", "App", "hills", "dawn", "Your photographs on the largest screen at home.", icon="picture"),
        Card("Skywatch", "App", "waves", "lagoon", "The weather, hour by hour, street by street.", icon="cloud"),
    )),
    Rail("Continue watching", (
        _film("Quiet Moons", "Science fiction", "space", "nebula",
              "The crew wakes near a ringed giant and finds that somebody has kept the garden.", 0.62),
        _film("The Salt Road", "Adventure", "desert", "ember",
              "Two sisters cross a white desert with forty camels and one wrong map.", 0.31),
        _film("Harbour Lights", "Drama", "ocean", "dusk",
              "In a small port, the keeper of the light has stopped answering his telephone.", 0.84),
        _film("Paper Cities", "Documentary", "city", "dawn",
              "Architects draw the streets they never got to build.", 0.12),
        _film("Above the Treeline", "Nature", "hills", "forest",
              "A year with the people, goats and storms of the high pastures.", 0.47),
        _film("Low Tide", "Thriller", "ocean", "lagoon", "The sea gives something back, and the village wants it gone.",
              0.73),
    )),
    Rail("Trending tonight", (
        _film("City of Windows", "Crime", "city", "neon", "One light stays on. Inspector Vale would like to know why."),
        _film("First Snow", "Romance", "hills", "frost", "A missed train, a borrowed coat and eleven hours to wait."),
        _film("Second Orbit", "Science fiction", "space", "aurora", "The rescue ship arrives forty years too early."),
        _film("Ember Valley", "Western", "desert", "dusk", "A schoolteacher buys the only well for miles."),
        _film("Reef Country", "Nature", "ocean", "lagoon", "Life, trade and politics below the surface."),
        _film("Last Tram", "Music", "city", "dusk", "Nine bands, one moving stage, no timetable."),
        _film("The Cartographer", "Mystery", "hills", "nebula", "Her maps are accurate. The places do not exist yet."),
    )),
    Rail("Nature and science", (
        _film("Wild Meridian", "Nature", "hills", "dawn", "Walking one line around the whole planet."),
        _film("How Stars Sleep", "Science", "space", "night", "What remains when the light goes out."),
        _film("Night Divers", "Nature", "ocean", "night", "They come up from the deep when nobody looks."),
        _film("A Year of Rain", "Documentary", "hills", "lagoon", "Four seasons in the wettest village of all."),
        _film("Dust and Ice", "Science", "space", "ember", "The long journey of a small comet."),
        _film("The Listeners", "Science", "desert", "night", "Sixty dishes, one whisper."),
    )),
)  # fmt: skip

ALL_CARDS: tuple[Card, ...] = tuple(card for rail in RAILS for card in rail.cards)


def search(text: str) -> tuple[Card, ...]:
    """Return the cards with a word that begins with each word typed, best known first; all films for no text."""
    wanted = text.lower().split()
    films = [card for card in ALL_CARDS if not card.icon] + [card for card in ALL_CARDS if card.icon]

    def fits(card: Card) -> bool:
        words = f"{card.title} {card.kind}".lower().split()
        return all(any(word.startswith(start) for word in words) for start in wanted)

    return tuple(card for card in films if fits(card))
