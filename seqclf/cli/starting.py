"""Configs for a user's own data (``init --from``, ``train DATA``), and the messages about what was found and chosen."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.further import trained_further
from seqclf.cli.trials import best_of
from seqclf.cli.wrap import say
from seqclf.errors import InputError
from seqclf.file_encoding import canonical
from seqclf.files import shell_word

if TYPE_CHECKING:
    from seqclf.config import Config, LoadedConfig, Override
    from seqclf.starter.make import Seen, Starter
    from seqclf.starter.request import Request

_LABEL = r'--label ("[^"]*"|\S+)'
_TEXT = r'--text ("[^"]*"|\S+)'

_EXTRA = r'--extra (?:"[^"]*"|[^\s="]+)=(?:number|category)'

_MEANT = {"label-separator": "TEXT", "header": "NAMES", "encoding": "NAME", "extra": "'{COLUMN: KIND}'"}
"""What an option of ``init`` takes, if not a column."""


def made_from(request: Request, *, tried: bool = False) -> Starter:
    """The config for a user's data; describes it on stderr. Raises ``InputError``."""
    from seqclf.starter.make import check_options, starter_for

    seen = _seen(request)
    check_options(seen)
    made = best_of(seen, (), "auto") if tried else starter_for(seen)
    say(f"  {made.model}", err=True)
    if (vectors := made.missing_vectors) is not None:
        say(
            f"  word vectors: {vectors} is not there; docs/accuracy.md says how to get such a file; the model can also "
            "learn without it (--set embedding.vectors=null)",
            err=True,
        )
    return made


def overrides_of(settings: Sequence[str], *, name: str | None, folds: int | None) -> list[Override]:
    """``--set``, ``--name`` and ``--folds`` of ``train``. Raises ``InputError``."""
    from seqclf.config import Override, parse_override

    overrides = [parse_override(setting) for setting in settings]
    if name is not None:
        overrides.append(Override(("name",), name, "--name"))
    if folds is not None:
        overrides += [Override(("data", "folds"), folds, "--folds"), Override(("data", "fold"), 1, "--folds")]
    return overrides


def reject_run(path: Path, runs: Path | None = None) -> None:
    """Raise ``InputError`` if this is a run: by its path or, if nothing is there, by its name in ``runs``."""
    folder = path if runs is None or path.exists() else runs / path
    if (folder / "manifest.json").is_file():
        run = shell_word(folder)
        context = click.get_current_context(silent=True)
        own = "train" if context is None else str(context.command.name)
        if own != "train":
            raise InputError(f"{path}: is a run; name its config: `seqclf {own} {run}/config.yaml`")
        raise InputError(
            f"{path}: is a run; `seqclf train --resume {run}` resumes it, `seqclf train {run}/config.yaml` repeats it"
        )


def _reject_ensemble(path: Path) -> None:
    """Raise ``InputError`` if this is the config of an ensemble, which is that of its first member."""
    from seqclf.run_members import members_of
    from seqclf.runs import Run

    run = Run(path.parent)
    if path.name == run.config.name and run.has_manifest and (members := members_of(run)):
        configs = " ".join(shell_word(one.run.config) for one in members)
        raise InputError(f"{path}: is of an ensemble, which no training makes; name the config of a member ({configs})")


def load_or_make(
    path: Path,
    overrides: Sequence[Override],
    *,
    presets: bool = False,
    threads: int | str = "auto",
    runs: Path = Path("runs"),
    search: bool = False,
) -> tuple[LoadedConfig, Callable[[Config], str] | None]:
    """The config of a file and None; for data, or with ``presets``, a config made for the data, and a function that
    returns its text by the config of a run. For data, with a run to start from: the config of that run, and None.

    Args:
        runs: the folder of the run that ``overrides`` may start from.
        search: options may have ranges in place of values.

    Raises ``InputError``.
    """
    from seqclf.cli.starting_language_models import is_for_language_model, load_language_model
    from seqclf.config import read_config
    from seqclf.starter.formats import is_data

    reject_run(path)
    _reject_ensemble(path)
    if is_for_language_model(path, overrides):
        return load_language_model(path, overrides, presets=presets)
    if not presets and not is_data(path):
        return read_config(path, overrides, search=search), None
    if any(override.path[0] == "initialize" for override in overrides):
        if presets:
            raise _chooses_layers(path)
        return trained_further(path, overrides, runs), None
    # An invalid config is rejected before anything heavy is imported.
    from seqclf.starter.make import starter_for
    from seqclf.starter.presets import loaded, seen_in
    from seqclf.starter.trained import trained_text
    from seqclf.tensorflow_startup import start_tensorflow

    if is_data(path):
        seen = _seen_by_settings(path, overrides)
    else:
        given = read_config(path, overrides)
        if given.config.initialize is not None:
            raise _chooses_layers(path)
        if given.config.data.needs_tensorflow:  # reading its texts needs TensorFlow
            start_tensorflow(given.config, threads)
        seen = seen_in(str(path), given)
    made = best_of(seen, overrides, threads) if presets else starter_for(seen)
    say(f"  {made.model}", err=True)
    checked = loaded(made, overrides)
    return checked, partial(trained_text, made.text, checked)


