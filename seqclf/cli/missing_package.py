"""The error for a package that seqclf needs and that is not installed, as after ``pip install --no-deps``."""

from __future__ import annotations

import re
import sys
from importlib import metadata

from seqclf.errors import SeqclfError
from seqclf.files import shell_word

_NAMED_OTHERWISE = {"yaml": "pyyaml", "sklearn": "scikit-learn", "backports": "backports.zstd"}
"""Packages whose modules have another name."""

_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?P<versions>[^;]*)")


def missing_package(error: ModuleNotFoundError) -> SeqclfError | None:
    """What to install; None for a module of seqclf itself, and for one that no dependency has."""
    module = (error.name or "").partition(".")[0]
    found = _requirement(_NAMED_OTHERWISE.get(module, module))
    if found is None:
        return None
    name, wanted = found
    pip = f"{shell_word(sys.executable or 'python')} -m pip install {shell_word(wanted)}"
    return SeqclfError(
        f"the package {name} is missing, which this command needs; install it with `{pip}`, or install seqclf again "
        "without --no-deps"
    )


def _requirement(package: str) -> tuple[str, str] | None:
    """Its name and the versions that seqclf needs, as ``pip`` takes them."""
    try:
        required = metadata.requires("seqclf") or []
    except metadata.PackageNotFoundError:  # run from its source
        required = []
    for one in required:
        match = _REQUIREMENT.match(one)
        if match is not None and _normal(match["name"]) == _normal(package):
            return match["name"], f"{match['name']}{match['versions'].strip()}"
    return None


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
