"""The URLs inside answers, wherever the dialect is bound to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.dialects.stbt.conftest import URL, World

from qarunner.dialects.spec import Binding
from qarunner.dialects.stbt import qa_dialects
from qarunner.server.app import create_app

HOST = "stbt.example.com"
LOCAL = "http://127.0.0.1:8080"


def bound(world: World, external_url: str, **binding: Any) -> Any:
    [dialect] = qa_dialects()
    services = replace(world.services, external_url=external_url)
    return create_app(services, [replace(dialect, binding=Binding(**binding))]).test_client()


CASES = {
    "host": (URL, {"host": HOST}, f"https://{HOST}", "", f"https://{HOST}", URL),
    "prefix": (URL, {"prefix": "/stbt"}, "https://farm.example.com", "/stbt", f"{URL}/stbt", URL),
    "prefix behind a proxy": (URL, {"prefix": "/stbt"}, "https://farm.example.com", "/tv/stbt", f"{URL}/stbt", URL),
    "prefix of no known server": ("", {"prefix": "/stbt"}, LOCAL, "/stbt", f"{LOCAL}/stbt", LOCAL),
    "shared": (URL, {"host": HOST}, "https://farm.example.com", "", URL, URL),
    "shared, of no known server": ("", {"prefix": "/stbt"}, LOCAL, "", LOCAL, LOCAL),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_urls_lead_back_to_where_the_client_asked_and_to_the_portal(world: World, case: tuple[Any, ...]) -> None:
    external_url, binding, at, prefix, api, portal = case
    client = bound(world, external_url, **binding)
    headers = {"Authorization": f"token {world.tokens['anna']}"}
    rows = client.get(f"{prefix}/api/v2/results?filter=result:pass", base_url=at, headers=headers).json
    row = rows[0]
    assert row["result_url"] == f"{api}/api/v2/results{row['result_id']}"
    assert row["triage_url"] == f"{portal}/app/#/result/{row['result_id']}"
    again = client.get(row["result_url"].removeprefix(at), base_url=at, headers=headers)
    assert (again.status_code, again.json["result_id"]) == (200, row["result_id"])
    node = client.get(f"{prefix}/api/v2/nodes/{world.node}", base_url=at, headers=headers).json
    assert node["node_url"] == f"{api}/api/v2/nodes/{world.node}"
    xml = client.get(f"{prefix}/api/v2/results.xml", base_url=at, headers=headers).text
    assert f'value="{portal}"' in xml
