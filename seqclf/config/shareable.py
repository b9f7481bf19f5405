"""A run's config for others to read: names of files instead of their paths."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from seqclf.config.loading import plain, with_paths
from seqclf.config.schema import Config
from seqclf.config.yaml_core import dump_yaml
from seqclf.layer_types.custom import tag


def shareable_text(config: Config) -> str:
    """The config as YAML, with the names of files, folders and runs instead of their paths.

    It says what a run was trained on and from, but only whoever has the files can train it again. Options of custom
    layers lose absolute paths only, because nothing says which of them are paths.
    """
    named = with_paths(config, last_name)
    if named.initialize is not None:
        origins = map(last_name, named.initialize.origins)
        named = named.model_copy(update={"initialize": named.initialize.with_origins(*origins)})
    if (teacher := named.training.teacher) is not None:
        taught = teacher.model_copy(update={"runs": [last_name(one) for one in teacher.runs]})
        named = named.model_copy(update={"training": named.training.model_copy(update={"teacher": taught})})
    values = plain(named)
    for part in ("layers", "head"):
        values[part] = [_with_names(layer) for layer in values[part]]
    return dump_yaml(values)


def last_name(path: str) -> str:
    r"""The last name of a path, of whatever system; of a URL, without its query and credentials.

    >>> last_name("/home/ann/reviews.csv"), last_name(r"C:\\Users\\ann\\reviews.csv"), last_name("../clients/texts/")
    ('reviews.csv', 'reviews.csv', 'texts')
    >>> last_name("https://ann:secret@example.com/reviews.csv?token=1"), last_name("~"), last_name("latest")
    ('reviews.csv', '~', 'latest')
    """
    address = path.partition("?")[0].partition("#")[0] if "://" in path else path
    return PureWindowsPath(address).name or PurePosixPath(address).name or "~"


def is_absolute(path: str) -> bool:
    """Whether it is a path from the root or from a home folder, of whatever system, to something below it."""
    rooted = PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute() or path.startswith("~/")
    return rooted and bool(PureWindowsPath(path).name)


def _with_names(layer: dict[str, Any]) -> dict[str, Any]:
    """A layer as plain values; inner layers are values of their options."""
    if tag(layer) == "custom":
        options = layer.get("options") or {}
        return layer | {"options": {name: _named(value) for name, value in options.items()}}
    return {name: _with_names(value) if isinstance(value, dict) else value for name, value in layer.items()}


def _named(value: Any) -> Any:
    return last_name(value) if isinstance(value, str) and is_absolute(value) else value
