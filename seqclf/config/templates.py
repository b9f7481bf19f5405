"""Starter configs: the files in ``configs/``, which are part of the package."""

from __future__ import annotations

from pathlib import Path

from seqclf.config.guesses import did_you_mean
from seqclf.config.yaml_core import read_yaml
from seqclf.errors import InputError
from seqclf.runs import LANGUAGE_MODEL

DEFAULT_TEMPLATE = "quickstart"


def template_names() -> list[str]:
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def template(name: str) -> str:
    """The text of a starter config. Raises ``InputError`` for an unknown name."""
    names = template_names()
    if name not in names:
        models = ", ".join(one for one in names if _is_language_model(_text(one)))
        raise InputError(f'no template "{name}"{did_you_mean(name, names)}; language models: {models}')
    return _text(name)


def _is_language_model(text: str) -> bool:
    task = read_yaml(text).value.get("task")
    return LANGUAGE_MODEL in (task, task.get("type") if isinstance(task, dict) else None)


def _text(name: str) -> str:
    return (_folder() / f"{name}.yaml").read_text(encoding="utf-8")


def _folder() -> Path:
    packaged = Path(__file__).parent / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "configs"  # a checkout
