"""``qarunner deliver``: sends to the reporters what earlier runs left undelivered."""

from __future__ import annotations

import argparse

from qarunner.commands.context import context_of
from qarunner.commands.results_folder import add_folder, results_folder
from qarunner.commands.terminal import counted, say
from qarunner.errors import ConfigurationError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    add_folder(parser)
    parser.add_argument("--rejected-too", action="store_true", help="try again what a reporter refused")


def run(arguments: argparse.Namespace) -> int:
    """Deliver; 1 when something is left, was refused or could not be read."""
    from qarunner.outbox.deliver import deliver
    from qarunner.reporter_choice import open_reporters
    from qarunner.results import RUN_FILE

    context = context_of(arguments)
    folder = results_folder(context, arguments.folder)
    if (folder / RUN_FILE).is_file():
        raise ConfigurationError(f"{folder} is a single run", f"Name the folder of runs: {folder.parent}")
    configuration = context.configuration
    reporters = open_reporters(context.plugins, configuration, configuration.get("reporters") or ())
    done = deliver(folder, reporters, rejected_too=arguments.rejected_too, say=say)
    parts = [f"{counted(done.sent, 'result')} delivered"] if done.sent or not done.sent_runs else []
    parts += [f"{counted(done.sent_runs, 'run')} delivered"] if done.sent_runs else []
    parts += [f"{done.rejected} refused"] if done.rejected else []
    parts += [f"{done.pending} still pending"] if done.pending else []
    parts += [f"{counted(done.pending_runs, 'run')} still pending"] if done.pending_runs else []
    parts += [f"{counted(len(done.problems), 'problem')}"] if done.problems else []
    say(", ".join(parts))
    return done.exit_code
