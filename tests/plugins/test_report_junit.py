from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import cast
from xml.etree import ElementTree

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.peers.run_directory import NODE, RunMaker, make_typical_run

from qarunner import Failure, Measurement, Outcome, Phase, Result, Step, xml_text
from qarunner_plugins.report_junit import JunitOptions, JunitReporter, junit_xml, qa_reporters

ANY_TEXT = st.text(st.characters(exclude_categories=()))


def report(maker: RunMaker, options: JunitOptions | None = None) -> ElementTree.Element:
    """Have the file written and read it with two parsers, which must agree."""
    JunitReporter(options).finish(maker.run, maker.results, maker.folder)
    path = maker.folder / "junit.xml"
    root = ElementTree.parse(path).getroot()  # noqa: S314 - our own file
    strict = etree.parse(path, etree.XMLParser(huge_tree=True)).getroot()
    assert [element.tag for element in root.iter()] == [element.tag for element in strict.iter()]
    return root


def cases(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {f"{case.get('file')}::{case.get('name')}": case for case in root.iter("testcase")}


def properties(element: ElementTree.Element) -> dict[str, str]:
    return {cast("str", item.get("name")): cast("str", item.get("value")) for item in element.iterfind("properties/")}


def test_a_run_becomes_a_suite_for_each_file_with_its_counts(tmp_path: Path) -> None:
    root = report(make_typical_run(tmp_path, with_evidence=False))
    counts = {
        suite.get("name"): [int(suite.get(what, "")) for what in ("tests", "failures", "errors", "skipped")]
        for suite in root
    }
    assert counts == {
        "features/guide.feature": [3, 1, 0, 0],
        "tests/flaky.py": [1, 0, 0, 0],
        "tests/live.py": [4, 0, 1, 1],
        "tests/menu.py": [3, 1, 0, 0],
        "tests/volume.py": [8, 0, 0, 0],
    }
    assert root.get("tests") == "19"
    assert len({suite.get("id") for suite in root}) == 5


def test_a_fail_is_a_failure_and_an_error_is_an_error_and_never_both(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    failures = (
        Failure(outcome=Outcome.FAIL, phase=Phase.CALL, kind="MatchTimeout", message="no match", traceback="line 1"),
        Failure(outcome=Outcome.ERROR, phase=Phase.TEARDOWN, kind="OSError", message="gone", traceback="line 2"),
    )
    maker.add("tests/a.py::test_fail", Outcome.FAIL, failures=failures)
    maker.add("tests/a.py::test_error", Outcome.ERROR, message="cable")
    maker.add("tests/a.py::test_silent", Outcome.ERROR, failures=())
    maker.add("tests/a.py::test_skip", Outcome.SKIP, reason="no outlet")
    maker.add("tests/a.py::test_pass")
    found = cases(report(maker))
    tags = {
        name.rpartition("_")[2]: [child.tag for child in case if child.tag != "properties"]
        for name, case in found.items()
    }
    assert tags == {"fail": ["failure"], "error": ["error"], "silent": ["error"], "skip": ["skipped"], "pass": []}
    failure = found["tests/a.py::test_fail"].find("failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("MatchTimeout", "no match")
    assert failure.text == "line 1\n\nerror in teardown: OSError gone\n\nline 2"
    skipped = found["tests/a.py::test_skip"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "no outlet"


def test_each_suite_and_testcase_says_where_and_when_it_ran(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    result = maker.add("tests/deep/menu.py::test_one", location="tests/deep/menu.py:14")
    (suite,) = report(maker)
    (case,) = suite.iter("testcase")
    assert (suite.get("hostname"), case.get("hostname")) == (NODE, NODE)
    for element in (suite, case):
        timestamp = datetime.fromisoformat(element.get("timestamp", ""))
        assert timestamp == result.started
        assert timestamp.tzinfo is not None
    assert (case.get("classname"), case.get("name"), case.get("line")) == ("tests.deep.menu", "test_one", "14")
    assert (case.get("time"), suite.get("time")) == ("2.500", "2.500")
    assert properties(suite)["seed"] == "20260314"
    assert properties(suite)["tag.branch"] == "main"
    assert properties(suite)["device.build"] == "7.3.1-rc2"
    assert properties(case)["evidence"] == result.folder


def test_measurements_are_properties_of_their_testcase(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    maker.add(measurements=(Measurement(name="zap_time", value=1234567.25, unit="s", low=0.0, high=1.5),))
    (case,) = report(maker).iter("testcase")
    measured = {name: value for name, value in properties(case).items() if name.startswith("measurement")}
    assert measured == {
        "measurement.zap_time": "1234567.25",
        "measurement.zap_time.unit": "s",
        "measurement.zap_time.low": "0",
        "measurement.zap_time.high": "1.5",
    }


def test_a_retried_error_is_forgotten_but_its_attempts_are_told(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    maker.add("tests/a.py::test_one", Outcome.ERROR)
    maker.add("tests/a.py::test_one", Outcome.PASS, attempt=2)
    (case,) = report(maker).iter("testcase")
    assert [child.tag for child in case] == ["properties"]
    assert properties(case)["attempts"] == "error, pass"


def test_a_fail_among_many_repetitions_is_not_hidden_by_a_later_pass(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    for attempt in range(1, 21):
        maker.add("tests/a.py::test_one", Outcome.FAIL if attempt in {3, 7} else Outcome.PASS, attempt=attempt)
    (case,) = report(maker).iter("testcase")
    assert case.find("failure") is not None
    assert properties(case)["attempts"] == "18 pass, 2 fail"
    assert properties(case)["result_id"] == maker.results[6].id


def test_every_attempt_is_listed_under_a_name_of_its_own_when_wanted(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    for attempt in range(1, 4):
        maker.add("tests/a.py::test_one", attempt=attempt)
    names = [case.get("name") for case in report(maker, JunitOptions(attempts="all")).iter("testcase")]
    assert names == ["test_one", "test_one (attempt 2)", "test_one (attempt 3)"]


def quality_time_key(case: ElementTree.Element) -> str:
    """How that service tells testcases apart."""
    key = f"{case.get('classname')}:{case.get('hostname')}:{case.get('name')}"
    return key.replace("/", "-").replace(".", "_")


def test_names_that_differ_only_in_slashes_or_dots_stay_apart_from_run_to_run(tmp_path: Path) -> None:
    names = [
        "tests/a.py::test[a/b]",
        "tests/a.py::test[a-b]",
        "tests/a.py::test[a_b]",
        "tests/a_b/c.py::t",
        "tests/a.b/c.py::t",
    ]
    found: list[set[str | None]] = []
    for order in (names, names[::-1]):
        maker = RunMaker(tmp_path, f"run{len(found)}")
        for name in order:
            maker.add(name)
        listed = list(report(maker).iter("testcase"))
        assert len({quality_time_key(case) for case in listed}) == len(names)
        found.append({case.get("name") for case in listed})
    assert found[0] == found[1]
    assert "test[a_b]" in found[0], "a name that nobody else has stays as it is"


def test_issue_keys_among_the_tags_stand_in_the_name(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    maker.add("features/a.feature::The menu opens", markers=("smoke", "QA-12", "@TV_2-7"))
    maker.add("features/a.feature::QA-13 is mended", markers=("QA-13", "x-1", "QA-"))
    names = [case.get("name") for case in report(maker).iter("testcase")]
    assert names == ["The menu opens [QA-12] [TV_2-7]", "QA-13 is mended"]


def test_the_end_of_a_failed_testcases_output_is_there_and_no_more_than_asked_for(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    files = {"stdout.log": "x" * 5000 + "\nlast words ä", "stderr.log": "\x1b[31mred\x1b[0m"}
    steps = (Step(keyword="Given", name="a menu", status="passed", duration=1.5),)
    failed = maker.add("tests/a.py::test_fail", Outcome.FAIL, files=files, steps=steps)
    maker.add("tests/a.py::test_pass", files=files)
    case_failed, case_passed = report(maker, JunitOptions(output_limit=100)).iter("testcase")
    output = case_failed.findtext("system-out", "")
    assert output.startswith("Given a menu ... passed in 1.500s\n[the first 4914 bytes are left out, see ")
    assert f"{failed.folder}/stdout.log" in output
    assert output.endswith("x\nlast words ä")
    assert len(output) < 300
    assert case_failed.findtext("system-err") == "red"
    assert case_passed.find("system-out") is None
    _failed, everything = report(maker, JunitOptions(output="all")).iter("testcase")
    assert everything.findtext("system-out", "").endswith("last words ä")


def test_output_that_has_vanished_is_left_out(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    result = maker.add(outcome=Outcome.FAIL, files={"stdout.log": "x"})
    (maker.folder / result.folder / "stdout.log").unlink()
    (case,) = report(maker).iter("testcase")
    assert case.find("system-out") is None


def test_huge_messages_and_tracebacks_are_cut(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    failure = Failure(outcome=Outcome.FAIL, phase=Phase.CALL, message="m" * 10**6, traceback="t" * 10**7)
    maker.add(outcome=Outcome.FAIL, failures=(failure,))
    report(maker)
    assert (maker.folder / "junit.xml").stat().st_size < 120_000


def test_a_running_result_is_left_out_and_an_empty_run_is_an_empty_report(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    assert len(report(maker)) == 0
    maker.add(outcome=None)
    assert len(report(maker)) == 0


@settings(deadline=None)
@given(text=ANY_TEXT)
def test_any_text_becomes_well_formed_and_comes_back_as_the_sanitised_text(text: str) -> None:
    failure = Failure(
        outcome=Outcome.FAIL, phase=Phase.CALL, kind=f"K{text}", message=f"m{text}.", traceback=f"t{text}"
    )
    run = msgspec.structs.replace(_RUN, node=f"n{text}", tags={f"k{text}": f"v{text}"})
    result = msgspec.structs.replace(
        _RESULT, testcase=f"tests/a.py::n{text}", node=f"n{text}", outcome=Outcome.FAIL, failures=(failure,)
    )
    skipped = msgspec.structs.replace(_RESULT, testcase="tests/b.py::s", outcome=Outcome.SKIP, reason=f"r{text}")
    document = junit_xml(run, [result, skipped], Path("/nonexistent")).encode()
    root = ElementTree.fromstring(document)  # noqa: S314 - our own text
    etree.fromstring(document)
    case, skip = root.iter("testcase")
    element = case.find("failure")
    assert element is not None
    assert case.get("name") == xml_text(f"n{text}")
    assert case.get("hostname") == xml_text(f"n{text}")
    assert element.get("message") == xml_text(f"m{text}.")
    assert element.text == xml_text(f"t{text}")
    assert properties(root[0])[xml_text(f"tag.k{text}")] == xml_text(f"v{text}")
    assert cast("ElementTree.Element", skip.find("skipped")).get("message") == xml_text(f"r{text}")


def test_it_is_offered_and_on_by_default() -> None:
    (description,) = qa_reporters()
    assert (description.name, description.on_by_default) == ("junit", True)
    assert isinstance(description.open(description.options()), JunitReporter)


def _make() -> tuple[RunMaker, Result]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        maker = RunMaker(Path(folder))
        return maker, maker.add()


_MAKER, _RESULT = _make()
_RUN = _MAKER.run
