from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from tests.peers.results_store import wait_until

from qarunner.outbox import processes
from qarunner.outbox.processes import is_alive, this_process

if TYPE_CHECKING:
    from qarunner.results import Process


def process_of(child: subprocess.Popen[bytes]) -> Process:
    ticks = processes._start_ticks(child.pid)
    assert ticks is not None
    return msgspec.structs.replace(this_process(), pid=child.pid, start_ticks=ticks)


def test_this_process_is_alive() -> None:
    assert is_alive(this_process()) is True


def test_a_killed_child_is_dead_even_before_its_parent_has_noticed() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        known = process_of(child)
        assert is_alive(known) is True
        child.kill()
        # Wait without reaping: the child stays a zombie.
        wait_until(lambda: not is_alive(known))
        assert Path(f"/proc/{child.pid}/stat").exists()
    assert is_alive(known) is False


def test_a_process_number_given_to_another_program_is_not_mistaken_for_it() -> None:
    assert is_alive(msgspec.structs.replace(this_process(), start_ticks=1)) is False


def test_a_program_with_a_strange_name_is_seen(tmp_path: Path) -> None:
    program = tmp_path / "a) S 1 (b"
    shutil.copy("/bin/sleep", program)
    with subprocess.Popen([program, "60"]) as child:
        known = process_of(child)
        assert known.start_ticks >= this_process().start_ticks
        assert is_alive(known) is True
        child.kill()


def test_a_process_before_the_last_reboot_is_dead() -> None:
    assert is_alive(msgspec.structs.replace(this_process(), boot_id="another")) is False


def test_nothing_is_known_of_a_process_on_another_host_or_in_another_container() -> None:
    assert is_alive(msgspec.structs.replace(this_process(), host="elsewhere", boot_id="another")) is None
    assert is_alive(msgspec.structs.replace(this_process(), namespace="pid:[1]")) is None
