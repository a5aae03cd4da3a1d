"""Which collected scenarios run, and in which order: as the behave command would, given the same arguments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qarunner.runner.behave.broken import BrokenFeature
from qarunner.runner.behave.item import ScenarioItem

if TYPE_CHECKING:
    import pytest


class SelectionPlugin:
    """Arranges what was collected. The first feature file of a session registers it, so others never load behave."""

    NAME = "qarunner-features"

    @classmethod
    def register(cls, config: pytest.Config) -> None:
        """Register the plugin, unless it is."""
        if not config.pluginmanager.has_plugin(cls.NAME):
            config.pluginmanager.register(cls(), cls.NAME)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Order the scenarios, then leave out the excluded ones."""
        if config.option.markexpr:
            register_tags(config, items)
        order_like_behave(config, items)
        deselect_by_tags(config, items)


def register_tags(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Make ``-m`` accept the tags of scenarios where unknown markers are refused (``--strict-markers``)."""
    tags = {mark.name for item in items if isinstance(item, ScenarioItem) for mark in item.own_markers}
    for tag in sorted(tags):
        config.addinivalue_line("markers", f"{tag}: a tag of behave scenarios")


def deselect_by_tags(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect, in place, the scenarios which the tag expressions or names of behave's configuration exclude.

    behave runs the hooks of a feature or rule that fits the expressions itself, even when none of its scenarios does
    (``--tags='not @slow'`` with nothing but slow scenarios). So that the hooks run, one excluded scenario of such a
    feature stays; it is skipped.
    """
    excluded = [item for item in items if isinstance(item, ScenarioItem) and not _should_run(item)]
    if not excluded:
        return
    left_out = set(excluded)
    needs_hooks: set[int] = {id(parent) for item in items if item not in left_out for parent in _containers(item)}
    for item in excluded:
        if any(id(parent) not in needs_hooks and _should_run_hooks(item, parent) for parent in _containers(item)):
            needs_hooks.update(id(parent) for parent in _containers(item))
            left_out.discard(item)
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


def order_like_behave(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the scenarios, in place, into behave's order: the files of a folder before those of the folders below it.

    pytest sorts files and folders alike by name. Other items keep their places, and scenarios that were asked for one
    by one stay as they were asked for.
    """
    if any("::" in argument for argument in config.args):
        return
    places = [place for place, item in enumerate(items) if isinstance(item, ScenarioItem | BrokenFeature)]
    asked = [config.invocation_params.dir / argument for argument in config.args]
    keys = {path: _place_in_walk(path, asked) for path in dict.fromkeys(items[place].path for place in places)}
    ordered = sorted((items[place] for place in places), key=lambda item: keys[item.path])
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


def _place_in_walk(path: Path, asked: list[Path]) -> tuple[int, list[tuple[bool, str]]]:
    """Return a sort key: which argument a file belongs to, then where a walk from the top meets it."""
    argument = next((number for number, each in enumerate(asked) if path.is_relative_to(each)), len(asked))
    return argument, [*((True, part) for part in path.parts[:-1]), (False, path.name)]


def _should_run(item: ScenarioItem) -> bool:
    return bool(item.scenario.should_run(item.file.runtime.configuration))


def _should_run_hooks(item: ScenarioItem, container: Any) -> bool:
    return bool(container.should_run(item.file.runtime.configuration))


def _containers(item: pytest.Item) -> list[Any]:
    """Return the feature of a scenario and its rule, if any: outermost first."""
    if not isinstance(item, ScenarioItem):
        return []
    rule = getattr(item.parent, "rule", None)
    return [item.file.feature] if rule is None else [item.file.feature, rule]
