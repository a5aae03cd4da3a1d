"""Secrets: readable with the key and in their place only."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from qarunner.store.keys import Keys, KeysError, key_of


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys.open(tmp_path / "keys.json")


def test_a_secret_comes_back_also_after_a_restart(keys: Keys, tmp_path: Path) -> None:
    sealed = keys.encrypt(b"pa\x00ssword", "webhook:7")
    assert "ssword" not in sealed
    assert Keys.open(tmp_path / "keys.json").decrypt(sealed, "webhook:7") == b"pa\x00ssword"


def test_the_same_secret_looks_different_each_time(keys: Keys) -> None:
    assert keys.encrypt(b"x", "a") != keys.encrypt(b"x", "a")


def test_a_secret_cannot_be_read_in_another_place(keys: Keys) -> None:
    with pytest.raises(KeysError, match="webhook:8"):
        keys.decrypt(keys.encrypt(b"x", "webhook:7"), "webhook:8")


def test_a_changed_text_is_refused(keys: Keys) -> None:
    sealed = keys.encrypt(b"secret", "a")
    for bad in (sealed[:-4] + "AAAA", sealed[:-1], "", "q1", "q1..", f"q1.{keys.current}.", "q9" + sealed[2:], "é.é.é"):
        with pytest.raises(KeysError):
            keys.decrypt(bad, "a")


def test_rotation_encrypts_anew_and_still_reads_the_old(keys: Keys, tmp_path: Path) -> None:
    old = keys.encrypt(b"secret", "a")
    assert not keys.needs_rotation(old)
    keys.rotate()
    assert keys.needs_rotation(old)
    new = keys.encrypt(keys.decrypt(old, "a"), "a")
    assert not keys.needs_rotation(new)
    assert len(keys.forget()) == 1
    again = Keys.open(tmp_path / "keys.json")
    assert again.decrypt(new, "a") == b"secret"
    with pytest.raises(KeysError, match="no key") as caught:
        again.decrypt(old, "a")
    assert "Put the file of keys back" in caught.value.advice


def test_who_has_the_keys_open_uses_the_new_one_as_soon_as_another_process_rotates(keys: Keys, tmp_path: Path) -> None:
    old = keys.encrypt(b"secret", "a")
    other = Keys.open(tmp_path / "keys.json")
    new = other.rotate()
    assert keys.current == new
    assert other.decrypt(keys.encrypt(b"x", "a"), "a") == b"x"
    assert keys.decrypt(old, "a") == b"secret"
    assert other.forget(keep=[key_of(old)]) == []
    assert other.forget() == [key_of(old)]
    with pytest.raises(KeysError, match="no key"):
        keys.decrypt(old, "a")


def test_derived_keys_differ_by_purpose_and_stay_when_keys_rotate(keys: Keys, tmp_path: Path) -> None:
    derived = keys.derive("tokens")
    assert len(derived) == 32
    assert derived != keys.derive("cookies")
    keys.rotate()
    assert Keys.open(tmp_path / "keys.json").derive("tokens") == derived
    assert Keys.open(tmp_path / "other.json").derive("tokens") != derived


def test_only_the_owner_may_read_the_file(keys: Keys, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with pytest.raises(KeysError, match="others may read") as caught:
        Keys.open(file)
    assert "chmod 600" in caught.value.advice


@pytest.mark.parametrize("text", ["", "{}", "not JSON", '{"current":"a","keys":{},"signing":""}'])
def test_a_damaged_file_is_never_replaced(tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(KeysError):
        Keys.open(file)
    assert file.read_text(encoding="utf-8") == text


def test_all_who_open_new_keys_at_once_get_the_same(tmp_path: Path) -> None:
    found: list[bytes] = []
    together = threading.Barrier(4)

    def open_them() -> None:
        together.wait()
        found.append(Keys.open(tmp_path / "keys.json").derive("x"))

    threads = [threading.Thread(target=open_them) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
