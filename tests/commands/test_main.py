"""The command as a whole: verbs, errors, exit codes, colours, what a broken plugin does to it."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.commands.conftest import Qarunner, command

import qarunner as package
from qarunner.commands import qa_commands

BROKEN = 'raise RuntimeError("it hurts")\n'
VERBS = [offered.name for offered in qa_commands()]
OF_OUR_PLUGINS = ("remote", "qatrack check")

GREET = """
    from qarunner import Command, hookimpl

    def run(arguments):
        print("hello", arguments.who, "in", arguments.context.pack.name)
        return 3

    @hookimpl
    def qa_commands():
        return [Command("greet", "say hello", lambda parser: parser.add_argument("who"), run)]
"""


def test_help_lists_every_verb_under_its_heading(qarunner: Qarunner) -> None:
    said = qarunner("--help")
    assert said.code == 0
    lines = [line[2:] for line in said.out.splitlines() if line.startswith("  ") and not line.startswith("  -")]
    listed = [line.partition("  ")[0] for line in lines]
    assert set(OF_OUR_PLUGINS) <= set(listed)
    assert [verb for verb in listed if verb not in OF_OUR_PLUGINS] == VERBS
    assert [line for line in said.out.splitlines() if line.endswith(":")] == [
        "Run and look:",
        "Set up:",
        "Serve:",
        "Test lists (QATrack+):",
        "Plugins:",
        "Options:",
    ]


def test_without_a_verb_the_list_is_shown_and_it_counts_as_wrong_usage(qarunner: Qarunner) -> None:
    said = qarunner()
    assert said.code == 2
    assert "usage: qarunner VERB" in said.out


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_explains_its_arguments(qarunner: Qarunner, verb: str) -> None:
    said = qarunner(*verb.split(), "--help")
    assert said.code == 0
    assert said.out.startswith(f"usage: qarunner {verb}")
    assert "--block PLUGIN" in said.out


def test_the_version_is_told(qarunner: Qarunner) -> None:
    said = qarunner("--version")
    assert said.code == 0
    assert said.out.startswith(f"qarunner {package.__version__} (Python 3.")


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("nods", "qarunner: there is no verb 'nods'\n  did you mean 'nodes' or 'node'?"),
        ("--josn", "qarunner: there is no option '--josn'\n"),
    ],
)
def test_an_unknown_verb_is_answered_with_the_nearest(qarunner: Qarunner, word: str, answer: str) -> None:
    said = qarunner(word)
    assert said.code == 2
    assert said.err.startswith(answer)
    assert "`qarunner --help` lists all" in said.err


def test_a_wrong_argument_is_answered_with_the_usage(qarunner: Qarunner) -> None:
    said = qarunner("nodes", "--yaml")
    assert said.code == 2
    assert "usage: qarunner nodes" in said.err
    assert "unrecognized arguments: --yaml" in said.err


def test_an_error_is_told_with_advice_and_without_a_traceback(qarunner: Qarunner) -> None:
    said = qarunner("tests")
    assert said.code == 2
    assert said.err.startswith(f"qarunner: {Path.cwd()} is not in a test pack\n  Go into one, or make one")
    assert "Traceback" not in said.err
    assert said.out == ""


def test_a_folder_that_is_gone_or_may_not_be_read_is_no_traceback(
    qarunner: Qarunner, here: Path, pack: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pack({"plugins/greet.py": GREET.replace("return 3", 'open("/proc/self/mem/x")')})
    said = qarunner("greet", "Anna")
    assert (said.code, said.err) == (2, "qarunner: /proc/self/mem/x: Not a directory\n")
    gone = here / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    said = qarunner("nodes")
    assert (said.code, said.err) == (2, "qarunner: this folder does not exist any more\n  Go to another: cd\n")
    monkeypatch.chdir(here)


def test_a_broken_configuration_does_not_hide_the_help(qarunner: Qarunner, here: Path) -> None:
    (here / "qarunner.toml").write_text("time_limit = \n", encoding="utf-8")
    assert qarunner("--help").code == 0
    said = qarunner("nodes")
    assert said.code == 2
    assert f"{here}/qarunner.toml:1: Invalid value" in said.err


@pytest.mark.parametrize("verb", ["tests", "nodes", "results"])
def test_a_broken_plugin_stops_verbs_with_its_name_and_the_way_around_it(
    qarunner: Qarunner, pack: Callable[..., Path], verb: str
) -> None:
    pack({"plugins/bad.py": BROKEN, "qa-results/x": ""})
    said = qarunner(verb)
    assert said.code == 2
    assert "plugin 'pack:bad' failed in import: RuntimeError: it hurts" in said.err
    assert "--qa-block=pack:bad" in said.err
    for option in ("--block", "--qa-block"):
        assert qarunner(verb, option, "pack:bad").code == 0


@pytest.mark.parametrize("verb", ["plugins", "config", "doctor"])
def test_verbs_that_look_at_trouble_work_beside_a_broken_plugin(
    qarunner: Qarunner, pack: Callable[..., Path], verb: str
) -> None:
    pack({"plugins/bad.py": BROKEN})
    said = qarunner(verb)
    assert said.code in (0, 1)
    assert "pack:bad" in said.out + said.err


def test_a_plugin_whose_commands_fail_stops_neither_the_help_nor_the_list_of_plugins(
    qarunner: Qarunner, pack: Callable[..., Path]
) -> None:
    pack({"plugins/bad.py": "import qarunner\n\n@qarunner.hookimpl\ndef qa_commands():\n    return 1 / 0\n"})
    assert "doctor" in qarunner("--help").out
    said = qarunner("plugins")
    assert said.code == 1
    assert "plugin 'pack:bad' failed in qa_commands: ZeroDivisionError" in said.out
    assert "ZeroDivisionError" in qarunner("nodes").err


def test_a_plugin_adds_a_verb(qarunner: Qarunner, pack: Callable[..., Path]) -> None:
    pack({"plugins/greet.py": GREET})
    assert "From plugins:\n  greet          say hello" in qarunner("--help").out
    said = qarunner("greet", "Anna")
    assert (said.code, said.out) == (3, "hello Anna in here\n")


PRUNE = """
    from qarunner import Command, hookimpl

    def run(arguments):
        print("pruned", arguments.what)
        return 0

    @hookimpl
    def qa_commands():
        return [Command("qatrack prune", "prune it", lambda parser: parser.add_argument("what"), run)]
