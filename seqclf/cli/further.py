"""A classifier trained further on new data: ``train DATA --init-from CLASSIFIER``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.cli.wrap import say
from seqclf.errors import InputError
from seqclf.files import shell_word

if TYPE_CHECKING:
    from seqclf.config import LoadedConfig, Override
    from seqclf.training.initialize.origin import Origin


def trained_further(path: Path, overrides: Sequence[Override], runs: Path) -> LoadedConfig:
    """The config of the run that ``overrides`` start from, for the data ``path``; standard error says what it is.

    Raises ``InputError`` if the run is no classifier, or if its config cannot read such data.
    """
    from seqclf.config import Override, read_config
    from seqclf.training.initialize.origin import find

    names = [name for override in overrides if (name := _named(override)) is not None]
    if not names:
        raise InputError(f"{path}: expected one run to start from; `--init-from RUN` names it")
    origin = find(runs, names[-1])
    source = "folder" if path.is_dir() else "table"
    if origin.is_language_model or origin.config.data.source != source:
        raise _needs_a_config(path, origin, source)
    # A mapping may set more than the run.
    own = [one for one in overrides if _named(one) is None or not isinstance(one.value, str)]
    changes = {".".join(map(str, option)): value for option, value in _changes(path, origin)}
    given = {".".join(map(str, override.path)) for override in own}
    added = {name: value for name, value in changes.items() if name not in given}
    settings = "".join(f" --set {shell_word(f'{name}={_typed(value)}')}" for name, value in added.items())
    run = shell_word(origin.run.config)
    command = f"seqclf train {run} --init-from {shell_word(names[-1])}{settings}"
    say(f"Training {origin.name} further, with its config. The same: {command}", err=True)
    before = [Override(tuple(name.split(".")), value, "--init-from") for name, value in added.items()]
    start = Override(("initialize",), {"from": names[-1]}, "--init-from")
    return read_config(origin.run.config, [*before, start, *own])


def _named(override: Override) -> str | None:
    """The run that an override names, if it names one."""
    value: Any = override.value
    if override.path == ("initialize",) and isinstance(value, dict):
        value = value.get("from")
    elif override.path not in (("initialize",), ("initialize", "from")):
        return None
    return value if isinstance(value, str) else None


def _typed(value: Any) -> str:
    from seqclf.training.initialize.old_texts import shown

    return "null" if value is None else shown(value) if isinstance(value, str) else str(value)


def _changes(path: Path, origin: Origin) -> Iterator[tuple[tuple[str, str] | tuple[str], Any]]:
    """Options of the run's config that other texts need: their paths and values."""
    from seqclf.starter.make import name_problem
    from seqclf.starter.write import name_after

    config = origin.config
    yield ("data", "train"), str(path.absolute())
    if not isinstance(config.data.parts()["validation"], float | int):
        yield ("data", "validation"), 0.1
    if isinstance(config.data.parts()["test"], str):
        yield ("data", "test"), None
    if getattr(config.data, "format", "auto") != "auto":
        yield ("data", "format"), "auto"
    if config.data.folds is not None:
        yield ("data", "folds"), None
        yield ("data", "fold"), None
    if config.data.train_on_validation:
        yield ("data", "train_on_validation"), False
    if config.embedding.vectors is not None:
        yield ("embedding", "vectors"), None
    if name_problem(name := name_after(str(path))) is None:
        yield ("name",), name


def _needs_a_config(path: Path, origin: Origin, source: str) -> InputError:
    """The error for a start from a run whose config does not fit the data."""
    from seqclf.training.initialize.places import listed

    why = f"{origin.name} is a language model"
    if not origin.is_language_model:
        why = f"{origin.name} read its texts from another kind of source ({origin.config.data.source}, not {source})"
    return InputError(
        f"{path}: {why}, so its config cannot be used for these texts; `seqclf init --from {shell_word(path)} -o FILE` "
        f"writes a config; give it the first layers of the run, which has {listed(origin.config.layers)}, and remove "
        f"other options of tokenizer and embedding: then `seqclf train FILE --init-from {shell_word(origin.name)}`"
    )
