"""The texts of the run that a classifier starts from: whether the new texts contain them, and where they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seqclf.config import Config
from seqclf.runs import CLASSIFICATION
from seqclf.tables.names import is_url


def together(config: Config, origin: Config) -> str | None:
    """``data.train`` with the old training files and the new ones, as YAML.

    None if no option of the source could name both, or the new ones contain the old ones.
    """
    if config.data.source != "table" or not _read_alike(config, origin):
        return None
    old, new = (list(_paths(one, "train")) for one in (origin, config))
    if not old or set(old) <= set(new):
        return None
    return f"data.train: [{', '.join(shown(path) for path in dict.fromkeys((*old, *new)))}]"


def old_texts(config: Config, origin: Config) -> str | None:
    """A file or folder with texts of the run, best those of its test part, that ``eval --data`` can read.

    None without one, or if the new training has read it.
    """
    if not _read_alike(config, origin):
        return None
    mine = {path for part in ("train", "validation", "test") for path in _paths(config, part)}
    theirs = [path for part in ("test", "validation", "train") for path in _paths(origin, part)]
    return next((path for path in theirs if path not in mine and Path(path).exists()), None)


def shown(path: str) -> str:
    """The path as a user would type it: relative if it is below the current folder."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


def _read_alike(config: Config, origin: Config) -> bool:
    """Whether both are classifiers whose texts and labels are in the same columns of the same kind of source."""
    if {config.task.type, origin.task.type} != {CLASSIFICATION} or config.data.source != origin.data.source:
        return False
    mine, its = config.data.columns(), origin.data.columns()
    return config.data.source in ("table", "folder") and (mine.text, mine.label) == (its.text, its.label)


def _paths(config: Config, part: str) -> Iterator[str]:
    """The paths of a split as absolute paths; none for a fraction."""
    value = getattr(config.data, part, None)
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield one if is_url(one) else str(Path(one).absolute())
