"""``qarunner qatrack show`` and ``apply``, at a server and in a data folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.commands.conftest import Qarunner
from tests.commands.qatrack.conftest import write

from qarunner.access import Access
from qarunner.server.http import HttpServer
from qarunner.store.engine import Store
from qarunner.store.models import qatrack

EXAMPLE = Path(__file__).parents[3] / "test_pack"


def lists_of(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(select(qatrack.TestList.name).order_by(qatrack.TestList.id)))


@pytest.mark.usefixtures("server", "pack")
def test_what_would_change_is_shown_and_then_changed_at_a_server(qarunner: Qarunner, store: Store) -> None:
    shown = qarunner("qatrack", "show")
    assert shown.code == 0
    assert "lists\n  + Live\n  + Menu\n" in shown.out
    assert "  + Live::zap_time on living-room: reference 2, tolerance act_high +0\n" in shown.out
    assert "nothing is changed yet: qarunner qatrack apply" in shown.err
    assert lists_of(store) == []
    done = qarunner("qatrack", "apply")
    assert done.code == 0
    assert done.out.startswith(shown.out)
    assert done.out.splitlines()[-1].endswith("changes made")
    assert lists_of(store) == ["Live", "Menu"]
    again = qarunner("qatrack", "apply")
    assert again.out == "everything is as it is defined\n"


@pytest.mark.usefixtures("pack")
def test_a_data_folder_is_changed_without_a_server(qarunner: Qarunner, store: Store) -> None:
    assert "+ Menu" in qarunner("qatrack", "show", "--data", store.data).out
    assert qarunner("qatrack", "apply", "--data", store.data).code == 0
    assert lists_of(store) == ["Live", "Menu"]
    assert qarunner("qatrack", "show", "--data", store.data).out == "everything is as it is defined\n"


@pytest.mark.usefixtures("server")
def test_files_can_be_named_wherever_one_stands(qarunner: Qarunner, pack: Path, store: Store) -> None:
    assert qarunner("qatrack", "apply", pack / "config/qatrack/menu.yaml").code == 0
    assert lists_of(store) == ["Menu"]


@pytest.mark.usefixtures("server", "pack")
def test_programs_read_json(qarunner: Qarunner) -> None:
    shown = qarunner("qatrack", "show", "--json").json
    assert shown["applied"] is False
    assert {"create"} == {change["action"] for change in shown["changes"]}


@pytest.mark.usefixtures("server")
def test_what_only_the_server_knows_is_told_with_the_line_in_the_file(qarunner: Qarunner, pack: Path) -> None:
    write(pack, "more.yaml", "\nlists:\n- name: Other\n  units:\n  - living-rom\n")
    said = qarunner("qatrack", "show")
    assert said.code == 2
    assert "config/qatrack/more.yaml:5: there is no unit 'living-rom'. Did you mean 'living-room'?" in said.err
    assert "body $" not in said.err


def test_a_mistake_in_a_file_is_told_before_anybody_is_asked(qarunner: Qarunner, pack: Path) -> None:
    write(pack, "menu.yaml", "units: [living-room]\nlists:\n- name: Menu\n  test: [opens]\n")
    said = qarunner("qatrack", "apply")
    assert said.code == 2
    assert said.err == (
        "qarunner: the definition cannot be used\n"
        "  config/qatrack/menu.yaml:4: 'test' is not known here. Did you mean 'tests'?\n"
    )


@pytest.mark.usefixtures("pack")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "it is not said where the server is"),
        (("--data", "nowhere"), "there is no data folder"),
        (("--data", "x", "--server", "http://127.0.0.1:9"), "--data and --server exclude each other"),
        (("nowhere.yaml",), "nowhere.yaml: there is no such file"),
    ],
)
def test_what_cannot_be_asked_for_is_told(qarunner: Qarunner, words: tuple[str, ...], said: str) -> None:
    done = qarunner("qatrack", "show", *words)
    assert done.code == 2
    assert said in done.err


def test_outside_of_a_pack_it_says_where_to_go(qarunner: Qarunner) -> None:
    assert "is not in a test pack" in qarunner("qatrack", "show").err


def test_files_that_define_nothing_are_told_from_a_server_that_has_it_all(qarunner: Qarunner, pack: Path) -> None:
    shutil.rmtree(pack / "config")
    write(pack, "menu.yaml", "# units: [living-room]\n")
    said = qarunner("qatrack", "show")
    assert said.code == 2
    assert "nothing is defined in config/qatrack/menu.yaml" in said.err
    assert "qarunner qatrack plan" in said.err


def test_a_pack_without_a_definition_is_told_how_to_begin(qarunner: Qarunner, pack: Path) -> None:
    shutil.rmtree(pack / "config")
    assert "qarunner qatrack plan" in qarunner("qatrack", "show").err


@pytest.mark.usefixtures("pack")
def test_a_reader_may_not(
    qarunner: Qarunner, server: HttpServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.url
    monkeypatch.setenv("QARUNNER_SERVER_TOKEN", Access(store).create_token("rita", "test")[1])
    said = qarunner("qatrack", "apply")
    assert said.code == 2
    assert "the role read may not do this: define tests" in said.err
    assert lists_of(store) == []


def test_code_of_the_pack_does_not_run_where_the_stores_keys_are(qarunner: Qarunner, pack: Path, store: Store) -> None:
    (pack / "plugins").mkdir()
    (pack / "plugins" / "loud.py").write_text('raise SystemExit("it ran")\n', encoding="utf-8")
    assert qarunner("qatrack", "apply", "--data", store.data).code == 0


def test_the_example_pack_is_defined_for_the_virtual_box(
    qarunner: Qarunner, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLE)
    assert qarunner("qatrack", "apply", "--data", store.data).code == 0
    assert "tests/menu.py" in lists_of(store)
    assert qarunner("qatrack", "apply", "--data", store.data).out == "everything is as it is defined\n"
