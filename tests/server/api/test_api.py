"""Our own API through the application: results in, once each; what they say; errors with reason and place."""

from __future__ import annotations

import gzip
import hashlib
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.peers.sample_results import sample

from qarunner.dialects.spec import Services
from qarunner.results import Artifact, Outcome, Run
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects
from qarunner.store.models import Job, JobState

API = "/qarunner/api/v1"
JOB = "/node/0a23/1"


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services, qa_dialects())


class Client:
    """Sends JSON with a role's token."""

    def __init__(self, app: Flask, token: str) -> None:
        self.http: FlaskClient = app.test_client()
        self.http.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return self._answer(self.http.get(API + path, query_string=query), status)

    def send(self, method: str, path: str, value: Any, status: int = 200) -> Any:
        return self._answer(self.http.open(API + path, method=method, data=msgspec.json.encode(value)), status)

    def put(self, path: str, data: bytes, status: int = 200, **query: Any) -> Any:
        return self._answer(self.http.put(API + path, data=data, query_string=query), status)

    def _answer(self, answer: Any, status: int) -> Any:
        assert answer.status_code == status, answer.text
        return answer.json


@pytest.fixture
def write(app: Flask, tokens: dict[str, str]) -> Client:
    return Client(app, tokens["write"])


@pytest.fixture
def job(app: Flask, tokens: dict[str, str]) -> Client:
    return Client(app, tokens["job"])


def run_of(**changes: Any) -> Run:
    return Run(**{"id": "run-1", "started": sample().started, "category": "nightly", **changes})


def test_a_result_is_stored_once_however_often_it_comes(write: Client) -> None:
    result = sample(reason="no picture", outcome=Outcome.FAIL)
    first = write.send("PUT", f"/results/{result.id}", {"result": result, "run": run_of()})
    again = write.send("POST", "/results", {"results": [result, sample()], "runs": [run_of()]})["results"]
    assert [first["state"], again[0]["state"], again[1]["state"]] == ["new", "known", "new"]
    whole = write.get(f"/results/{result.id}")
    assert (whole["summary"]["category"], whole["summary"]["user"]) == ("nightly", "write")
    assert msgspec.convert(whole["result"], type(result)) == result
    assert len(write.get("/results")["results"]) == 2


def test_one_bad_result_refuses_its_batch_and_names_its_place(write: Client) -> None:
    answer = write.send("POST", "/results", {"results": [sample(), sample(id="x")]}, 400)
    assert answer["place"] == "body $.results[1]"
    assert "'x'" in answer["error"]
    assert write.get("/results")["results"] == []


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"limit": "0"}, "query limit"),
        ({"limit": "many"}, "query limit"),
        ({"filter": "result:fail )"}, "query filter, column 13"),
        ({"filtr": "x"}, "query"),
    ],
)
def test_a_bad_query_is_told_where_it_is_bad(write: Client, query: dict[str, str], place: str) -> None:
    assert write.get("/results", 400, **query)["place"] == place


def test_a_parameter_is_given_once_and_with_a_value(write: Client) -> None:
    assert write.get("/flaky", 400, since="null")["place"] == "query since"
    assert write.get("/flaky", 400, since=["2026-03-01", "2026-03-02"])["place"] == "query since"
    assert write.get("/results", filter="null")["results"] == [], "a word like any other"


def test_a_bad_body_is_told_where_it_is_bad(write: Client) -> None:
    value = msgspec.to_builtins(sample()) | {"duration": "long"}
    assert write.send("POST", "/results", {"results": [value]}, 400)["place"] == "body $.results[0].duration"
    assert write.send("POST", "/results", [], 400)["place"] == "body"


def test_pages_follow_each_other_without_gap_or_repeat(write: Client) -> None:
    results = [sample(number) for number in range(7)]
    write.send("POST", "/results", {"results": results})
    seen: list[str] = []
    after = ""
    while after is not None:
        page = write.get("/results", limit=3, after=after, sort="date:asc")
        seen += [row["id"] for row in page["results"]]
        after = page["next"]
    assert seen == [result.id for result in results]


def test_a_jobs_token_delivers_into_its_job_and_nowhere_else(
    job: Client, write: Client, services: Services, app: Flask
) -> None:
    mine, foreign = sample(node="node"), sample(node="node", finished=False, outcome=None)
    with services.store.write() as connection:
        row = Job(uid=JOB, node="node", host="h", state=JobState.EXITED, revision="a" * 40, category="soak", tags={})
        values = {key: value for key, value in vars(row).items() if not key.startswith("_")}
        values |= {"request": {}, "user": "admin", "created": mine.started, "total_count": 1}
        values["username"] = values.pop("user")
        from sqlalchemy import insert

        connection.execute(insert(Job).values(values))
    write.send("POST", "/results", {"results": [foreign]})
    assert job.send("POST", "/results", {"results": [mine]})["results"][0]["state"] == "new"
    summary = write.get(f"/results/{mine.id}")["summary"]
    assert (summary["job"], summary["category"]) == (JOB, "soak")
    finished = msgspec.structs.replace(foreign, finished=True, outcome=Outcome.PASS)
    job.send("POST", "/results", {"results": [finished]}, 403)
    job.send("POST", "/results", {"results": [sample(node="other")]}, 403)
    job.send("POST", "/results", {"runs": [run_of(job_uid="/node/0a23/2")]}, 403)
    job.put(f"/results/{foreign.id}/artifacts/a.txt", b"x", 403)
    job.put(f"/results/{mine.id}/artifacts/a.txt", b"x")
    offers = {"artifacts": [{"result": foreign.id, "path": "a", "size": 1, "sha256": "0" * 64}]}
    job.send("POST", "/artifacts", offers, 403)
    job.get("/results", 403)
    assert write.get(f"/results/{foreign.id}")["result"]["finished"] is False


