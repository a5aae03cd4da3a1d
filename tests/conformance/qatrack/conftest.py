"""The server under test, and how a case is tried on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus

import pytest
from tests.conformance.qatrack.cases import SESSIONS, Case
from tests.conformance.qatrack.expectations import differences
from tests.conformance.qatrack.site import Site, new_key
from tests.conformance.qatrack.target import NotReadyError, open_target

Try = Callable[[Case], list[str]]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server under test, one for all cases, and what it has."""
    try:
        with open_target(tmp_path_factory.mktemp("conformance")) as target:
            found = Site(target)
            found.check()
            yield found
    except NotReadyError as error:
        pytest.exit(str(error), pytest.ExitCode.USAGE_ERROR)


@pytest.fixture
def try_case(site: Site) -> Try:
    """Send the request of a case; return what is wrong with the reply, and with what was stored."""

    def attempt(case: Case) -> list[str]:
        request = case.request
        if request.person and request.person not in site.target.people:
            pytest.skip(f"CONFORMANCE_{request.person.upper()} is not set")
        expected = case.original if case.original and site.target.is_original else case.reply
        posts = request.method == "POST" and request.path == SESSIONS and isinstance(request.json, dict)
        key = ""
        if posts and "user_key" not in request.json:
            key = new_key()
            request = replace(request, json={**request.json, "user_key": key})
        answer = site.send(request)
        if answer.status_code != expected.status:
            return [f"the status is {answer.status_code}, expected {expected.status}: {answer.text[:2000]}"]
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        wrong = [*differences(site.resolve(expected.body), answer.json() if is_json else answer.text)]
        wrong += differences(expected.headers, dict(answer.headers), "headers")
        stored = len(site.sessions(key)) if key else 0
        if stored != (1 if key and answer.status_code == HTTPStatus.CREATED else 0):
            wrong.append(f"{stored} sessions with its key are stored")
        return wrong

    return attempt


def pytest_make_parametrize_id(val: object) -> str | None:
    """Call a case by its name."""
    return val.name if isinstance(val, Case) else None
