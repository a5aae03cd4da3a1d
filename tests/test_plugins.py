"""Plugins: found, listed, blocked, traced; what goes wrong in one is told with its name."""

from __future__ import annotations

import sys
import textwrap
import time

import pytest

from qarunner import Driver, Options, hookimpl, plugin_guard
from qarunner.errors import ConfigurationError, PluginError
from qarunner.node_config import DriverConfig, NodeConfig
from qarunner.opening import resolve_driver, split_uri
from qarunner.plugins import Plugins


class Offers:
    """A plugin that offers what it is given."""

    def __init__(self, *drivers):
        self.drivers = drivers
        self.qarunner_hooks = "1.0"

    @hookimpl
    def qa_drivers(self):
        return self.drivers


class Speed(Options, frozen=True):
    fps: int = 30


def driver(scheme="mine", **keywords):
    return Driver("capture", scheme, "for tests", keywords.pop("open", lambda context: context), Speed, **keywords)


@pytest.fixture
def plugins():
    return Plugins()


def resolve(plugins, uri, **options):
    config = DriverConfig(uri=uri, options=options)
    return resolve_driver(plugins, NodeConfig(id="tv", capture=config), "capture", config)


def test_a_driver_is_found_by_its_scheme_and_gets_typed_options(plugins):
    plugins.register(Offers(driver()), "mine")
    context = resolve(plugins, "mine:/dev/x?fps=60").open()
    assert (context.address, context.options, context.node) == ("/dev/x", Speed(fps=60), "tv")
    assert resolve(plugins, "mine:", fps=15).open().options.fps == 15


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("mine:?fps=fast", "Expected `int`"),
        ("mine:?speed=3", "unknown field `speed`"),
        ("mien:", "did you mean 'mine'?"),
        ("mine", "no capture driver for 'mine'"),
    ],
)
def test_a_bad_address_says_what_is_wrong_and_what_is_known(plugins, uri, said):
    plugins.register(Offers(driver()), "mine")
    with pytest.raises(ConfigurationError) as caught:
        resolve(plugins, uri)
    assert said in str(caught.value)
    assert "node 'tv'" in str(caught.value)


def test_the_query_of_a_url_stays_with_the_url():
    assert split_uri("stream:rtsp://host/live?token=1") == ("rtsp://host/live?token=1", {})
    assert split_uri("virtual:?fps=60&seed=1") == ("", {"fps": "60", "seed": "1"})


def test_a_missing_library_names_the_extra_that_has_it(plugins):
    def needs_a_library(_context):
        import no_such_library  # type: ignore[import-not-found]  # that is the point

        return no_such_library

    plugins.register(Offers(driver(open=needs_a_library, extra="lirc")), "mine")
    with pytest.raises(PluginError) as caught:
        resolve(plugins, "mine:").open()
    assert "no_such_library" in str(caught.value)
    assert "pip install 'qarunner[lirc]'" in str(caught.value)


def test_a_driver_that_raises_is_named_with_its_plugin(plugins):
    def breaks(_context):
        raise OSError("device on fire")

    plugins.register(Offers(driver(open=breaks)), "mine")
    with pytest.raises(PluginError, match=r"plugin 'mine' failed in capture mine:: OSError: device on fire"):
        resolve(plugins, "mine:").open()


def test_a_hook_that_raises_is_named(plugins):
    class Broken:
        @hookimpl
        def qa_drivers(self):
            yield driver()
            raise ValueError("half way")

    plugins.register(Broken(), "broken-one")
    with pytest.raises(PluginError, match=r"plugin 'broken-one' failed in qa_drivers: ValueError: half way"):
        plugins.drivers()


def test_a_hook_that_hangs_is_named(plugins, monkeypatch):
    class Hanging:
        @hookimpl
        def qa_drivers(self):
            time.sleep(60)

    monkeypatch.setitem(plugin_guard.HOOK_LIMITS, "qa_drivers", 0.2)
    plugins.register(Hanging(), "hanging-one")
    with pytest.raises(PluginError, match=r"plugin 'hanging-one' has not come back from qa_drivers within 0.2 s"):
        plugins.drivers()


