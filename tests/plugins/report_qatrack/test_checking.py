from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from tests.peers.qatrack_run import Sender
from tests.peers.run_directory import RunMaker

from qarunner import Check, ConfigurationError, Measurement
from qarunner.commands.context import Context
from qarunner_plugins.report_qatrack import qa_commands
from qarunner_plugins.report_qatrack.checking import check
from qarunner_plugins.report_qatrack.expected import ForeseenTestcase
from qarunner_plugins.report_qatrack.options import QatrackOptions, settings_of

GOOD = ForeseenTestcase("tests/menu.py::test_opens", measurements=("zap time",))


def checked(sender: Sender, *testcases: ForeseenTestcase, node: str = "living-room") -> list[Check]:
    return check(sender.settings(), node, testcases)


def test_a_list_that_fits_works_and_what_nobody_runs_is_noted(sender: Sender) -> None:
    token, unit, idle, works = checked(sender, GOOD)
    assert (token.subject, token.status) == ("token", "works")
    assert (unit.status, unit.detail) == ("works", "living-room, number 1")
    assert idle.status == "note"
    assert "test_closes, test_stays_open" in idle.detail
    assert (works.subject, works.status, works.detail) == ("list tests/menu.py", "works", "10 tests on living-room")


def test_nothing_is_stored_by_a_check(sender: Sender) -> None:
    before = sender.get("qa/testlistinstances")["count"]
    checked(sender, GOOD)
    assert sender.get("qa/testlistinstances")["count"] == before


def test_a_boolean_without_the_reference_one_is_told_loudly(sender: Sender) -> None:
    found = checked(sender, ForeseenTestcase("x.py::test_open_ended", ["qa_list:tests/other.py"]))
    assert any(
        check.status == "broken"
        and check.detail == "FAILURES WILL NOT SHOW of test_open_ended: the reference on this unit is not 1"
        for check in found
    )


def test_what_has_no_test_is_named_with_the_nearest_that_there_is(sender: Sender) -> None:
    missing = [
        check
        for check in checked(sender, GOOD, ForeseenTestcase("tests/menu.py::test_open", measurements=("weight",)))
        if check.status == "missing"
    ]
    assert [check.detail for check in missing] == [
        "no test for tests/menu.py::test_open (test_open)",
        "no test for tests/menu.py::test_open weight (weight)",
    ]
    assert "did you mean 'test_opens'" in missing[0].advice


def test_a_test_of_the_wrong_type_is_named(sender: Sender) -> None:
    named = ForeseenTestcase("tests/menu.py::firmware", measurements=("test closes",))
    details = [check.detail for check in checked(sender, named) if check.status == "broken"]
    assert details == [
        "firmware is a test of type string, tests/menu.py::firmware gives a boolean",
        "test_closes is a test of type boolean, tests/menu.py::firmware test closes gives a simple",
    ]


def test_parameters_that_are_not_known_yet_are_no_reason_to_worry(sender: Sender) -> None:
    found = checked(sender, ForeseenTestcase("tests/menu.py::test_stays"))
    assert not [check for check in found if check.status == "missing"]


def test_a_unit_or_list_that_is_missing_ends_only_its_own_look(sender: Sender) -> None:
    [_token, unit] = checked(sender, GOOD, node="living-rom")
    assert unit.status == "missing"
    assert "did you mean 'living-room'" in unit.advice
    found = checked(sender, ForeseenTestcase("tests/nowhere.py::test_x"), GOOD)
    assert [check.subject for check in found if check.status == "missing"] == ["list tests/nowhere.py"]
    assert found[-1].status == "works"


def test_a_wrong_token_and_a_server_that_is_away_are_told_as_what_they_are(sender: Sender) -> None:
    [wrong] = checked(Sender(sender.url, "wrong"), GOOD)
    assert "does not accept the token" in wrong.detail
    [away] = checked(Sender("http://127.0.0.1:9/api", "x"), GOOD)
    assert away.detail == "http://127.0.0.1:9/api refuses the connection"
    secure = sender.url.replace("http://", "https://")
    [no_tls] = checked(Sender(secure, "x"), GOOD)
    assert (no_tls.detail, no_tls.status) == (f"{secure} does not speak TLS at this port", "broken")
    assert "http://" in no_tls.advice
    [elsewhere] = checked(Sender(sender.url.replace("/api", "/elsewhere/api"), sender.token), GOOD)
    assert "/elsewhere/api has nothing of QATrack+" in elsewhere.detail
    assert "https://HOST/api" in elsewhere.advice


