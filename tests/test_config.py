"""Which value of the configuration wins, and what is said of a bad one."""

from __future__ import annotations

import pytest

from qarunner import config
from qarunner.config_sources import parse_tags
from qarunner.errors import ConfigurationError, UnknownNodeError


@pytest.fixture
def pack(tmp_path):
    root = tmp_path / "pack"
    (root / "config" / "test-farm").mkdir(parents=True)
    (root / ".stbt.conf").write_text("[test_pack]\nwatchdog_timeout = 60\n")
    return root


def load(tmp_path, pack=None, command_line=None, environment=None):
    return config.load(command_line or {}, pack, tmp_path, environment or {})


def test_each_source_wins_over_the_ones_below_it(tmp_path, pack):
    farm = pack / "config" / "test-farm" / "living-room.conf"
    toml = tmp_path / "qarunner.toml"
    chosen = {"node": "living-room"}
    assert load(tmp_path, None, chosen).get("time_limit") == 0
    assert load(tmp_path, pack, chosen).get("time_limit") == 60
    farm.write_text("[test_pack]\nwatchdog_timeout = 50\n")
    assert load(tmp_path, pack, chosen).get("time_limit") == 50
    toml.write_text("time_limit = 40\n")
    assert load(tmp_path, pack, chosen).get("time_limit") == 40
    environment = {"QARUNNER_TIME_LIMIT": "30"}
    assert load(tmp_path, pack, chosen, environment).get("time_limit") == 30
    assert load(tmp_path, pack, {**chosen, "time_limit": "20"}, environment).get("time_limit") == 20


def test_explain_tells_where_the_winner_and_the_losers_stand(tmp_path, pack):
    (tmp_path / "qarunner.toml").write_text("\ntime_limit = 40\n")
    rows = {row[0]: row[1:] for row in load(tmp_path, pack, environment={"QARUNNER_TIME_LIMIT": "30"}).explain()}
    value, source, overridden = rows["time_limit"]
    assert value == 30
    assert source == "environment variable QARUNNER_TIME_LIMIT"
    assert overridden == [f"{tmp_path}/qarunner.toml:2", f"{pack}/.stbt.conf:2"]


def test_a_node_is_merged_field_by_field_from_all_sources(tmp_path, pack):
    (tmp_path / "qarunner.toml").write_text('[nodes.tv]\nremote = {uri = "lirc:x", hold = true}\n')
    (pack / "config" / "test-farm" / "tv.conf").write_text(
        "[node]\ncapture = v4l2:/dev/video0\nframe_size = 640x360\nstrategy = tests.strategies.box:box\n"
        "[device_under_test]\ndevice_type = T1000\n"
    )
    loaded = load(tmp_path, pack, {"node": "tv"}).with_plugin_nodes(
        {"tv": ("some", {"capture": "virtual:", "power": "virtual:", "device": {"build": "7"}})}
    )
    node = loaded.node("tv")
    assert node.capture.uri == "v4l2:/dev/video0"
    assert (node.remote.uri, node.remote.options) == ("lirc:x", {"hold": True})
    assert node.power.uri == "virtual:"
    assert node.frame_size == (640, 360)
    assert node.strategy == "tests.strategies.box:box"
    assert node.device["model"] == "T1000"
    assert node.device["build"] == "7"


def test_an_unknown_node_lists_the_known_and_the_nearest(tmp_path):
    (tmp_path / "qarunner.toml").write_text('[nodes.living-room]\ncapture = "x:"\n[nodes.bench]\ncapture = "x:"\n')
    with pytest.raises(UnknownNodeError) as caught:
        load(tmp_path).node("livingroom")
    assert "did you mean 'living-room'?" in str(caught.value)
    assert "known: bench, living-room" in str(caught.value)


BAD_FILES = [
    ('time_limit = "soon"', ":1: time_limit = 'soon'", "time_limit"),
    ("\nrepeat = 0", ":2: repeat = 0", "repeat"),
    ("time_limt = 3", "did you mean 'time_limit'?", None),
    ("x = [", "qarunner.toml", None),
    ("nodes = 3", ":1: nodes must be a table", None),
    ("[nodes]\ntv = 3", ":2: nodes.tv must be a table", None),
    ("[nodes.tv]\n\ncaptur = 1", ":3: 'captur' means nothing in nodes.tv", None),
    ("[reporters]\nx = 1", ":2: reporters.x must be a table", None),
]


