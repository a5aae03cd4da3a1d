"""One line of ``qarunner doctor``, and the command that installs a system package here."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qarunner.drivers import Check


@dataclass(frozen=True)
class Finding:
    """What was looked at, in which chapter, and whether qarunner (or a configured node) cannot do without it."""

    chapter: str
    check: Check
    needed: bool = True

    @property
    def is_trouble(self) -> bool:
        """Whether something must be done about it."""
        return self.needed and self.check.status in ("missing", "broken")


_INSTALLERS = {
    "debian": "apt-get install",
    "fedora": "dnf install",
    "arch": "pacman -S",
    "suse": "zypper install",
    "alpine": "apk add",
}
_KIN = {"ubuntu": "debian", "rhel": "fedora", "centos": "fedora", "opensuse": "suse", "sles": "suse"}


def install_command(packages: Mapping[str, str]) -> str:
    """Return how to install a system package on this distribution.

    :param packages: its name by family (debian, fedora, arch, suse, alpine); ``debian`` at least.
    """
    family = _family()
    if family not in packages:
        return f"install {packages['debian']} (its name in Debian) with this system's package manager"
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}{_INSTALLERS[family]} {packages[family]}"


def _family() -> str:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return ""
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    kin = (_KIN.get(name.partition("-")[0], name) for name in names)
    return next((name for name in kin if name in _INSTALLERS), "")
