"""Sound of live sources waits until it is due, in order, and never grows without end."""

from __future__ import annotations

import time

import numpy
import pytest
from tests.peers.rig_node import got

from qarunner import AudioBlock
from qarunner_plugins.live_sound import FORMAT, LONGEST, ClockedSound, SoundQueue

RATE = FORMAT.sample_rate


def block(at: float, seconds: float = 0.02, value: int = 1) -> AudioBlock:
    return AudioBlock(numpy.full((round(seconds * RATE), 2), value, numpy.int16), at)


def test_a_block_is_given_away_when_all_of_it_was_heard() -> None:
    queue, now = SoundQueue(), time.monotonic()
    queue.put(block(now + 0.2))
    assert queue.next(0.05) is None
    assert got(queue.next(5)).time == now + 0.2
    assert time.monotonic() >= now + 0.22


def test_blocks_come_in_the_order_they_were_put_in_at_once_when_they_are_late() -> None:
    queue, now = SoundQueue(), time.monotonic()
    for number in range(5):
        queue.put(block(now - 1 + number * 0.02, value=number))
    assert [int(got(queue.next(0)).samples[0, 0]) for _ in range(5)] == list(range(5))
    assert queue.next(0) is None


def test_nobody_waits_longer_than_he_said() -> None:
    queue, now = SoundQueue(), time.monotonic()
    queue.put(block(now + 60))
    assert queue.next(0.1) is None
    assert 0.1 <= time.monotonic() - now < 10


def test_sound_that_nobody_takes_is_forgotten_the_oldest_first() -> None:
    queue, now = SoundQueue(), time.monotonic()
    count = round(LONGEST + 10)
    for number in range(count):
        queue.put(block(now - 100 + number, 1.0))
    first = got(queue.next(0))
    assert first.time == now - 100 + count - LONGEST


def test_sound_waits_for_the_clock_and_then_follows_it() -> None:
    queue = SoundQueue()
    zero: list[float] = []
    sound = ClockedSound(lambda stream_time: zero[0] + stream_time if zero else None, queue)
    assert queue.format == FORMAT
    sound.add(3.0, block(0).samples)
    sound.release()
    assert queue.next(0) is None
    zero.append(time.monotonic() - 10)
    sound.add(3.02, block(0).samples)
    sound.release()
    assert [got(queue.next(0)).time - zero[0] for _ in range(2)] == pytest.approx([3.0, 3.02])
