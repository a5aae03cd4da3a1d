"""What each plugin offers, looked at one by one, so that a broken plugin is listed beside the others and stops none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner.errors import QarunnerError
from qarunner.plugin_guard import naming
from qarunner.plugins import HOOKS_THAT_OFFER, offers_of

if TYPE_CHECKING:
    from qarunner.commands.spec import Command
    from qarunner.dialects.spec import Dialect
    from qarunner.drivers import Driver, Options
    from qarunner.job_engines import JobEngineDescription
    from qarunner.notifiers import NotifierDescription
    from qarunner.plugins import LoadedPlugin, Plugins
    from qarunner.reporters import ReporterDescription
    from qarunner.testcases import TestcaseSource


@dataclass
class Offers:
    """One plugin with all that it offers, and what is wrong with it."""

    plugin: LoadedPlugin
    drivers: list[Driver] = field(default_factory=list)
    nodes: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    reporters: list[ReporterDescription] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    testcase_sources: list[TestcaseSource] = field(default_factory=list)
    dialects: list[Dialect] = field(default_factory=list)
    notifiers: list[NotifierDescription] = field(default_factory=list)
    job_engines: list[JobEngineDescription] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def look_at(plugins: Plugins) -> list[Offers]:
    """Return what each plugin offers, in the order of loading. Never raises for a plugin's mistake."""
    found = [_look_at_one(plugins, plugin) for plugin in plugins.loaded]
    by_name = {offers.plugin.name: offers for offers in found}
    if any(offers.problems for offers in found):
        return found
    for look in (
        plugins.drivers,
        plugins.nodes,
        plugins.reporters,
        plugins.commands,
        plugins.dialects,
        plugins.notifiers,
        plugins.job_engines,
    ):
        try:
            look()
        except QarunnerError as error:  # two plugins offer the same: told beside the one that came second
            _problem_of(by_name, error).append(str(error))
    return found


def _look_at_one(plugins: Plugins, plugin: LoadedPlugin) -> Offers:
    offers = Offers(plugin)
    if plugin.problem:
        offers.problems.append(plugin.problem)
        return offers
    for hook in plugin.hooks:
        try:
            with naming(plugin.name, hook):
                _take(offers, hook, _answers(plugins, plugin.name, hook))
        except QarunnerError as error:
            offers.problems.append(str(error))
    return offers


def _take(offers: Offers, hook: str, answers: list[Any]) -> None:
    """Keep what a hook offers."""
    match hook:
        case "qa_drivers":
            offers.drivers = [_with_options(driver) for driver in answers]
        case "qa_nodes":
            offers.nodes = {node: dict(table) for node, table in answers}
        case "qa_reporters":
            offers.reporters = [_with_options(reporter) for reporter in answers]
        case "qa_commands":
            offers.commands = answers
        case "qa_testcase_sources":
            offers.testcase_sources = answers
        case "qa_dialects":
            offers.dialects = answers
        case "qa_notifiers":
            offers.notifiers = [_with_options(notifier) for notifier in answers]
        case "qa_job_engines":
            offers.job_engines = [_with_options(engine) for engine in answers]


def _with_options(offer: Any) -> Any:
    """Return an offer whose options can be described, and so checked.

    :raises TypeError: they cannot; msgspec says which annotation is wrong.
    """
    options_of(offer.options)
    return offer


def _answers(plugins: Plugins, name: str, hook: str) -> list[Any]:
    """Call a hook that only offers, of one plugin."""
    if hook not in HOOKS_THAT_OFFER:
        return []
    plugin = plugins.manager.get_plugin(name)
    others = [other for other in plugins.manager.get_plugins() if other is not plugin]
    answers = plugins.manager.subset_hook_caller(hook, others)()
    return [offer for answer in answers for offer in offers_of(hook, answer)]


def _problem_of(by_name: Mapping[str, Offers], error: QarunnerError) -> list[str]:
    """Return the list of problems of the last plugin that an error names."""
    text = error.problem
    named = [name for name in by_name if repr(name) in text]
    return by_name[max(named, key=lambda name: text.index(repr(name)))].problems if named else []


@dataclass(frozen=True)
class OptionView:
    """An option of a driver or reporter, in words."""

    name: str
    kind: str
    default: Any
    help: str
    needed: bool


def options_of(kind: type[Options]) -> list[OptionView]:
    """Return the typed options in words, such as ``number, above 0, at most 60``."""
    _reference, components = msgspec.json.schema_components([kind])
    schema = components[kind.__name__]
    needed = schema.get("required", [])
    return [
        OptionView(
            name=name,
            kind=words_of(field, components),
            default=field.get("default"),
            help=str(field.get("description", "")),
            needed=name in needed,
        )
        for name, field in schema.get("properties", {}).items()
    ]


_LIMITS = {
    "exclusiveMinimum": "above {}",
    "minimum": "at least {}",
    "exclusiveMaximum": "below {}",
    "maximum": "at most {}",
    "minLength": "at least {} letters",
    "maxLength": "at most {} letters",
    "pattern": "like {}",
}
_KINDS = {"integer": "whole number", "boolean": "true or false", "string": "text", "array": "list", "object": "table"}


def words_of(schema: Mapping[str, Any], components: Mapping[str, Any]) -> str:
    """Return what a JSON schema asks for, in words."""
    if "$ref" in schema:
        schema = {**components[schema["$ref"].rpartition("/")[2]], **schema}
    if "enum" in schema:
        return " or ".join(repr(choice) for choice in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(words_of(choice, components) for choice in schema["anyOf"])
    kind = str(schema.get("type", "anything"))
    limits = [words.format(schema[limit]) for limit, words in _LIMITS.items() if limit in schema]
    return ", ".join([_KINDS.get(kind, "nothing" if kind == "null" else kind), *limits])
