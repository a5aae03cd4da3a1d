"""Between behave's runtime and the session: what a context gets, and where its steps are noted."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qarunner.runner.behave.settings import BehaveSettings, StepEntry

if TYPE_CHECKING:
    import pytest

    from qarunner.runner.session import RunSession


def behave_settings(config: pytest.Config, session: RunSession) -> BehaveSettings:
    """Return the settings for a session."""
    bridge = BehaveBridge(session)
    return BehaveSettings(
        tags=tuple(getattr(config.option, "behave_tags", None) or ()),
        defines=tuple(getattr(config.option, "behave_defines", None) or ()),
        context_attributes=bridge.attributes,
        on_step=bridge.step_ended,
        on_attachment=bridge.attached,
        pack_root=session.configuration.pack,
    )


class BehaveBridge:
    """Called by behave's runtime on the test's thread."""

    def __init__(self, session: RunSession) -> None:
        self._session = session

    def attributes(self) -> Mapping[str, Any]:
        """What every context has."""
        from qarunner.runner.api import measure
        from qarunner.runner.browser import LazyBrowser

        return {
            "node": self._session.node,
            "browser": LazyBrowser(self._session.browser),
            "measure": measure,
            "evidence_folder": self._session.evidence.folder,
        }

    def step_ended(self, entry: StepEntry) -> None:
        """Put a step into the result and its timeline."""
        evidence = self._session.evidence
        evidence.steps.append(entry.record(evidence.start))
        if entry.started is not None:
            name = f"{entry.keyword} {entry.name}"
            data = {"keyword": entry.keyword, "status": entry.status}
            evidence.event(entry.started, "step", name, entry.duration, data)

    def attached(self, mime_type: str, data: bytes) -> None:
        """Keep what a step attaches as a file."""
        folder = self._session.evidence.folder
        suffix = mimetypes.guess_extension(mime_type.partition(";")[0]) or ".bin"
        number = sum(1 for path in folder.iterdir() if path.name.startswith("attachment-")) + 1
        (folder / f"attachment-{number}{suffix}").write_bytes(data)