def _chooses_layers(path: Path) -> InputError:
    """The error for ``--presets`` with a start from a run (``initialize``), which has layers already."""
    why = "a model that starts from another run needs its layers, so seqclf cannot choose them"
    return InputError(f"{path}: {why}; omit --presets, or initialize")


def _seen(request: Request, worded: Callable[[str], str] = str) -> Seen:
    """Examine the data and describe it on stderr; ``worded`` rewrites the sentences."""
    from seqclf.starter.make import see

    seen = see(request)
    say(f"Found {seen.summary}.", err=True)
    for note in seen.notes:
        say(f"  {worded(note)}", err=True)
    return seen


def _seen_by_settings(path: Path, overrides: Sequence[Override]) -> Seen:
    """``_seen`` for a command that has ``--set`` instead of options for columns."""
    from seqclf.starter.named_columns import NamedColumns
    from seqclf.starter.request import Request
    from seqclf.tables.formats import KINDS

    given = {override.path[1]: override.value for override in overrides if override.path[:1] == ("data",)}

    def setting(name: str) -> str | None:
        return None if given.get(name) is None else str(given[name])

    def columns(name: str) -> tuple[str, ...]:
        value = given.get(name) or []
        return tuple(map(str, value if isinstance(value, list) else [value]))

    label = given.get("label")
    labels = {str(name): str(one) for name, one in label.items()} if isinstance(label, dict) else columns("label")
    separator, encoding = setting("label_separator"), setting("encoding")
    if separator == "":
        raise InputError("--set data.label_separator: expected a non-empty text: --set 'data.label_separator=|'")
    extra = given.get("extra")
    beside: dict[str, Any] = {str(name): kind for name, kind in extra.items()} if isinstance(extra, dict) else {}
    request = Request(
        str(path),
        text=columns("text"),
        label=labels,
        columns=NamedColumns(setting("weight"), beside),
        separator=separator,
        guess_separator="label_separator" not in given,
        header=columns("header") if "header" in given else None,
        file_format=setting("format") if setting("format") in KINDS.values() else None,
        encoding=encoding,
    )
    try:
        return _seen(request, as_settings)
    except InputError as error:
        raise InputError(as_settings(str(error))) from error


def as_settings(message: str) -> str:
    """Replace ``init``'s options in a sentence by ``--set``: ``--label stars`` becomes ``--set data.label=stars``.

    The columns of probabilities in ``--label p_a --label p_b`` become ``--set 'data.label={a: p_a, b: p_b}'``, and
    several columns of texts or beside them a list or mapping.
    """

    from seqclf.starter.write import scalar

    def probabilities(found: re.Match[str]) -> str:
        from seqclf.starter.probability_columns import by_label

        names = [name.strip('"') for name in re.findall(_LABEL, found[0])]
        return "--set " + shlex.quote(f"data.label={scalar(by_label(names))}")

    def texts(found: re.Match[str]) -> str:
        names = [name.strip('"') for name in re.findall(_TEXT, found[0])]
        return "--set " + shlex.quote(f"data.text={scalar(names)}")

    def beside(found: re.Match[str]) -> str:
        pairs = [one.removeprefix("--extra ").rpartition("=") for one in re.findall(_EXTRA, found[0])]
        kinds = {name.strip('"'): kind for name, _, kind in pairs}
        return "--set " + shlex.quote(f"data.extra={scalar(kinds)}")

    def encoding(found: re.Match[str]) -> str:
        return f"--set data.encoding={found[1]}" if canonical(found[1]) else found[0]

    def setting(found: re.Match[str]) -> str:
        value = found[2] or _MEANT.get(found[1], "COLUMN")
        if found[1] in ("label-separator", "header") and value == "none":
            value = "null"
        return f"--set data.{found[1].replace('-', '_')}={value}"

    message = re.sub(rf"{_LABEL}(?: {_LABEL})+(?= takes)", probabilities, message)
    message = re.sub(rf"{_TEXT}(?: {_TEXT})+(?= read)", texts, message)
    message = re.sub(rf"{_EXTRA}(?: {_EXTRA})*(?= lets)", beside, message)
    message = re.sub(r"(?<![^\s(])--encoding ([\w-]+)", encoding, message)
    options = "text|label-separator|label|header|encoding|weight|extra"
    return re.sub(
        rf'(?<![^\s(])--({options})\b(?: ("[^"]*"|\S+)(?= takes| weighs))?',
        setting,
        message,
    )
