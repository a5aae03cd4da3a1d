"""``qarunner qatrack plan``: proposes a definition from a run, to be read and put into ``config/qatrack``."""

from __future__ import annotations

import argparse
from pathlib import Path

from qarunner.commands.context import context_of
from qarunner.commands.results_folder import results_folder
from qarunner.commands.terminal import note, say
from qarunner.errors import ConfigurationError

EPILOG = """
Each file of testcases becomes a list, each testcase a boolean test that should be true, each measurement a number with
the limits that measure() has. @pytest.mark.qa_list("Name"), or behave's tag @qa_list:Name, puts a testcase elsewhere.
""".strip()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.epilog = EPILOG
    parser.add_argument(
        "folder", nargs="?", metavar="RUN", help="folder of the run (default: the newest in qa-results)"
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write it there, such as config/qatrack/living-room.yaml"
    )
    parser.add_argument("--overwrite", action="store_true", help="also where that file is there already")


def run(arguments: argparse.Namespace) -> int:
    """Propose it; 0."""
    from qarunner.dialects.qatrack.definition.proposing import propose
    from qarunner.dialects.qatrack.definition.yaml_writing import as_yaml
    from qarunner.outbox.run_directory import read_run_directory

    folder = _run_folder(arguments)
    directory = read_run_directory(folder)
    if directory.run is None or not directory.results:
        raise ConfigurationError(f"{folder} holds no results", "Name the folder of a run that has some")
    proposal = propose(directory.run, directory.results)
    for remark in proposal.remarks:
        note(remark)
    text = (
        f"# Proposed from {folder.name}. Read it, mend it, then: qarunner qatrack show\n{as_yaml(proposal.definition)}"
    )
    if arguments.output:
        _write(Path(arguments.output), text, overwrite=arguments.overwrite)
        say(arguments.output)
    else:
        say(text.rstrip())
    return 0


def _run_folder(arguments: argparse.Namespace) -> Path:
    from qarunner.outbox.run_directory import run_folders
    from qarunner.results import RUN_FILE

    folder = results_folder(context_of(arguments), arguments.folder)
    if (folder / RUN_FILE).is_file():
        return folder.resolve()  # such as `latest`
    folders = run_folders(folder)
    if not folders:
        raise ConfigurationError(f"there are no runs in {folder}", "Run testcases first: pytest --qa-node=NODE")
    return folders[-1]


def _write(path: Path, text: str, *, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise ConfigurationError(f"{path} is there already", "Give another name, or --overwrite")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
