"""How often, in which order and until when testcases run."""

from __future__ import annotations

import re

import pytest
from tests.peers.pack_run import Pack

from qarunner.outbox.run_directory import read_run_directory


def ran(done) -> list[tuple[str, int]]:
    return [(result.testcase.partition("::")[2], result.attempt) for result in done.directory.results]


def test_repeat_runs_all_again_with_shared_fixtures_made_once(pack):
    pack.write(
        "tests/a.py",
        """
        import pytest
        made = []
        @pytest.fixture(scope="module")
        def shared():
            made.append("shared")
            yield
            print("torn down")
        @pytest.fixture
        def own(): made.append("own")
        def test_one(shared, own): print(made)
        def test_two(shared): pass
        """,
    )
    done = pack.run("--qa-repeat=3")
    assert done.code == 0, done.output
    assert ran(done) == [
        ("test_one", 1),
        ("test_two", 1),
        ("test_one", 2),
        ("test_two", 2),
        ("test_one", 3),
        ("test_two", 3),
    ]
    assert "6 passed" in done.output
    third = done.directory.results[4]
    assert (done.pack.latest / third.folder / "stdout.log").read_text() == "['shared', 'own', 'own', 'own']\n"


def test_one_testcase_repeated_makes_its_own_fixtures_anew(pack):
    pack.write(
        "tests/a.py",
        """
        import pytest
        made = []
        @pytest.fixture
        def own(): made.append(1)
        def test_one(own): assert len(made) <= 3, made
        """,
    )
    done = pack.run("--qa-repeat=4")
    assert [str(result.outcome) for result in done.directory.results] == ["pass", "pass", "pass", "fail"]


def test_features_repeat_too(pack):
    pack.write(
        "features/a.feature",
        "Feature: a\n  Scenario Outline: row <n>\n    Given <n>\n    Examples:\n    | n |\n    | 1 |\n    | 2 |\n",
    )
    pack.write(
        "features/steps/steps.py", "from behave import given\n@given('{n:d}')\ndef step(context, n): assert n == 1\n"
    )
    done = pack.run("--qa-repeat=2")
    assert [str(result.outcome) for result in done.directory.results] == ["pass", "fail"] * 2
    assert all(len(result.steps) == 1 for result in done.directory.results)


def test_forever_ends_with_stop_job_and_says_why(pack):
    pack.write(
        "tests/a.py",
        """
        import stbt
        runs = []
        def test_one():
            runs.append(1)
            if len(runs) == 5: stbt.stop_job("seen enough")
        """,
    )
    done = pack.run("--qa-forever")
    assert ran(done) == [("test_one", number) for number in range(1, 6)]
    assert "seen enough" in done.output
    assert done.code == 2
    assert done.directory.run.selected is None


def test_shuffle_notes_its_seed_which_repeats_the_order(pack):
    pack.write("tests/a.py", "".join(f"def test_{number}(): pass\n" for number in range(12)))
    first = pack.run("--qa-shuffle")
    seed = first.directory.run.seed
    assert f"--qa-seed={seed}" in first.output
    again = pack.run("--qa-shuffle", f"--qa-seed={seed}")
    assert ran(again) == ran(first)
    assert sorted(ran(first)) != ran(first)


def test_errors_are_retried_and_fails_are_not(pack):
    pack.write(
        "tests/a.py",
        """
        import pytest
        calls = {"error": 0, "fail": 0, "setup": 0, "never": 0}
        def count(name):
            calls[name] += 1
            return calls[name]
        def test_error_once():
            if count("error") == 1: raise OSError("cable")
        def test_fails(): count("fail"); assert False
        @pytest.fixture(scope="module")
        def rig():
            if count("setup") == 1: raise OSError("rig")
        def test_broken_rig_once(rig): pass
        def test_never_well(): raise OSError(str(count("never")))
        def test_last(): assert calls == {"error": 2, "fail": 1, "setup": 2, "never": 3}
        """,
    )
    done = pack.run("--qa-retry-errors=2")
    by_name: dict[str, list[str]] = {}
    for result in done.directory.results:
        by_name.setdefault(result.testcase.partition("::")[2], []).append(str(result.outcome))
    assert by_name == {
        "test_error_once": ["error", "pass"],
        "test_fails": ["fail"],
        "test_broken_rig_once": ["error", "pass"],
        "test_never_well": ["error", "error", "error"],
        "test_last": ["pass"],
    }, done.output
    assert re.search(r"1 failed, 3 passed, 4 retried, 1 error|1 failed, 3 passed, 1 error, 4 retried", done.output), (
        done.output
    )


def test_a_fail_is_counted_also_when_a_retry_would_be_left(pack):
    pack.write("tests/a.py", "def test_fails(): assert False\n")
    assert pack.run("--qa-retry-errors=3").code == 1


def test_errors_without_a_fail_give_exit_code_6(pack):
    pack.write("tests/a.py", "def test_error(): raise OSError\ndef test_pass(): pass\n")
    assert pack.run().code == 6


def test_an_error_that_was_retried_to_a_pass_gives_exit_code_0(pack):
    pack.write("tests/a.py", "calls = []\ndef test_x():\n    calls.append(1)\n    assert_not = 1 / (len(calls) - 1)\n")
    assert pack.run("--qa-retry-errors=1").code == 0


def test_nothing_collected_gives_pytests_own_exit_code(pack):
    pack.write("tests/a.py", "x = 1\n")
    assert pack.run().code == 5


def test_results_go_where_they_are_told_and_an_earlier_run_is_kept(pack):
    pack.write("tests/a.py", "def test_x(): pass\n")
    assert pack.run("--qa-results=out").code == 0
    first = read_run_directory(pack.folder / "out").run
    assert first is not None
    assert pack.run("--qa-results=out").code == 0
    kept = [path for path in pack.folder.iterdir() if path.name.startswith("out-")]
    assert [read_run_directory(path).run for path in kept] == [first]
    assert not (pack.folder / "qa-results").exists()


def test_a_results_folder_with_something_else_in_it_is_refused(pack):
    pack.write("tests/a.py", "def test_x(): pass\n")
    pack.write("out/precious.txt", "mine")
    done = pack.run("--qa-results=out")
    assert done.code != 0
    assert "holds something that is no run" in done.output
    assert (pack.folder / "out" / "precious.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "option", ["--qa-repeat=0", "--qa-time-limit=soon", "--qa-tag=:", "--qa-seed=x", "--qa-reporter=none"]
)
def test_a_bad_option_is_a_usage_error(pack: Pack, option):
    done = pack.run(option)
    assert done.code == 4, done.output
    assert option.partition("=")[0].removeprefix("--qa-").split("-")[0] in done.output


def test_press_latency_is_frame_accurate(pack):
    pack.write(
        "tests/a.py",
        """
        import stbt, qarunner
        def test_latency(measure):
            corner = stbt.Region(0, 0, right=50, bottom=50)
            latency = qarunner.press_latency("KEY_RED", mask=corner)
            assert (latency.frame_after[10, 10] == (0, 0, 255)).all()
            assert latency.answered == latency.frame_after.time
            measure("latency", latency.seconds, unit="s", low=0, high=2)
        """,
    )
    done = pack.run()
    assert done.code == 0, done.output
    assert done.results["test_latency"].measurements[0].value > 0
