"""Which files hold testcases and what they are called; what lies beside a pack is left alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.peers.pack_run import BASE, Finished, Pack

from qarunner.outbox.run_directory import read_run_directory


def names(done: Finished) -> list[str]:
    """The testcases that were collected, as pytest prints them."""
    return [line for line in done.output.splitlines() if "::" in line]


def collect(pack: Pack, *arguments: str) -> list[str]:
    done = pack.run("--collect-only", "-q", *arguments)
    assert done.code == 0, done.output
    return names(done)


def test_only_tests_and_features_are_searched_whatever_files_are_called(pack):
    pack.write("tests/menu.py", "def test_a(): pass\ndef helper(): pass\nclass TestB:\n    def test_c(self): pass\n")
    pack.write("tests/deep/er/tests.py", "def test_d(): pass\n")
    pack.write("tests/smoke-test.py", "def test_e(): pass\n")
    pack.write("tests/pages/home/home.py", "class Home: pass\nraise RuntimeError('a page object is not imported')\n")
    pack.write("features/a.feature", "Feature: a\n  Scenario: one\n")
    pack.write("features/steps/steps.py", "")
    pack.write("config/test_not_me.py", "def test_not_me(): pass\n")
    pack.write("test_nor_me.py", "def test_nor_me(): pass\n")
    assert collect(pack) == [
        "features/a.feature::one",
        "tests/deep/er/tests.py::test_d",
        "tests/menu.py::test_a",
        "tests/menu.py::TestB::test_c",
        "tests/smoke-test.py::test_e",
    ]


def test_what_was_asked_for_by_name_is_collected_wherever_it_lies(pack):
    pack.write("config/test_me.py", "def test_me(): pass\n")
    assert collect(pack, "config/test_me.py") == ["config/test_me.py::test_me"]


def test_two_files_of_one_name_live_together_and_relative_imports_work(pack):
    for app in ("roku", "youtube"):
        pack.write(f"tests/{app}/pages/menu.py", f"NAME = '{app}'\n")
        pack.write(
            f"tests/{app}/tests.py",
            f"""
            import tests.{app}.pages.menu as absolute
            from .pages.menu import NAME
            def test_name(): assert NAME == absolute.NAME == "{app}"
            """,
        )
    pack.write("tests/roku/__init__.py", "")
    pack.write(
        "tests/parameters.py", "import pytest\n@pytest.mark.parametrize('x', [1, 'a/b::c'])\ndef test_p(x): pass\n"
    )
    done = pack.run()
    assert done.code == 0, done.output
    assert [result.testcase for result in done.directory.results] == [
        "tests/parameters.py::test_p[1]",
        "tests/parameters.py::test_p[a/b::c]",
        "tests/roku/tests.py::test_name",
        "tests/youtube/tests.py::test_name",
    ]


def test_a_test_runs_in_its_results_folder_and_finds_images_beside_its_code(pack):
    pack.write(
        "tests/deep/menu.py",
        """
        import os, cv2, numpy, pathlib, stbt
        cv2.imwrite(str(pathlib.Path(__file__).with_name("red.png")), numpy.full((20, 20, 3), (0, 0, 255), "uint8"))
        def test_x():
            assert pathlib.Path("result.json").is_file()
            assert stbt.load_image("red.png").relative_filename == "tests/deep/red.png"
        """,
    )
    done = pack.run()
    assert done.code == 0, done.output


def test_testcase_names_are_relative_to_the_pack_wherever_pytest_is_started(pack):
    pack.write("tests/menu.py", "def test_a(): pass\n")
    pack.write("tests/sub/other.py", "def test_b(): pass\n")
    for directory, path in [(pack.folder.parent, "pack/tests/menu.py"), (pack.folder / "tests", "menu.py")]:
        arguments = [*BASE, f"--qa-node={pack.node}", path, f"--qa-results={pack.folder}/run"]
        environment = {**os.environ, "QARUNNER_BLOCK_PLUGINS": "report_html,report_junit,report_terminal"}
        subprocess.run(arguments, cwd=directory, env=environment, check=True, capture_output=True)
        (result,) = read_run_directory(pack.folder / "run").results
        assert result.testcase == "tests/menu.py::test_a"


def test_awkward_scenario_names_have_distinct_ids_and_safe_folders(pack):
    awkward = ["same", "same", "with :: colons", "'quotes\" and \\ slashes / here", "📺 emoji", "x" * 300, "[brackets]"]
    text = "Feature: awkward\n" + "".join(f"  Scenario: {name}\n    Given nothing\n" for name in awkward)
    pack.write("features/awkward.feature", text)
    pack.write("features/steps/steps.py", "from behave import given\n@given('nothing')\ndef step(context): pass\n")
    done = pack.run()
    assert done.code == 0, done.output
    results = done.directory.results
    assert len(results) == len({result.testcase for result in results}) == len(awkward)
    assert len({result.folder for result in results}) == len(awkward)
    assert all(len(result.folder.encode()) < 100 for result in results)
    for result in results:
        again = pack.run("--collect-only", "-q", result.testcase)
        assert names(again) == [result.testcase], again.output


def test_pytests_own_options_work(pack):
    pack.write("tests/a.py", "def test_one(): assert False\ndef test_two(): pass\ndef test_three(): pass\n")
    assert list(pack.run("-k", "two or three").outcomes()) == ["test_two", "test_three"]
    assert list(pack.run("-x").outcomes()) == ["test_one"]
    assert list(pack.run("--lf", "-p", "cacheprovider").outcomes()) == ["test_one", "test_two", "test_three"]
    assert list(pack.run("--lf", "-p", "cacheprovider").outcomes()) == ["test_one"]
    assert list(pack.run("tests/a.py::test_two", "tests/a.py::test_one").outcomes()) == ["test_two", "test_one"]


def test_collect_only_takes_no_lease_and_leaves_nothing(pack):
    pack.write("tests/a.py", "import stbt\ndef test_one(): pass\n")
    assert collect(pack) == ["tests/a.py::test_one"]
    assert not (pack.folder / "qa-results").exists()


def test_an_ordinary_project_beside_a_pack_is_left_alone(pack, tmp_path):
    pack.write("tests/menu.py", "def test_in_pack(): pass\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_plain.py").write_text(
        "def test_plain(tmp_path, monkeypatch): assert 'stbt' not in globals()\n"
    )
    (tmp_path / "tests" / "menu.py").write_text("def test_not_collected(): pass\n")
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "a.feature").write_text("Feature: not ours\n")
    plain = subprocess.run(
        [*BASE, "-q", "--collect-only", "tests", "features"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert [line for line in plain.stdout.splitlines() if "::" in line] == ["tests/test_plain.py::test_plain"]
    done = pack.run("-q", "--collect-only", str(tmp_path / "tests"), ".")
    collected = {name.rpartition("/")[2] for name in names(done)}
    assert collected == {"menu.py::test_in_pack", "test_plain.py::test_plain"}, done.output


def test_tags_choose_scenarios_and_leave_functions_alone(pack):
    pack.write("tests/a.py", "def test_one(): pass\n")
    pack.write("features/a.feature", "Feature: a\n  @smoke\n  Scenario: quick\n  @slow\n  Scenario: long\n")
    pack.write("features/steps/steps.py", "")
    outcomes = pack.run("--tags", "smoke", "-D", "x=1").outcomes()
    assert outcomes == {"quick": "pass", "test_one": "pass"}


def test_conftest_fixtures_and_behave_in_one_run(pack):
    pack.write("tests/conftest.py", "import pytest\n@pytest.fixture\ndef answer(): return 42\n")
    pack.write("tests/a.py", "def test_one(answer): assert answer == 42\n")
    pack.write("features/a.feature", "Feature: a\n  Scenario: one\n")
    pack.write("features/steps/steps.py", "")
    assert pack.run().outcomes() == {"one": "pass", "test_one": "pass"}


def test_without_a_node_a_packs_files_are_pytests_business(pack):
    pack.write("tests/menu.py", "def test_a(): pass\n")
    pack.write("tests/test_b.py", "def test_b(): pass\n")
    done = pack.run("--collect-only", "-q", node=False)
    assert names(done) == ["tests/test_b.py::test_b"]


@pytest.mark.parametrize("name", ["stbt", "stbt_core"])
def test_the_vendors_names_can_be_imported_and_say_what_they_are(pack, name):
    pack.write(
        "tests/a.py",
        f"""
        from {name} import press, wait_for_match, Region
        import {name}
        def test_a(): assert {name}.TEST_PACK_ROOT == {str(pack.folder)!r}
        """,
    )
    pack.write(
        "tests/b.py",
        """
        from stbt import audio_chunks, stop_job
        def test_b(): audio_chunks()
        """,
    )
    done = pack.run()
    assert done.outcomes() == {"test_a": "pass", "test_b": "error"}, done.output
    assert "exists only on the vendor's platform" in done.results["test_b"].failure.message


def test_python_m_pytest_of_another_project_loads_nothing_of_ours(tmp_path):
    (tmp_path / "test_x.py").write_text(
        "import sys\n"
        "def test_x(): assert not {'numpy', 'cv2', 'stbt_core', 'av', 'behave', 'flask'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=tmp_path, check=True)
