from __future__ import annotations

from dataclasses import replace

import pytest

from qarunner_plugins.virtual_stb.content.catalogue import RAILS
from qarunner_plugins.virtual_stb.content.channels import CHANNELS
from qarunner_plugins.virtual_stb.machine import guide, live, search, settings, timing
from qarunner_plugins.virtual_stb.machine.box import REPEATING, advance, power_up, press, start
from qarunner_plugins.virtual_stb.machine.state import Box, Screen


def type_keys(names: str, screen: str = "home", gap: float = 0.5) -> tuple[Box, float]:
    """Press keys `gap` seconds apart; return the box and the time of the last one."""
    box, time = start(1, 2.5, screen), 0.0
    for name in names.split():
        time += gap
        box = press(box, f"KEY_{name}", time)
    return box, time


@pytest.mark.parametrize(
    ("keys", "screen"),
    [
        ("", Screen.HOME),
        ("OK", Screen.LIVE),
        ("RIGHT OK", Screen.GUIDE),
        ("RIGHT RIGHT OK", Screen.SEARCH),
        ("RIGHT RIGHT RIGHT OK", Screen.SETTINGS),
        ("RIGHT RIGHT RIGHT RIGHT OK", Screen.LOADING),
        ("DOWN OK", Screen.LOADING),
        ("DOWN OK BACK", Screen.HOME),
        ("MENU", Screen.SETTINGS),
        ("MENU BACK", Screen.HOME),
        ("EPG", Screen.GUIDE),
        ("EPG BACK", Screen.HOME),
        ("EPG OK", Screen.LIVE),
        ("OK EPG BACK", Screen.LIVE),
        ("OK MENU BACK BACK", Screen.HOME),
        ("OK EPG MENU BACK", Screen.LIVE),
        ("SEARCH", Screen.SEARCH),
        ("SEARCH HOME", Screen.HOME),
        ("CHANNELUP", Screen.LIVE),
        ("0 7", Screen.LIVE),
        ("SEARCH 7 7", Screen.SEARCH),
        ("EPG CHANNELDOWN", Screen.GUIDE),
        ("POWER", Screen.STANDBY),
        ("POWER HOME OK VOLUMEUP", Screen.STANDBY),
        ("POWER POWER", Screen.BOOT),
        ("POWER POWER HOME", Screen.BOOT),
        ("POWER POWER POWER", Screen.STANDBY),
        ("DOWN RED BLUE PAUSE", Screen.HOME),
    ],
)
def test_keys_lead_to_the_screen(keys: str, screen: Screen) -> None:
    assert type_keys(keys)[0].screen is screen


def test_the_focus_stays_on_the_rails() -> None:
    assert type_keys("LEFT UP")[0].home.columns[0] == 0
    box, _ = type_keys("RIGHT " * 20 + "DOWN " * 20)
    assert box.home.columns[0] == len(RAILS[0].cards) - 1
    assert box.home.row == len(RAILS) - 1


def test_each_rail_remembers_its_card() -> None:
    box, time = type_keys("RIGHT RIGHT DOWN RIGHT UP")
    assert box.home.card.title == "Search"
    assert press(box, "KEY_DOWN", time + 1).home.card.title == "The Salt Road"


def test_home_and_back_on_the_home_menu_lead_to_its_first_card() -> None:
    for key in ("HOME", "BACK"):
        assert type_keys(f"RIGHT DOWN RIGHT {key}")[0].home.card.title == "Live TV"


def test_the_focus_moves_gently_and_turns_round_without_a_jump() -> None:
    box, time = type_keys("RIGHT")
    motion = box.home.column_motions[0]
    places = [motion.at(time + timing.FOCUS * step / 4) for step in range(5)]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] == 1
    assert places[1] > 0.5, "quick at first"
    middle = time + timing.FOCUS / 3
    back = press(box, "KEY_LEFT", middle).home.column_motions[0]
    assert back.at(middle) == pytest.approx(motion.at(middle))
    assert back.end == 0


def test_an_opened_card_loads_and_then_plays_from_where_it_was_left() -> None:
    box, time = type_keys("DOWN OK")
    assert advance(box, time + timing.LOADING - 0.01).screen is Screen.LOADING
    playing = advance(box, time + timing.LOADING)
    assert playing.screen is Screen.PLAYER
    film = RAILS[1].cards[0]
    assert playing.player.position_at(time + timing.LOADING + 3) == pytest.approx(film.progress * film.minutes * 60 + 3)


