"""Guards around hooks and step functions: they see every exception before behave turns it into a status.

They also make pytest's own ways of ending a test work inside a pack. `pytest.skip` and `pytest.fail` are exceptions
that pass every ``except Exception``, which would tear behave's run apart in the middle of a scenario.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from qarunner.runner.behave.recorder import Recorder

INTERRUPTS = (KeyboardInterrupt, pytest.exit.Exception)
_HOOKS = frozenset(
    f"{when}_{what}" for when in ("before", "after") for what in ("all", "feature", "rule", "scenario", "step", "tag")
)
_MAY_SKIP = ("before_feature", "before_rule", "before_scenario")


def guard_hooks(hooks: dict[str, Any], recorder: Recorder) -> None:
    """Replace the hooks of an environment by guarded ones, in place."""
    for name in _HOOKS & hooks.keys():
        if callable(hooks[name]):
            hooks[name] = _guarded(name, hooks[name], recorder)


def _guarded(name: str, hook: Callable[..., Any], recorder: Recorder) -> Callable[..., Any]:
    @functools.wraps(hook)
    def guarded(context: Any, *arguments: Any) -> Any:
        recorder.hooks_run.add(name)
        try:
            return hook(context, *arguments)
        except pytest.skip.Exception as skipped:
            if name not in _MAY_SKIP:
                misuse = RuntimeError(f"pytest.skip({skipped.msg!r}) skips nothing in {name}")
                recorder.hook_raised(f"hook {name}", misuse)
                raise misuse from None
            arguments[0].skip(skipped.msg)
            return None
        except INTERRUPTS as interrupt:
            recorder.interrupt = interrupt
            raise
        except BaseException as error:
            tag = f" @{arguments[0]}" if name.endswith("_tag") else ""
            recorder.hook_raised(f"hook {name}{tag}", error)
            if isinstance(error, Exception):
                raise
            raise RuntimeError(str(error)) from error

    return guarded


class GuardedMatch:
    """A step with the function that fits it; stands for behave's `Match`."""

    __slots__ = ("_recorder", "arguments", "func", "location", "match", "step")

    def __init__(self, match: Any, step: Any, recorder: Recorder) -> None:
        self.match = match
        self.step = step
        self.func = match.func
        self.arguments = match.arguments
        self.location = match.location
        self._recorder = recorder

    def run(self, context: Any) -> None:
        """Run the step function; note what it raises and raise it again in a form that behave can deal with."""
        recorder = self._recorder
        recorder.depth += 1
        try:
            self.match.run(context)
        except pytest.skip.Exception as skipped:
            if recorder.depth > 1:
                raise  # to the step that runs this sub-step
            context.scenario.skip(skipped.msg)
        except INTERRUPTS as interrupt:
            recorder.interrupt = interrupt
            raise
        except BaseException as error:
            recorder.step_raised(self.step, error)
            if isinstance(error, Exception):
                raise
            kind = AssertionError if isinstance(error, pytest.fail.Exception) else RuntimeError
            raise kind(str(error)) from error
        finally:
            recorder.depth -= 1


class StepLookup:
    """behave's step registry as the runner sees it: the pack's own steps first, then the device steps."""

    def __init__(self, registry: Any, recorder: Recorder) -> None:
        self._registry = registry
        self._recorder = recorder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)

    def find_match(self, step: Any) -> GuardedMatch | None:
        """Return the first step definition that fits a step, or None."""
        match = self._registry.find_match(step) or self._find_device_step(step)
        if match is None:
            self._recorder.step_undefined(step)
            return None
        return GuardedMatch(match, step, self._recorder)

    @staticmethod
    def _find_device_step(step: Any) -> Any | None:
        # Imported for the first step that needs it: most packs of browser tests never do.
        from qarunner.runner.behave.device_steps import find_match

        return find_match(step)