"""


def test_a_plugin_adds_a_verb_of_two_words_to_a_group(qarunner: Qarunner, pack: Callable[..., Path]) -> None:
    pack({"plugins/prune.py": PRUNE})
    said = qarunner("qatrack", "prune", "roses")
    assert (said.code, said.out) == (0, "pruned roses\n")
    assert "  qatrack prune  prune it" in qarunner("qatrack", "--help").out


def test_the_first_word_of_two_lists_those_that_may_follow(qarunner: Qarunner) -> None:
    said = qarunner("qatrack")
    assert said.code == 2
    assert said.out.startswith("usage: qarunner qatrack ...")
    assert "qatrack plan" in said.out
    assert "doctor" not in said.out
    assert qarunner("qatrack", "--help").code == 0
    said = qarunner("qatrack", "shwo")
    assert said.code == 2
    assert "there is no verb 'qatrack shwo'\n  did you mean 'qatrack show'" in said.err


def test_ctrl_c_ends_with_130_and_no_traceback(qarunner: Qarunner, pack: Callable[..., Path]) -> None:
    pack({"plugins/greet.py": GREET.replace("return 3", "raise KeyboardInterrupt")})
    said = qarunner("greet", "Anna")
    assert said.code == 130
    assert "Traceback" not in said.err


def test_trace_prints_every_hook_call_wherever_it_stands(qarunner: Qarunner) -> None:
    for words in (("--trace", "plugins"), ("plugins", "--trace"), ("plugins", "--qa-trace")):
        assert "qa_drivers() -> " in qarunner(*words).err
    assert qarunner("plugins").err == ""


def test_nobody_who_reads_the_output_is_no_trouble() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(command("plugins"), stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writing)
    assert ended.returncode == 128 + signal.SIGPIPE
    assert ended.stderr == ""


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colours_are_used_on_a_terminal_unless_nobody_wants_them(no_color: str, *, coloured: bool) -> None:
    ours, theirs = pty.openpty()
    environment = os.environ | {"NO_COLOR": no_color, "TERM": "xterm"}
    subprocess.run(command("--help"), stdout=theirs, env=environment, check=True)
    os.close(theirs)
    assert (b"\x1b[1m" in os.read(ours, 65536)) is coloured
    os.close(ours)


def test_no_colours_in_a_pipe(qarunner: Qarunner) -> None:
    ended = subprocess.run(command("--help"), capture_output=True, check=True, env=os.environ | {"TERM": "xterm"})
    assert b"\x1b" not in ended.stdout


def test_names_that_the_terminal_cannot_show_are_written_all_the_same(pack: Callable[..., Path]) -> None:
    pack({"features/a.feature": "Feature: a\n  Scenario: \N{TELEVISION} on\n"})
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(command("tests"), capture_output=True, text=True, env=environment, check=False)
    assert ended.stdout == "features/a.feature::\\U0001f4fa on\n"


def test_reading_arguments_loads_nothing_heavy() -> None:
    script = (
        "import sys; from qarunner.commands import qa_commands; from qarunner.commands.main import parser_of\n"
        "for command in qa_commands(): parser_of(command)\n"
        "print(*sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"numpy", "cv2", "av", "stbt_core", "behave", "pytest", "lxml", "requests", "jinja2"}
    assert not set(ended.stdout.split()) & heavy