def test_a_film_pauses_goes_on_and_is_wound() -> None:
    box, time = type_keys("DOWN OK")
    box = advance(box, time + 2)
    start_position = box.player.position_at(time + 2)
    box = press(box, "KEY_PAUSE", time + 2)
    assert box.player.position_at(time + 60) == start_position
    box = press(box, "KEY_RIGHT", time + 60)
    assert box.player.position_at(time + 70) == start_position + timing.SEEK
    box = press(box, "KEY_PLAY", time + 70)
    assert box.player.position_at(time + 72) == pytest.approx(start_position + timing.SEEK + 2)
    rewound = box
    for _ in range(2000):
        rewound = press(rewound, "KEY_LEFT", time + 72)
    assert rewound.player.position_at(time + 72) == 0
    assert rewound.player.position_at(time + 74) == 2


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("CHANNELUP", 2),
        ("CHANNELDOWN", 12),
        ("CHANNELUP CHANNELUP CHANNELDOWN", 2),
        ("OK UP", 2),
        ("OK DOWN", 12),
        ("1 2", 12),
        ("0 5", 5),
        ("5 OK", 5),
        ("EPG DOWN DOWN OK", 3),
    ],
)
def test_zapping_leads_to_the_channel(keys: str, number: int) -> None:
    assert CHANNELS[type_keys(keys)[0].live.channel].number == number


def test_one_digit_waits_for_another_and_then_counts_alone() -> None:
    box, time = type_keys("OK 7")
    assert CHANNELS[box.live.channel].number == 1
    assert advance(box, time + timing.DIGITS_WAIT - 0.01).live.digits == "7"
    zapped = advance(box, time + 60)
    assert CHANNELS[zapped.live.channel].number == 7
    assert zapped.live.zapped_at == time + timing.DIGITS_WAIT, "at its own moment, however late it is asked"


def test_a_channel_that_is_not_there_is_named() -> None:
    box, _ = type_keys("OK 9 9")
    assert CHANNELS[box.live.channel].number == 1
    assert box.toast == "There is no channel 99"


def test_a_zap_is_black_for_a_moment() -> None:
    box, time = type_keys("OK CHANNELUP")
    assert live.is_black(box, time)
    assert live.is_black(box, time + timing.ZAP_BLACK - 0.001)
    assert not live.is_black(box, time + timing.ZAP_BLACK)


def test_paused_live_television_goes_on_where_it_stood() -> None:
    box, time = type_keys("OK PAUSE")
    assert live.scene_time(box, time + 9) == time
    box = press(box, "KEY_PLAY", time + 9)
    assert live.scene_time(box, time + 10) == time + 1
    assert live.scene_time(press(box, "KEY_CHANNELUP", time + 10), time + 12) == time + 12


def test_the_volume_has_ends_and_mute_ends_with_a_louder_key() -> None:
    assert type_keys("VOLUMEUP " * 30)[0].volume.level == 20
    assert type_keys("VOLUMEDOWN " * 30)[0].volume.level == 0
    muted, time = type_keys("MUTE")
    assert muted.volume.muted
    assert muted.volume.level == 8
    louder = press(muted, "KEY_VOLUMEUP", time)
    assert (louder.volume.muted, louder.volume.level) == (False, 9)


def test_letters_are_typed_by_moving_to_them() -> None:
    box, _ = type_keys("SEARCH DOWN RIGHT OK UP OK 7")
    assert box.search.text == "hb7"
    for key, left in (("RED", "hb"), ("YELLOW", "")):
        assert press(box, f"KEY_{key}", 99).search.text == left


def test_the_keyboards_last_row_has_wide_keys() -> None:
    box, time = type_keys("SEARCH OK " + "DOWN " * 6 + "OK")
    assert box.search.text == "a "
    box = press(press(box, "KEY_RIGHT", time), "KEY_OK", time)
    assert box.search.text == "a"
    box = press(press(box, "KEY_RIGHT", time), "KEY_OK", time)
    assert box.search.text == ""
    box = press(box, "KEY_UP", time)
    assert search.key_at(box.search) == "9"


def test_the_cursor_covers_the_whole_of_a_wide_key() -> None:
    box, _ = type_keys("SEARCH RIGHT RIGHT RIGHT " + "DOWN " * 6)
    assert search.key_at(box.search) == "delete"
    assert (box.search.left.end, box.search.width.end) == (2, 2)


