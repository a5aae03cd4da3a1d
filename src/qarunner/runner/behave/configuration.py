"""behave's own configuration, as its files and our settings say, without what pytest does itself."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from behave.configuration import Configuration
from behave.configuration import read_configuration as read_file

from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from qarunner.runner.behave.settings import BehaveSettings

# The last wins; behave reads them in this order from the working directory.
CONFIGURATION_FILES = ("pyproject.toml", "tox.ini", "setup.cfg", ".behaverc", "behave.ini")


class PackConfiguration(Configuration):  # type: ignore[misc]  # behave has no types
    """behave's configuration: its files in the user's home and in the pack's root, then our settings.

    Formats, output files, reports and capture are passed over: pytest and the evidence have their own.
    """

    def __init__(self, settings: BehaveSettings, pack_root: Path) -> None:
        self.pack_root = pack_root
        tags = [f"--tags={expression}" for expression in settings.tags]
        super().__init__([*tags, *(f"--define={each}" for each in settings.defines)], load_config=False)
        self.capture = self.capture_stdout = self.capture_stderr = self.capture_log = self.capture_hooks = False
        # Skipped scenarios are not shown to formatters: ours would only have to ignore them.
        self.show_skipped = False

    def init(self, **defaults: Any) -> None:
        """Read the files. behave itself reads those of the working directory, which is where it is run."""
        super().init(**defaults)
        for folder in (Path.home(), self.pack_root):
            for file in (folder / name for name in CONFIGURATION_FILES):
                if file.is_file():
                    self.defaults.update(read_file(str(file)))

    def setup_formats(self) -> None:
        """Register no formats: none is used."""

    def show_bad_formats_and_fail(self, parser: Any) -> None:
        """Accept any format name of a configuration file: none is used."""

    def setup_outputs(self, args_outfiles: Any = None) -> None:
        """Open no output files."""

    def setup_reporters(self) -> None:
        """Make no reports."""


def read_configuration(settings: BehaveSettings, pack_root: Path) -> PackConfiguration:
    """Return the configuration of a session.

    :raises ConfigurationError: a tag expression, a define or a configuration file is not usable; says which and why.
    """
    told = io.StringIO()
    try:
        with contextlib.redirect_stderr(told):
            return PackConfiguration(settings, pack_root)
    except (Exception, SystemExit) as error:
        lines = told.getvalue().strip().splitlines()
        reason = lines[-1] if isinstance(error, SystemExit) and lines else " ".join(str(error).split())
        given = "".join(f" --tags={expression!r}" for expression in settings.tags)
        given += "".join(f" -D {each!r}" for each in settings.defines)
        raise ConfigurationError(
            f"behave cannot be configured{f' with{given}' if given else ''}: {reason}",
            "Look at the tag expressions, the defines and behave's configuration files in the root of the test pack.",
        ) from error


def base_directory(feature: Path, configuration: Configuration) -> Path:
    """Return the directory a feature file belongs to: the nearest one upwards with ``steps/`` or ``environment.py``.

    A pack that has neither, because the device steps are all it needs, has its topmost ``features`` directory as base,
    or else the file's own directory.
    """
    for directory in feature.parents:
        if (directory / configuration.steps_dir).is_dir() or (directory / configuration.environment_file).is_file():
            return directory
    named_features = [directory for directory in feature.parents if directory.name == "features"]
    return named_features[-1] if named_features else feature.parent