@pytest.mark.parametrize(("text", "said", "asked"), BAD_FILES)
def test_a_bad_file_is_named_with_its_line(tmp_path, text, said, asked):
    (tmp_path / "qarunner.toml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path).get(asked or "node")
    assert said in str(caught.value)
    assert str(tmp_path / "qarunner.toml") in str(caught.value)


BAD_NODES = [
    ('capture = "virtual"', "is no driver's address"),
    ("capture = 3", ":2: nodes.tv.capture = 3"),
    ('capture = "x:"\nframe_size = "big"', ":3: nodes.tv.frame_size = 'big' is no size of a picture"),
    ('capture = "x:"\nframe_size = [1, 2]', "is no size of a picture"),
    ('capture = "x:"\nlinger = "long"', "nodes.tv.linger"),
    ('capture = "x:"\nstrategy = "box"', ":3: nodes.tv.strategy = 'box' names no strategy\n  Write MODULE:NAME"),
    ('capture = "x:"\nstrategy = "tests/box.py:box"', "names no strategy"),
    ('capture = "x:"\nstrategy = 3', "names no strategy"),
    ('capture = {uri = "x:", password = {env = "NO_SUCH_VARIABLE"}}', "NO_SUCH_VARIABLE is not set"),
]


@pytest.mark.parametrize(("text", "said"), BAD_NODES)
def test_a_bad_node_says_what_is_wrong_and_where(tmp_path, text, said):
    (tmp_path / "qarunner.toml").write_text(f"[nodes.tv]\n{text}\n")
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path).node("tv")
    assert said in str(caught.value)


def test_a_secret_comes_from_a_file_only_its_owner_can_read(tmp_path):
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    secret.chmod(0o600)
    (tmp_path / "qarunner.toml").write_text(f'[nodes.tv]\ncapture = {{uri = "x:", password = {{file = "{secret}"}}}}')
    assert load(tmp_path).node("tv").capture.options == {"password": "hunter2"}
    node = load(tmp_path).node("tv")
    assert node.capture.fetched == ("password",)
    assert node.secrets == ["hunter2"]
    secret.chmod(0o644)
    with pytest.raises(ConfigurationError, match=f"chmod 600 {secret}"):
        load(tmp_path).node("tv")


@pytest.mark.parametrize("text", ["[secrets]\nkey = x\n", "[node]\npassword = x\n"])
def test_a_secret_in_a_pack_is_refused_with_its_line(tmp_path, pack, text):
    (pack / ".stbt.conf").write_text(text)
    with pytest.raises(ConfigurationError, match=r"\.stbt\.conf:2: a test pack must not hold secrets"):
        load(tmp_path, pack)


def test_a_broken_pack_file_is_named_with_its_line(tmp_path, pack):
    (pack / ".stbt.conf").write_text("[test_pack]\nx = 1\nnonsense\n")
    with pytest.raises(ConfigurationError, match=r"\.stbt\.conf:3"):
        load(tmp_path, pack)


def test_the_file_is_searched_upwards(tmp_path):
    (tmp_path / "qarunner.toml").write_text("repeat = 3\n")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert load(below).get("repeat") == 3


def test_a_named_file_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(ConfigurationError, match="QARUNNER_CONFIG names"):
        load(tmp_path, environment={"QARUNNER_CONFIG": str(tmp_path / "no.toml")})


def test_lists_and_tags_come_from_the_environment_too(tmp_path):
    loaded = load(tmp_path, environment={"QARUNNER_TAGS": "build=1.2,smoke", "QARUNNER_BLOCK_PLUGINS": "a, b"})
    assert loaded.get("tags") == {"build": "1.2", "smoke": ""}
    assert loaded.get("block_plugins") == ["a", "b"]


@pytest.mark.parametrize(
    "text", ["", "=x", "/a", "-a", ".a", "_a", "a:b", "a$", "<a>", "a\nb", "x" * 500, "a=" + "x" * 500]
)
def test_a_tag_with_an_unusable_name_is_refused(text):
    with pytest.raises(ConfigurationError, match="is not a usable tag"):
        parse_tags([text])


def test_a_tag_may_have_slashes_inside_and_no_value():
    assert parse_tags(["jenkins/BUILD_ID=7", "smoke"]) == {"jenkins/BUILD_ID": "7", "smoke": ""}


def test_a_node_that_a_plugin_configures_is_the_same_whatever_pack_it_is_used_from(tmp_path, pack):
    offered = {"box": ("virtual", {"capture": "virtual:", "remote": "virtual:"})}
    (tmp_path / "qarunner.toml").write_text('[nodes.tv]\ncapture = "browser:page.html"\n[nodes.own]\nremote = "ir:a"\n')
    nodes = {**offered, "own": ("virtual", {"capture": "virtual:"})}
    of_pack, of_server = (load(tmp_path, one).with_plugin_nodes(nodes) for one in (pack, None))
    assert of_pack.node("box") == of_server.node("box")
    # These may need files of the pack, or plugins.
    assert of_pack.node("tv").pack == of_pack.node("own").pack == str(pack)
    (pack / "plugins").mkdir()
    assert of_pack.node("box").pack == str(pack)
