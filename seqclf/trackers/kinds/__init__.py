"""The trackers, a module each, by the names of the modules. Importing this imports none of their libraries."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

from seqclf.errors import InputError
from seqclf.files import shell_word
from seqclf.trackers.base import Tracker

NAMES = tuple(sorted(module.name for module in iter_modules([str(Path(__file__).parent)])))


def kind_of(name: str) -> type[Tracker]:
    """The class of a tracker, one of ``NAMES``."""
    module = importlib.import_module(f"{__name__}.{name}")
    found: type[Tracker] = module.TRACKER
    return found


def missing_packages(name: str) -> list[str]:
    """The packages of a tracker that are not installed; none is imported."""
    return [package for package in kind_of(name).packages if find_spec(package) is None]


def how_to_install(name: str) -> str:
    """The command that installs the packages of a tracker."""
    return f'{shell_word(sys.executable or "python")} -m pip install "seqclf[{name}]"'


def check(names: Iterable[str]) -> None:
    """Raise ``InputError`` if a tracker lacks a package."""
    for name in names:
        if missing := missing_packages(name):
            raise InputError(
                f"--track {name}: needs the package{'s' if len(missing) > 1 else ''} {' and '.join(missing)}, which "
                f"{'are' if len(missing) > 1 else 'is'} not installed; install with `{how_to_install(name)}`, or omit "
                "it: it can also be added when the run is resumed"
            )