def test_two_plugins_with_one_scheme_are_both_named(plugins):
    plugins.register(Offers(driver()), "first")
    plugins.register(Offers(driver()), "second")
    with pytest.raises(PluginError, match=r"'first' and 'second' both offer 'capture mine:'|'second' and 'first' both"):
        plugins.drivers()


def test_a_misspelt_hook_is_refused_with_the_nearest_name(plugins):
    class Misspelt:
        @hookimpl
        def qa_driver(self):
            return ()

    with pytest.raises(PluginError, match="did you mean 'qa_drivers'"):
        plugins.register(Misspelt(), "misspelt")


def test_a_plugin_for_another_hook_interface_is_refused(plugins):
    offers = Offers()
    offers.qarunner_hooks = "2.0"
    with pytest.raises(PluginError, match=r"written for hook interface 2\.0"):
        plugins.register(offers, "newer")


def test_the_built_ins_come_by_entry_point_and_can_be_blocked():
    assert "virtual_stb" in [plugin.name for plugin in Plugins().loaded]
    assert ("capture", "virtual") in Plugins().drivers()
    blocked = Plugins(["virtual_stb"])
    assert "virtual_stb" not in [plugin.name for plugin in blocked.loaded]
    assert ("capture", "virtual") not in blocked.drivers()


def write_plugin(pack, name, text):
    (pack / "plugins").mkdir(exist_ok=True)
    (pack / "plugins" / name).write_text(textwrap.dedent(text))


def test_a_packs_own_plugins_are_loaded(tmp_path):
    write_plugin(
        tmp_path,
        "ours.py",
        """
        from qarunner import Driver, hookimpl

        @hookimpl
        def qa_drivers():
            return [Driver("remote", "ours", "our remote", lambda context: object())]
        """,
    )
    plugins = Plugins(pack=tmp_path)
    assert plugins.drivers()["remote", "ours"][0] == "pack:ours"


def test_a_pack_plugin_that_cannot_be_imported_is_listed_with_its_problem_and_stops_a_run(tmp_path):
    write_plugin(tmp_path, "broken.py", "import no_such_module_at_all")
    plugins = Plugins(pack=tmp_path)
    (broken,) = [plugin for plugin in plugins.loaded if plugin.problem]
    assert broken.name == "pack:broken"
    with pytest.raises(PluginError, match="no_such_module_at_all") as caught:
        plugins.check()
    assert "--qa-block=pack:broken" in str(caught.value)
    Plugins(["pack:broken"], tmp_path).check()


def test_trace_prints_each_hook_call_with_its_answer(capsys):
    plugins = Plugins(trace=True)
    plugins.register(Offers(driver()), "mine")
    plugins.drivers()
    printed = capsys.readouterr().err
    assert "qa_drivers() -> mine" in printed
    assert "qa_drivers took" in printed


@pytest.mark.parametrize(
    ("hook", "answer", "said"),
    [
        ("qa_drivers", ["mine"], "it offers 'mine', which has no capability and no scheme"),
        ("qa_drivers", 7, "'int' object is not iterable"),
        ("qa_nodes", ["tv"], "it gives ['tv'], not a mapping"),
        ("qa_reporters", [None], "it offers None, which has no name and no on_by_default"),
        ("qa_commands", [3], "it offers 3, which has no name and no summary"),
        ("qa_testcase_sources", {"a": 1}, "it gives {'a': 1}, not a list of offers"),
    ],
)
def test_what_is_no_offer_is_told_with_the_plugin_and_the_hook(plugins, hook, answer, said):
    plugins.register(type("Junk", (), {hook: staticmethod(hookimpl(lambda: answer))})(), "junk")
    with pytest.raises(PluginError) as error:
        getattr(plugins, hook.removeprefix("qa_"))()
    assert f"plugin 'junk' failed in {hook}: TypeError: {said}" in str(error.value)


def test_a_plugin_that_ends_the_process_is_named_instead():
    with pytest.raises(PluginError, match="plugin 'rude' ended import with SystemExit: 3"):
        plugin_guard.run_limited("rude", "import", 5.0, lambda: sys.exit(3))
