"""Rules build the addresses that Werkzeug's own build, but make what builds them when it is needed."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.routing import Map, Rule

from qarunner.dialects.spec import Services
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects
from qarunner.server.rules import QuickRule


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/", {}),
        ("/a b/ü", {}),
        ("/jobs/<int:number>/log", {"number": 7}),
        ("/jobs/<int:number>/log", {"number": 7, "since": "1 2", "word": "ü&"}),
        ("/files/<path:path>", {"path": "a b/c?.txt"}),
        ("/pages/<name>", {"name": "a/b"}),
        ("/pages/<int(min=3):number>", {"number": 1}),
    ],
)
def test_an_address_is_the_one_werkzeug_builds(path: str, values: dict[str, Any]) -> None:
    def build(kind: type[Rule]) -> list[object]:
        [rule] = Map([kind(path, endpoint="it")]).iter_rules("it")
        return [rule.build(values, append_unknown=unknown) for unknown in (True, False, True)]

    assert build(QuickRule) == build(Rule)


def test_an_application_is_made_without_making_them(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    own = Rule._compile_builder

    def noted(rule: Rule, append_unknown: bool = True) -> object:  # noqa: FBT001, FBT002 - as it is overridden
        made.append(rule.rule)
        return own(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", noted)
    app = create_app(services, qa_dialects())
    assert made == []
    with app.test_request_context("/"):
        [rule, *_others] = [
            one for one in app.url_map.iter_rules() if not one.arguments and "GET" in (one.methods or ())
        ]
        assert app.url_for(rule.endpoint) == rule.rule
    assert made == [rule.rule]
