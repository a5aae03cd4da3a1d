"""behave's context, which also notes what behave would forget: exceptions of clean-ups and of sub-steps."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from behave.runner import Context, ContextMode

if TYPE_CHECKING:
    from qarunner.runner.behave.recorder import Recorder

_OWN_RECORD = ("qarunner", 0, "", "the runner")


class RecordingContext(Context):  # type: ignore[misc]  # behave has no types
    """The context hooks and steps work with.

    :param recorder: is told of clean-ups and sub-steps that raised.
    """

    def __init__(self, runner: Any, recorder: Recorder) -> None:
        super().__init__(runner)
        self._recorder = recorder
        self._given: dict[str, Any] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute on the current layer, with upstream's warning when it hides one of an outer layer.

        Upstream reads and formats a stack trace for each attribute, to say in that warning where the hidden one came
        from, and sets six or more attributes per scenario. Keeping the caller's position instead halves its cost.
        """
        own = self.__dict__
        if name[0] == "_":
            own[name] = value
            return
        stack = own["_stack"]
        for frame in stack[1:]:
            if name in frame:
                filename, line, _, function = own["_record"].get(name, _OWN_RECORD)
                where = {"attr": name, "filename": filename, "line": line, "function": function}
                self._emit_warning(name, where)
        caller = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller's position, without its cost
        own["_record"][name] = (caller.f_code.co_filename, caller.f_lineno, "", caller.f_code.co_name)
        stack[0][name] = value
        own["_origin"].setdefault(name, own["_mode"])

    def give(self, attributes: Mapping[str, Any]) -> None:
        """Set attributes on the root layer. One that hooks have replaced since stays theirs until its value changes."""
        for name, value in attributes.items():
            if name in self._given and self._given[name] is value:
                continue
            self._given[name] = self._root[name] = value
            self._origin.setdefault(name, ContextMode.BEHAVE)
            self._record.setdefault(name, _OWN_RECORD)

    def execute_steps(self, steps_text: str) -> bool:
        """Run steps given as text. The AssertionError upstream makes of any trouble is remembered with its cause."""
        self._recorder.sub_problem = None
        try:
            return bool(super().execute_steps(steps_text))
        except AssertionError as error:
            self._recorder.sub_step_failed(error)
            raise

    def _do_cleanups(self) -> None:
        layer = self._stack[0].get("@layer", "")
        with self._recorder.watching_cleanups(layer):
            super()._do_cleanups()
