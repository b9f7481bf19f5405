"""Starter configs: the files in ``configs/``, which are part of the package."""

from __future__ import annotations

from pathlib import Path

from seqclf.config.guesses import did_you_mean
from seqclf.errors import InputError

DEFAULT_TEMPLATE = "quickstart"


def template_names() -> list[str]:
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def template(name: str) -> str:
    """The text of a starter config. Raises ``InputError`` for an unknown name."""
    names = template_names()
    if name not in names:
        raise InputError(f'no template "{name}"{did_you_mean(name, names)}')
    return (_folder() / f"{name}.yaml").read_text(encoding="utf-8")


def _folder() -> Path:
    packaged = Path(__file__).parent / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "configs"  # a checkout
