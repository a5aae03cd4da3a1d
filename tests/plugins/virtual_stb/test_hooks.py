from __future__ import annotations

import subprocess
import sys

import qarunner_plugins.virtual_stb as plugin
from qarunner_plugins.virtual_stb.content.identity import ABOUT


def test_the_plugin_offers_its_drivers_without_loading_a_picture_library() -> None:
    code = (
        "import sys, qarunner_plugins.virtual_stb as plugin\n"
        "offered = sorted((driver.capability, driver.scheme) for driver in plugin.qa_drivers())\n"
        "loaded = {'numpy', 'cv2', 'stbt_core'} & set(sys.modules)\n"
        "print(offered, loaded)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[('capture', 'virtual'), ('power', 'virtual'), ('remote', 'virtual')] set()"


def test_its_node_is_there_without_configuration_and_says_what_the_about_page_says() -> None:
    nodes = plugin.qa_nodes()
    assert list(nodes) == ["virtual-stb"]
    table = nodes["virtual-stb"]
    assert {table[name] for name in ("capture", "remote", "power")} == {"virtual:"}
    about = dict(ABOUT)
    assert table["device"] == {"model": about["Model"], "build": about["Build"]}