@pytest.mark.parametrize(
    ("url", "problem", "advice"),
    [
        ("", "it is not said where QATrack+ is", "Give url in [reporters.qatrack], or QARUNNER_QATRACK_URL"),
        ("box:8080/api", "QARUNNER_QATRACK_URL is 'box:8080/api'", "It begins with https:// or http://"),
        ("http://box:8080", "QARUNNER_QATRACK_URL is 'http://box:8080'", "is it http://box:8080/api?"),
    ],
)
def test_an_address_that_is_none_of_an_api_is_told_with_what_it_may_be(
    monkeypatch: pytest.MonkeyPatch, url: str, problem: str, advice: str
) -> None:
    monkeypatch.setenv("QARUNNER_QATRACK_URL", url)
    with pytest.raises(ConfigurationError) as caught:
        settings_of(QatrackOptions())
    assert caught.value.problem == problem
    assert advice in caught.value.advice
    with pytest.raises(ConfigurationError, match=r"url of \[reporters.qatrack\] is 'http://box'"):
        settings_of(QatrackOptions(url="http://box"))


def command(folder: Path, *words: str) -> int:
    """Run ``qarunner qatrack check`` in a folder."""
    [verb] = qa_commands()
    assert verb.name == "qatrack check"
    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    arguments = parser.parse_args(words)
    arguments.context = Context({}, folder)
    return verb.run(arguments)


@pytest.fixture
def folder(tmp_path: Path, sender: Sender, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which the reporter is configured."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QARUNNER_QATRACK_TOKEN", sender.token)
    monkeypatch.delenv("QARUNNER_QATRACK_URL", raising=False)
    (tmp_path / "qarunner.toml").write_text(f'[reporters.qatrack]\nurl = "{sender.url}"\n')
    return tmp_path


def test_the_verb_looks_at_the_newest_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    maker = RunMaker(folder / "qa-results")
    maker.add("tests/menu.py::test_opens", measurements=(Measurement(name="zap time", value=1),))
    (folder / "qa-results" / "latest").symlink_to(maker.name)
    assert command(folder) == 0
    out = capsys.readouterr().out
    assert "works    unit of living-room: living-room, number 1\n" in out
    assert "works    list tests/menu.py: 10 tests on living-room\n" in out
    assert command(folder, "--json") == 0
    [token, *_rest, last] = json.loads(capsys.readouterr().out)
    assert (token["subject"], token["status"]) == ("token", "works")
    assert last == {
        "subject": "list tests/menu.py",
        "status": "works",
        "detail": "10 tests on living-room",
        "advice": "",
    }
    maker.add("tests/menu.py::test_new")
    assert command(folder, str(maker.folder)) == 1
    assert "missing  list tests/menu.py: no test for tests/menu.py::test_new (test_new)\n" in capsys.readouterr().out


def test_the_verb_looks_at_the_test_pack_where_nothing_has_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".stbt.conf").write_text("[test_pack]\n")
    (folder / "tests").mkdir()
    (folder / "tests" / "menu.py").write_text("def test_opens(): pass\ndef test_novel(): pass\n")
    assert command(folder, "--node=living-room") == 1
    assert "no test for tests/menu.py::test_novel" in capsys.readouterr().out
    with pytest.raises(ConfigurationError, match="not said on which node"):
        command(folder)


def test_the_verb_says_what_it_cannot_do_without(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="neither a run nor a test pack"):
        command(folder, "--node=x")
    with pytest.raises(ConfigurationError, match="holds no results"):
        command(folder, str(folder))
    (folder / "qarunner.toml").write_text("[reporters.qatrack]\nevidence = 7\n")
    with pytest.raises(ConfigurationError, match=r"\[reporters.qatrack\]: Expected `array`, got `int`"):
        command(folder, "--node=x")
