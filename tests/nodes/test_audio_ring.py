"""The sound in shared memory: what a reader gets of what was written, of gaps, and of what is long gone."""

from __future__ import annotations

import mmap
import os
from typing import TYPE_CHECKING

import numpy
import pytest

from qarunner.nodes import audio_ring_layout
from qarunner.nodes.audio_ring import AudioRingReader, AudioRingWriter
from qarunner.nodes.audio_ring_layout import GAPS_KEPT, SECONDS
from qarunner.protocols import AudioFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qarunner.protocols import Samples

RATE = 8000
START = 5_000_000
CAPACITY = SECONDS * RATE


class Sound:
    """Both ends of a ring; each sample is its own number, modulo 10 000, in the left channel, and negative at right."""

    def __init__(self) -> None:
        self.descriptor, view = audio_ring_layout.create()
        self.writer = AudioRingWriter(view)
        self.reader = AudioRingReader(self.descriptor)

    def write(self, start: int, count: int) -> int:
        return self.writer.write(start, numbered(start, count))


def numbered(start: int, count: int) -> Samples:
    left = ((numpy.arange(start, start + count)) % 10_000).astype(numpy.int16)
    return numpy.stack([left, -left], axis=1)


@pytest.fixture
def sound() -> Iterator[Sound]:
    sound = Sound()
    sound.writer.set_format(AudioFormat(RATE, 2))
    yield sound
    sound.reader.close()
    sound.writer.close()
    os.close(sound.descriptor)


def test_before_the_first_sound_there_is_no_format() -> None:
    assert Sound().reader.format is None


def test_what_is_written_is_read(sound: Sound) -> None:
    assert sound.write(START, 500) == 0
    assert sound.write(START + 500, 300) == 0
    assert sound.reader.format == AudioFormat(RATE, 2)
    assert (sound.reader.oldest, sound.reader.written) == (START, START + 800)
    heard = sound.reader.read(START + 100, START + 700)
    assert (heard.samples == numbered(START + 100, 600)).all()
    assert heard.missing == 0


def test_the_last_seconds_are_kept_however_they_lie_in_the_memory(sound: Sound) -> None:
    for start in range(START, START + 3 * CAPACITY, 777):
        sound.write(start, 777)
    end = sound.reader.written
    heard = sound.reader.read(end - CAPACITY, end)
    assert (heard.samples == numbered(end - CAPACITY, CAPACITY)).all()
    assert heard.missing == 0


def test_what_was_never_written_is_silence_and_counted(sound: Sound) -> None:
    sound.write(START, 100)
    assert sound.write(START + 250, 100) == 150
    heard = sound.reader.read(START - 50, START + 400)
    assert heard.missing == 50 + 150 + 50
    assert not heard.samples[:50].any()
    assert (heard.samples[50:150] == numbered(START, 100)).all()
    assert not heard.samples[150:300].any()
    assert (heard.samples[300:400] == numbered(START + 250, 100)).all()
    assert not heard.samples[400:].any()


@pytest.mark.parametrize("gap", [CAPACITY - 50, CAPACITY, 5 * CAPACITY])
def test_after_a_long_gap_the_old_sound_is_gone(sound: Sound, gap: int) -> None:
    sound.write(START, CAPACITY)
    sound.write(START + CAPACITY + gap, 100)
    end = sound.reader.written
    heard = sound.reader.read(end - CAPACITY, end - 100)
    kept = max(0, CAPACITY - gap - 100)
    assert heard.missing == CAPACITY - 100 - kept
    assert not heard.samples[kept:].any()


def test_what_was_overwritten_is_missing_not_wrong(sound: Sound) -> None:
    for start in range(START, START + 2 * CAPACITY, 1000):
        sound.write(start, 1000)
    heard = sound.reader.read(START + CAPACITY - 500, START + CAPACITY + 500)
    assert heard.missing == 500
    assert not heard.samples[:500].any()
    assert (heard.samples[500:] == numbered(START + CAPACITY, 500)).all()


def test_what_is_overwritten_while_it_is_read_is_missing_not_wrong(sound: Sound) -> None:
    sound.write(START, CAPACITY)

    class Slow(AudioRingReader):
        """Before it looks a second time, 300 more samples have been written."""

        looks = 0

        @property
        def oldest(self) -> int:
            self.looks += 1
            if self.looks == 2:
                sound.write(START + CAPACITY, 300)
            return super().oldest

    heard = Slow(sound.descriptor).read(START, START + 1000)
    assert heard.missing == 300
    assert not heard.samples[:300].any()
    assert (heard.samples[300:] == numbered(START + 300, 700)).all()


def test_of_very_many_gaps_the_last_are_known(sound: Sound) -> None:
    for number in range(3 * GAPS_KEPT):
        sound.write(START + number * 20, 10)
    end = sound.reader.written
    assert sound.reader.read(end - 20 * GAPS_KEPT, end).missing == 10 * GAPS_KEPT


def test_the_same_format_again_keeps_the_sound_and_another_one_forgets_it(sound: Sound) -> None:
    sound.write(START, 100)
    generation = sound.reader.generation
    sound.writer.set_format(AudioFormat(RATE, 2))
    assert sound.reader.generation == generation
    assert sound.reader.read(START, START + 100).missing == 0
    sound.writer.set_format(AudioFormat(96_000, 8))
    assert sound.reader.format == AudioFormat(96_000, 8)
    assert sound.reader.written == 0
    samples = numpy.full((SECONDS * 96_000, 8), 7, numpy.int16)
    sound.writer.write(START, samples)
    heard = sound.reader.read(START, START + len(samples))
    assert heard.missing == 0
    assert (heard.samples == 7).all()


def test_a_reader_cannot_write(sound: Sound) -> None:
    with pytest.raises(PermissionError):
        mmap.mmap(sound.descriptor, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