def test_bytes_that_are_there_are_not_asked_for_again(write: Client) -> None:
    results = [sample(number, artifacts=(Artifact(path="logs/a.log", size=3),)) for number in range(2)]
    write.send("POST", "/results", {"results": results})
    sha256 = hashlib.sha256(b"abc").hexdigest()
    offers = [{"result": one.id, "path": "logs/a.log", "size": 3, "sha256": sha256} for one in results]
    assert [w["state"] for w in write.send("POST", "/artifacts", {"artifacts": offers})["artifacts"]] == ["wanted"] * 2
    write.put(f"/results/{results[0].id}/artifacts/logs/a.log", b"abc", sha256=sha256)
    assert [w["state"] for w in write.send("POST", "/artifacts", {"artifacts": offers})["artifacts"]] == ["stored"] * 2
    assert write.http.get(f"{API}/results/{results[1].id}/artifacts/logs/a.log").data == b"abc"
    other = [offers[0] | {"path": "../a"}, offers[0] | {"result": "nobody"}]
    states = [w["state"] for w in write.send("POST", "/artifacts", {"artifacts": other})["artifacts"]]
    assert states == ["refused", "unknown"]


def test_an_artifact_goes_on_where_it_broke_off(write: Client) -> None:
    result = sample()
    write.send("POST", "/results", {"results": [result]})
    content = bytes(range(256)) * 40
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"/results/{result.id}/artifacts/video.mp4"
    offers = {"artifacts": [{"result": result.id, "path": "video.mp4", "size": len(content), "sha256": sha256}]}
    assert write.put(path, content[:1000], size=len(content), sha256=sha256) == {
        "received": 1000,
        "complete": False,
        "sha256": None,
    }
    [wanted] = write.send("POST", "/artifacts", offers)["artifacts"]
    assert wanted["offset"] == 1000
    assert "1000" in write.put(path, content[500:], 400, size=len(content), offset=500)["error"]
    assert write.put(path, content[1000:], size=len(content), offset=1000, sha256=sha256)["complete"]
    part = write.http.get(API + path, headers={"Range": "bytes=256-300"})
    assert (part.status_code, part.data) == (206, content[256:301])
    assert part.headers["Content-Range"] == f"bytes 256-300/{len(content)}"
    assert write.http.get(API + path, headers={"Range": f"bytes={len(content)}-"}).status_code == 416


def test_other_bytes_than_announced_are_refused_and_not_kept(write: Client) -> None:
    result = sample(artifacts=(Artifact(path="a.txt", size=3),))
    write.send("POST", "/results", {"results": [result]})
    path = f"/results/{result.id}/artifacts/a.txt"
    write.put(path, b"abd", 400, sha256=hashlib.sha256(b"abc").hexdigest())
    write.put(path, b"abcd", 413, size=3)
    assert write.get(f"/results/{result.id}/artifacts")["artifacts"] == [{"path": "a.txt", "size": 3, "sha256": None}]
    write.get(path, 404)


def test_compressed_bytes_are_refused_because_they_would_be_stored_as_they_are(write: Client) -> None:
    result = sample()
    write.send("POST", "/results", {"results": [result]})
    path = f"{API}/results/{result.id}/artifacts/a.txt"
    answer = write.http.put(path, data=gzip.compress(b"abc"), headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, "Content-Encoding" in answer.text) == (415, True)
    write.get(f"/results/{result.id}/artifacts/a.txt", 404)


def test_a_page_among_the_artifacts_is_saved_and_not_shown(write: Client) -> None:
    result = sample()
    write.send("POST", "/results", {"results": [result]})
    for name in ("evil.html", "evil.svg", "evil.xhtml"):
        path = f"{API}/results/{result.id}/artifacts/{name}"
        write.http.put(path, data=b"<script>alert(1)</script>")
        answer = write.http.get(path)
        assert answer.data == b"<script>alert(1)</script>"
        headers = answer.headers
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Content-Disposition"] == "attachment"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]


def test_what_the_results_say_together(write: Client) -> None:
    turns = [Outcome.PASS, Outcome.FAIL, Outcome.PASS, Outcome.ERROR]
    write.send("POST", "/results", {"results": [sample(number, outcome) for number, outcome in enumerate(turns)]})
    write.send("POST", "/results", {"results": [sample(testcase="tests/b.py::test_b", node="kitchen")]})
    since: dict[str, Any] = {"since": "2026-03-01", "until": "2026-03-01"}
    [flaky] = write.get("/flaky", **since)["testcases"]
    assert (flaky["testcase"], flaky["transitions"]) == ("tests/menu.py::test_opens", 2)
    nodes = write.get("/failures", **since)["nodes"]
    assert [(node["node"], node["counts"]["errors"]) for node in nodes] == [("living-room", 1), ("kitchen", 0)]
    [day] = write.get("/pass-rates", **since)["days"]
    assert day["build"] == "1.0"
    assert day["counts"]["pass_rate"] == pytest.approx(3 / 4)
    history = write.get("/history", testcase="tests/menu.py::test_opens", limit=2, **since)
    assert [row["outcome"] for row in history["results"]] == ["error", "pass"]
    assert history["days"][0]["counts"]["failed"] == 1
    assert write.get("/failures/kitchen", **since)["days"][0]["counts"]["passed"] == 1
    assert write.get("/values", field="node")["values"] == ["kitchen", "living-room"]
