"""``qarunner remote learn``: from pulses to a configuration with which the real lircd sends the same keys again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from tests.peers.fake_program import FakeProgram
from tests.peers.lirc_daemon import LircDaemon, lirc_daemon
from tests.peers.rig_node import eventually

from qarunner import QarunnerError
from qarunner.commands.main import main
from qarunner.testing import DriverRig
from qarunner_plugins.remote_learn.pulses import DEFAULT_GAP, read_presses

pytest_plugins = ["qarunner.testing"]
KEYS = ("KEY_UP", "KEY_OK", "KEY_1")
PAUSE = "space 500000\n"
SHORT = ["pulse 9000", "space 4500", *["pulse 560", "space 1690"] * 4, "pulse 560"]


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".stbt.conf").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def recorded() -> dict[str, str]:
    """What a real remote would send for each key: LIRC's own pulses of an NEC remote, each repeated once."""
    pulses: dict[str, str] = {}
    with lirc_daemon() as daemon, DriverRig(Path.cwd())("remote", f"lirc:{daemon.socket}:", repeats=1) as remote:
        for key in KEYS:
            before = daemon.pulses.read_text()
            remote.press(key)
            eventually(lambda: len(daemon.decoded()) >= 2 * (len(pulses) + 1), "the key's pulses")
            pulses[key] = daemon.pulses.read_text()[len(before) :]
    return pulses


def learned(pack: Path) -> Path:
    return pack / "config" / "remote-control" / "box.lircd.conf"


@pytest.mark.needs("lirc")
def test_what_was_learned_from_a_file_is_sent_again_as_the_same_keys(
    pack: Path, recorded: dict[str, str], driver_rig: DriverRig, capsys: pytest.CaptureFixture[str]
) -> None:
    (pack / "recorded").write_text(PAUSE + PAUSE.join(recorded.values()), encoding="ascii")
    assert main(["remote", "learn", "box", *KEYS, "--pulses", "recorded"]) == 0
    assert "box.lircd.conf: 3 keys, each verified with LIRC's decoder\n" in capsys.readouterr().out
    with tempfile.TemporaryDirectory(prefix="qa-lirc-") as folder:
        daemon = LircDaemon(Path(folder))
        daemon.configuration.write_text(learned(pack).read_text(encoding="utf-8"), encoding="utf-8")
        try:
            daemon.start()
            with driver_rig("remote", f"lirc:{daemon.socket}:box") as remote:
                assert tuple(remote.keys() or ()) == KEYS
                for key in KEYS:
                    remote.press(key)
            sent = eventually(lambda: d if len(d := daemon.decoded()) >= 3 else None, "three keys")
        finally:
            daemon.stop()
        original = LircDaemon(Path(folder))  # the remote from which it was learned understands it as well
        assert [key for key, _, _ in sent or ()] == list(KEYS)
        assert [key for key, repeat, _ in original.decoded() if not repeat] == list(KEYS)


@pytest.mark.needs("lirc")
def test_keys_are_asked_for_and_recorded_from_a_receiver(
    pack: Path, recorded: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeProgram("ir-ctl") as receiver:
        receiver.says(recorded["KEY_OK"] + "timeout 125000\n")
        assert main(["remote", "learn", "box", "KEY_OK", "--device", "/dev/lirc3"]) == 0
        assert receiver.calls == ["-d /dev/lirc3 --receive --mode2 --one-shot"]
    assert "1/1  press KEY_OK shortly ... 67 pulses and spaces" in capsys.readouterr().err
    assert "name KEY_OK" in learned(pack).read_text(encoding="utf-8")


@pytest.mark.needs("lirc")
def test_two_keys_with_one_code_are_refused_and_nothing_is_written(
    pack: Path, recorded: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (pack / "recorded").write_text(recorded["KEY_OK"] + PAUSE + recorded["KEY_OK"], encoding="ascii")
    assert main(["remote", "learn", "box", "KEY_OK", "KEY_UP", "--pulses", "recorded"]) == 2
    assert "takes the recording of KEY_UP for KEY_OK" in capsys.readouterr().err
    assert not learned(pack).exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["box", "KEY_OK", "--pulses", "none"], "none: No such file"),
        (["box", "KEY_OK", "--pulses", "two"], "two has 2 presses, but 1 keys are named"),
        (["box", "KEY_OK", "--pulses", "text"], "text, line 1: 'hello' is no line of the mode2 format"),
        (["box", "KEY_OK", "--pulses", "stub"], "press 1 has 3 pulses and spaces, too few"),
        (["../box"], "'../box' is no name for a remote control"),
        (["box", "KEY_A", "KEY_A"], "KEY_A is named twice"),
        (["box", "begin codes"], "'begin codes' is no name of a key"),
        (["there"], "there.lircd.conf is there already"),
    ],
)
def test_what_cannot_be_learned_is_told_with_its_place(
    pack: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "\n".join(SHORT)
    (pack / "two").write_text(f"{text}\n{PAUSE}{text}\n", encoding="ascii")
    (pack / "text").write_text("hello\n", encoding="ascii")
    (pack / "stub").write_text("pulse 1\nspace 2\npulse 3\n", encoding="ascii")
    learned(pack).parent.mkdir(parents=True)
    (learned(pack).parent / "there.lircd.conf").touch()
    assert main(["remote", "learn", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_receiver_that_is_not_there_is_named(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FakeProgram("ir-ctl", gone="/dev/lirc9: cannot open: No such file or directory") as receiver:
        receiver.stop()
        assert main(["remote", "learn", "box", "KEY_OK", "--device", "/dev/lirc9"]) == 2
    assert "the receiver /dev/lirc9 cannot be used" in capsys.readouterr().err


def test_a_recording_is_cut_into_presses_and_frames() -> None:
    repeated = [
        *SHORT,
        "space 40000",
        *SHORT,
        "timeout 125000",
        "space 16777215",
        "# a note",
        "",
        *SHORT,
        "space 60000",
    ]
    first, second = read_presses(repeated, "x")
    assert len(first.durations) == 2 * len(SHORT) + 1
    assert [len(first.frame), first.gap] == [len(SHORT), 40000]
    assert [len(second.durations), second.gap] == [len(SHORT), DEFAULT_GAP]
    split = ["space 1", "pulse 4000", "pulse 5000", "space 4000", "space 500", *SHORT[2:]]
    assert read_presses(split, "x") == read_presses(SHORT, "x")
    assert read_presses([], "x") == []
    with pytest.raises(QarunnerError, match="line 2"):
        read_presses(["pulse 5", "pulse -5"], "x")
