"""The configuration that stbt_core reads: which files, in which order, and what qarunner adds to them.

stbt_core reads the files named by ``STBT_CONFIG_FILE``, of which the first wins, once per process. In that order:

1. ``stbt.conf``, generated: the tags of the run and what was given for this run only,
2. files already named by ``STBT_CONFIG_FILE``,
3. the pack's ``config/test-farm/<node>.conf`` and ``.stbt.conf``,
4. ``stbt-defaults.conf``, generated: what this machine's OCR needs.
"""

from __future__ import annotations

import configparser
import os
import pwd
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from qarunner.config_sources import read_ini
from qarunner.errors import ConfigurationError
from qarunner.pack.tesseract import find_tesseract

TAGS_SECTION = "result.tags"
_UNWRITABLE_NAME = re.compile(r"^[#;\[]|[=:\x00-\x1f\x7f]")
_UNWRITABLE_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

Sections = Mapping[str, Mapping[str, str]]


def stbt_environment(
    folder: Path,
    pack: Path | None,
    node: str = "",
    tags: Mapping[str, str] | None = None,
    overrides: Sections | None = None,
    environment: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Write the generated files into `folder` and return the environment variables to set.

    :param folder: an existing folder that lives as long as the tests run.
    :param tags: what ``get_config("result.tags", name)`` finds; names are the same in any case.
    :param overrides: section to key to value, stronger than everything the pack says.
    :param environment: of the tests as it is now; default this process's.
    :raises ConfigurationError: a file of the pack cannot be parsed or holds secrets (says the line), a tag cannot be
        written, or a path has a colon, which ``STBT_CONFIG_FILE`` cannot express.
    """
    environment = os.environ if environment is None else environment
    pack_files = _pack_files(pack, node)
    for path in pack_files:
        _check(path)
    generated = folder / "stbt.conf"
    _write(generated, {**(overrides or {}), TAGS_SECTION: {**(overrides or {}).get(TAGS_SECTION, {}), **(tags or {})}})
    inherited = [Path(name) for name in environment.get("STBT_CONFIG_FILE", "").split(":") if name]
    files = [generated, *inherited, *pack_files]
    variables: dict[str, str] = {}
    tesseract = find_tesseract(environment)
    if tesseract is not None:
        if "TESSDATA_PREFIX" not in environment:
            variables["TESSDATA_PREFIX"] = str(tesseract.data)
        if not tesseract.has_legacy_data and not _machine_chooses_engine(environment):
            defaults = folder / "stbt-defaults.conf"
            _write(defaults, {"ocr": {"engine": "LSTM"}})
            files.append(defaults)
    if "HOME" not in environment:
        variables["HOME"] = _home_folder(folder)
    # The working directory of a testcase is not that of the session.
    variables["STBT_CONFIG_FILE"] = ":".join(_without_colon(path.absolute()) for path in files)
    return variables


@contextmanager
def applied(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while and make stbt_core read its configuration anew, before and after."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    _forget_configuration()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _forget_configuration()


def _forget_configuration() -> None:
    module = sys.modules.get("_stbt.config")
    if module is not None:
        module._config = None  # type: ignore[attr-defined]  # noqa: SLF001 - its only way to read again


def _pack_files(pack: Path | None, node: str) -> list[Path]:
    if pack is None:
        return []
    is_plain_name = bool(node) and Path(node).name == node
    files = [pack / "config" / "test-farm" / f"{node}.conf"] if is_plain_name else []
    return [path for path in (*files, pack / ".stbt.conf") if path.is_file()]


def _check(path: Path) -> None:
    """Raise now, with the line, what stbt_core would raise in the middle of a test."""
    read_ini(path)
    try:
        configparser.ConfigParser().read_string(path.read_text(encoding="utf-8", errors="replace"), source=str(path))
    except (configparser.DuplicateOptionError, configparser.DuplicateSectionError) as error:
        twice = f"[{error.section}]"
        twice += f" {error.option}" if isinstance(error, configparser.DuplicateOptionError) else ""
        problem = f"{path}:{error.lineno}: {twice} stands here for the second time"
        raise ConfigurationError(problem, "Keep one of the two: stbt_core refuses such a file") from error


def _write(path: Path, sections: Sections) -> None:
    """Write an ini file that stbt_core reads back to exactly these values."""
    lines = ["# Generated for one run; changes are lost."]
    for section, options in sections.items():
        lines.append(f"[{section}]")
        met: dict[str, str] = {}
        for name, value in options.items():
            if not name.strip() or _UNWRITABLE_NAME.search(name) or _UNWRITABLE_VALUE.search(value):
                problem = f"{section}: {name!r} = {value!r} cannot be given to stbt_core"
                advice = "A name has no '=', ':' or line break and does not begin with '#', ';' or '['"
                raise ConfigurationError(problem, advice)
            twin = met.setdefault(name.strip().lower(), name)
            if twin != name:
                problem = f"{section}: {twin!r} and {name!r} are one name to stbt_core, which knows no capitals"
                raise ConfigurationError(problem, "Rename one of them")
            lines.append(f"{name} = {value.replace('%', '%%')}")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - from a descriptor
        os.fchmod(descriptor, 0o600)
        file.write("\n".join(lines) + "\n")


def _machine_chooses_engine(environment: Mapping[str, str]) -> bool:
    """Whether the machine's or the person's own stbt.conf, which are weaker than our files, name an OCR engine."""
    person = environment.get("XDG_CONFIG_HOME") or f"{environment.get('HOME', '')}/.config"
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(["/etc/stbt/stbt.conf", f"{person}/stbt/stbt.conf"], encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return False
    return parser.has_option("ocr", "engine")


def _home_folder(fallback: Path) -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return str(fallback.absolute())


def _without_colon(path: Path) -> str:
    if ":" in str(path):
        problem = f"{path} has a colon, but stbt_core separates its configuration files by colons"
        raise ConfigurationError(problem, "Move or rename the folder")
    return str(path)