def test_what_was_typed_finds_cards_and_ok_opens_one() -> None:
    box, time = type_keys("SEARCH")
    for letter in "low":
        row = next(row for row, letters in enumerate(search.LETTERS) if letter in letters)
        cursor = replace(box.search, row=row, column=search.LETTERS[row].index(letter))
        box = press(replace(box, search=cursor), "KEY_OK", time)
    assert [card.title for card in search.results(box.search)] == ["Low Tide"]
    for key in ("KEY_RIGHT",) * 6 + ("KEY_OK",):
        box = press(box, key, time)
    assert box.screen is Screen.LOADING
    assert box.player.card.title == "Low Tide"


def test_settings_are_chosen_and_survive_a_restart() -> None:
    box, time = type_keys("MENU OK DOWN OK")
    assert settings.choice(box.settings, 0, 1) == 1
    restarted = power_up(box, time)
    assert settings.choice(restarted.settings, 0, 1) == 1
    assert restarted.home.card.title == "Live TV"


@pytest.mark.parametrize(
    ("keys", "depth"),
    [("MENU", 0), ("MENU OK", 1), ("MENU OK UP UP DOWN DOWN DOWN DOWN OK", 2), ("MENU OK DOWN OK BACK", 0)],
)
def test_settings_open_and_close_one_level_at_a_time(keys: str, depth: int) -> None:
    assert type_keys(keys)[0].settings.depth == depth


def test_the_guide_walks_through_programmes_and_back() -> None:
    box, time = type_keys("EPG")
    now = guide.focused(box)
    assert now.start <= box.minute(time) < now.end
    assert guide.focused(press(box, "KEY_LEFT", time)) == now
    seen = [now]
    for step in range(12):
        box = press(box, "KEY_RIGHT", time + step)
        seen.append(guide.focused(box))
    assert [programme.start for programme in seen[1:]] == [programme.end for programme in seen[:-1]]
    for programme in reversed(seen[:-1]):
        box = press(box, "KEY_LEFT", time + 20)
        assert guide.focused(box) == programme


def test_the_programme_in_focus_is_always_in_view() -> None:
    box, time = type_keys("EPG")
    for key in (
        "RIGHT DOWN RIGHT RIGHT DOWN UP RIGHT BLUE DOWN LEFT LEFT YELLOW RIGHT RED LEFT LEFT DOWN LEFT " * 4
    ).split():
        time += 1
        box = press(box, f"KEY_{key}", time)
        programme, window = guide.focused(box), box.guide.window.end
        assert programme.end > window, key
        assert programme.start < window + guide.VIEW - 5, key
        assert box.guide.cursor >= programme.start
        assert (box.guide.focus_begin.end, box.guide.focus_end.end) == (programme.start, programme.end), key


def test_a_reminder_is_set_and_taken_back() -> None:
    box, time = type_keys("EPG RIGHT GREEN")
    assert box.toast == "Reminder set"
    assert len(box.guide.reminders) == 1
    box = press(box, "KEY_OK", time)
    assert box.toast == "Reminder removed"
    assert not box.guide.reminders


def test_starting_takes_its_time_and_ends_on_the_home_menu() -> None:
    box, time = type_keys("POWER POWER")
    assert advance(box, time + 2.49).screen is Screen.BOOT
    assert advance(box, time + 2.5).screen is Screen.HOME


def test_only_some_keys_act_again_while_they_are_held() -> None:
    box, time = type_keys("")
    for key in ("KEY_OK", "KEY_POWER", "KEY_MENU", "KEY_1", "KEY_MUTE"):
        assert key not in REPEATING
        assert press(box, key, time, repeated=True) == box
    assert press(box, "KEY_RIGHT", time, repeated=True).home.columns[0] == 1


def test_the_state_does_not_depend_on_how_often_it_is_asked() -> None:
    rare, often = start(1, 2.5, "boot"), start(1, 2.5, "boot")
    keys = [(3.0, "KEY_DOWN"), (3.4, "KEY_OK"), (7.0, "KEY_7"), (9.5, "KEY_EPG")]
    for time, key in keys:
        step = 0.0
        while step < time:
            often = advance(often, step)
            step += 0.05
        rare, often = press(rare, key, time), press(often, key, time)
    assert advance(rare, 30) == advance(often, 30)
