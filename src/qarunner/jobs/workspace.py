"""Prepares what a job's pytest gets: its folder, its files, its environment and its command line."""

from __future__ import annotations

import os
import pwd
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner.errors import ConfigurationError
from qarunner.jobs.orders import RESULTS
from qarunner.jobs.processes import MARK
from qarunner.masking import SECTION, VARIABLE, Masking
from qarunner.nodes.names import for_users

if TYPE_CHECKING:
    from qarunner.job_engines import JobOrder

KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TESSDATA_PREFIX")
"""All that testcases get of the server's own environment."""
BLOCKED = "report_html,report_junit,report_terminal"
"""Reports that nobody would read: the store has the results."""
PYTEST_FILES = {
    "pytest.ini": "",
    ".pytest.ini": "",
    "pyproject.toml": "[tool.pytest",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
}
"""In pytest's own order, with what must stand in them."""
NODE_FILE = "node.json"
CONFIG_FILE = "qarunner.toml"
STBT_FILE = "stbt-job.conf"


class Workspace:
    """The folder of a job, as its pytest sees it.

    :raises ConfigurationError: the OS user does not exist.
    """

    def __init__(self, order: JobOrder) -> None:
        self._order = order
        self.folder = Path(order.work) if order.work else Path(order.folder) / "work"
        self.results = self.folder / RESULTS
        self._owner = _owner(order.os_user)

    def make(self) -> None:
        """Make the folder and its files, readable by the job's OS user only."""
        if self._order.work:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (Path(self._order.folder) / "work").symlink_to(self.folder)
        for folder in (self.folder, self.results, self.folder / "home", self.folder / "tmp"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._give(folder)
        self._write(NODE_FILE, msgspec.json.encode(for_users(self._order.node)).decode())
        self._write(CONFIG_FILE, "# Of one job: nothing of the server's own configuration is read here.\n")
        self._write(STBT_FILE, self._stbt_conf())

    def _stbt_conf(self) -> str:
        lines = []
        if self._order.remote_control:
            lines += ["[test_pack]", f"default_remote_control = {_escaped(self._order.remote_control)}"]
        if self._order.secrets:
            lines += [f"[{SECTION}]"]
            lines += [f"{name} = {_escaped(value)}" for name, value in self._order.secrets.items()]
        return "\n".join([*lines, ""])

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        self._give(path)
        return path

    def _give(self, path: Path) -> None:
        if self._owner is not None:
            os.chown(path, self._owner.pw_uid, self._owner.pw_gid, follow_symlinks=False)

    def run_folder(self, attempt: int) -> Path:
        """Return the run directory of the attempt with this number."""
        return self.results / f"run-{attempt:03d}"

    def command(self, testcases: Sequence[str], attempt: int, tree: Path) -> list[str]:
        """Return the command line of pytest; it reads no configuration from above the tree."""
        order = self._order
        configuration = own_configuration(tree) or self._write("pytest.ini", "[pytest]\n")
        listed = self._write(f"testcases-{attempt:03d}.txt", "".join(f"{testcase}\n" for testcase in testcases))
        return [
            order.python or sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "--color=no",
            f"--config-file={configuration}",
            f"--rootdir={tree}",
            f"--confcutdir={tree}",
            f"--qa-node={order.node.id}",
            f"--qa-results={self.run_folder(attempt)}",
            f"--qa-category={order.category}",
            *(f"--qa-tag={name}={value}" for name, value in order.tags.items()),
            *(["--qa-forever"] if order.forever else []),
            *(["--qa-shuffle"] if order.shuffle else []),
            f"@{listed}",
        ]

    def environment(self) -> dict[str, str]:
        """Return the whole environment of pytest."""
        order = self._order
        return {
            **{name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "GIT_CEILING_DIRECTORIES": order.trees,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "QARUNNER_BLOCK_PLUGINS": BLOCKED,
            "QARUNNER_CONFIG": str(self.folder / CONFIG_FILE),
            "QARUNNER_JOB_NODE": str(self.folder / NODE_FILE),
            "QARUNNER_WAIT": "20",
            "STBT_CONFIG_FILE": str(self.folder / STBT_FILE),
            VARIABLE: str(self.folder / STBT_FILE),
            MARK: order.uid,
            **order.environment,
        }

    def identity(self) -> dict[str, Any]:
        """Return the arguments of `subprocess.Popen` that make pytest run as the job's OS user."""
        if self._owner is None:
            return {}
        return {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}


def own_configuration(tree: Path) -> Path | None:
    """Return the file in the root of a pack that configures pytest, or None."""
    for name, section in PYTEST_FILES.items():
        path = tree / name
        if path.is_file() and section in path.read_text(encoding="utf-8", errors="replace"):
            return path
    return None


def masking_of(work: Path) -> Masking:
    """Return what hides the secrets of a job whose order is no longer known."""
    return Masking.of_job({VARIABLE: str(work / STBT_FILE)} if (work / STBT_FILE).is_file() else {})


def clean(work: Path, *, results_too: bool) -> None:
    """Remove what a job that is over no longer needs, its secrets first. :param results_too: they are in the store."""
    (work / STBT_FILE).unlink(missing_ok=True)
    for folder in [work] if results_too else [work / "home", work / "tmp"]:
        shutil.rmtree(folder, ignore_errors=True)


def _owner(name: str) -> pwd.struct_passwd | None:
    if not name:
        return None
    try:
        return pwd.getpwnam(name)
    except KeyError as error:
        raise ConfigurationError(
            f"this host has no user {name!r} to run jobs as", "Make one, or name another"
        ) from error


def _escaped(value: str) -> str:
    return value.replace("%", "%%").replace("\n", "\n\t")
