"""The tree of the settings screen."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import identity


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a choice between `choices`, a switch (``On`` and ``Off``), or a page of facts that OK opens."""

    title: str
    choices: tuple[str, ...] = ()
    initial: int = 0
    page: tuple[tuple[str, str], ...] = field(default=())

    @property
    def is_switch(self) -> bool:
        """Whether it is drawn as a switch."""
        return self.choices == SWITCH


SWITCH = ("Off", "On")


@dataclass(frozen=True, slots=True)
class Section:
    """One section with its lines."""

    title: str
    icon: str
    entries: tuple[Entry, ...]


def _switch(title: str, *, on: bool = True) -> Entry:
    return Entry(title, SWITCH, int(on))


SECTIONS: tuple[Section, ...] = (
    Section("Network", "wifi", (
        Entry("Connection", ("Wired", "Wireless")),
        _switch("Remote diagnostics", on=False),
        _switch("Wake on network"),
        Entry("Status", page=(("Signal", "Excellent"), ("Download speed", "94 megabit"), ("Time server", "Reachable"))),
        Entry("About", page=identity.ABOUT),
    )),
    Section("Picture", "tv", (
        Entry("Resolution", ("Automatic", "1280 x 720", "1920 x 1080")),
        Entry("Picture mode", ("Natural", "Cinema", "Vivid")),
        _switch("Match frame rate"),
        _switch("High dynamic range"),
    )),
    Section("Sound", "volume", (
        Entry("Sound output", ("Television", "Optical", "Headphones")),
        _switch("Night mode", on=False),
        _switch("Key sounds"),
    )),
    Section("Accessibility", "person", (
        _switch("Subtitles", on=False),
        _switch("Audio description", on=False),
        Entry("Text size", ("Normal", "Large")),
        _switch("High contrast", on=False),
    )),
    Section("Language", "globe", (
        Entry("Menu language", ("English", "Deutsch", "Nederlands")),
        Entry("Audio language", ("Original", "English")),
    )),
    Section("Standby", "power", (
        Entry("Switch off after", ("Never", "2 hours", "4 hours")),
        _switch("Update overnight"),
        _switch("Status light"),
    )),
)  # fmt: skip
