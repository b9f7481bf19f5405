"""What ``init --from`` and ``train DATA`` say of a user's data, and of the models that they tried and chose for it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.wrap import say
from seqclf.errors import InputError, SeqclfError

if TYPE_CHECKING:
    from seqclf.config import LoadedConfig, Override
    from seqclf.starter.make import Request, Seen, Starter
    from seqclf.starter.trial import Result


def made_from(request: Request, *, tried: bool = False) -> Starter:
    """The config for a user's data, said on stderr. Raises ``InputError``."""
    from seqclf.starter.make import starter_for

    seen = _seen(request)
    made = _best(seen, (), "auto") if tried else starter_for(seen)
    say(f"  {made.model}", err=True)
    return made


def load_or_make(
    path: Path, overrides: Sequence[Override], *, presets: bool = False, threads: int | str = "auto"
) -> tuple[LoadedConfig, str | None]:
    """The config of a file; for data, or with ``presets``, one that is made for them, and its text.

    Raises ``InputError``.
    """
    from seqclf.cli.start import start_tensorflow
    from seqclf.config import read_config
    from seqclf.starter.formats import is_data
    from seqclf.starter.make import starter_for
    from seqclf.starter.presets import loaded, seen_in

    if (path / "manifest.json").is_file():
        run = shlex.quote(str(path))
        raise InputError(
            f"{path}: is a run; `seqclf train --resume {run}` resumes it, `seqclf train {run}/config.yaml` repeats it"
        )
    if is_data(path):
        seen = _seen_by_settings(path, overrides)
    elif presets:
        given = read_config(path, overrides)
        if given.config.data.source == "tfds":  # which reads its texts
            start_tensorflow(given.config, threads)
        seen = seen_in(str(path), given)
    else:
        return read_config(path, overrides), None
    made = _best(seen, overrides, threads) if presets else starter_for(seen)
    say(f"  {made.model}", err=True)
    return loaded(made, overrides), made.text


def _seen(request: Request, worded: Callable[[str], str] = str) -> Seen:
    """The data, and what was chosen of them, said on stderr; ``worded`` changes the sentences."""
    from seqclf.starter.make import see

    seen = see(request)
    say(f"Seen: {seen.summary}.", err=True)
    for note in seen.notes:
        say(f"  {worded(note)}", err=True)
    return seen


def _seen_by_settings(path: Path, overrides: Sequence[Override]) -> Seen:
    """Likewise for a command that has no options for columns, but ``--set``."""
    from seqclf.starter.make import Request

    given = {override.path[1]: override.value for override in overrides if override.path[:1] == ("data",)}

    def said(name: str) -> str | None:
        return None if given.get(name) is None else str(given[name])

    label = given.get("label", [])
    labels = tuple(map(str, label if isinstance(label, list) else [label]))
    separator, encoding = said("label_separator"), said("encoding")
    request = Request(str(path), text=said("text"), label=labels, separator=separator, encoding=encoding)
    try:
        return _seen(request, as_settings)
    except InputError as error:
        raise InputError(as_settings(str(error))) from error


def as_settings(message: str) -> str:
    """A sentence about ``init``'s options as one about ``--set``: ``--label stars`` is ``--set data.label=stars``."""

    def setting(found: re.Match[str]) -> str:
        value = found[2] or "TEXT" if found[1] == "label-separator" else found[2] or "COLUMN"
        return f"--set data.{found[1].replace('-', '_')}={value}"

    return re.sub(r'(?<!\S)--(text|label-separator|label|encoding)\b(?: ("[^"]*"|\S+)(?= takes))?', setting, message)


def _best(seen: Seen, overrides: Sequence[Override], threads: int | str) -> Starter:
    """The starter whose model does best in a short trial. Raises ``SeqclfError`` where none can be trained."""
    from seqclf.cli.problems import check_files
    from seqclf.cli.progress import progress_listener
    from seqclf.cli.start import start_tensorflow
    from seqclf.starter.make import replaced
    from seqclf.starter.presets import loaded, presets
    from seqclf.starter.trial import (
        SECONDS,
        Candidate,
        SampledCorpus,
        linear_baseline,
        metric_of,
        texts_to_try,
        trials,
        winner,
    )
    from seqclf.training.events import Stage

    starters = {made.recipe.name: made for made in presets(seen) if made.recipe is not None}
    configs = {name: loaded(made, overrides) for name, made in starters.items()}
    first = next(iter(configs.values()))
    check_files(first)
    texts = texts_to_try(seen.look)
    of = (
        f" of {'about ' if seen.look.seen < seen.look.rows else ''}{seen.look.rows:,}" if texts < seen.look.rows else ""
    )
    minutes = len(configs) * SECONDS / 60
    say(f"Trying {', '.join(configs)} on {texts:,}{of} texts: about {minutes:.0f} minutes at most.", err=True)
    start_tensorflow(first.config, threads)
    candidates = [Candidate(name, made.config) for name, made in configs.items()]
    corpus = SampledCorpus(first.config, texts)
    with progress_listener() as show:
        show(Stage("Fitting the linear baseline"))
        baseline = linear_baseline(candidates[0], corpus)
        results = list(trials(candidates, corpus, lambda name: show(Stage(f"Trying {name}"))))
    metric = metric_of(first.config)
    for line in _table(results, metric, baseline):
        click.echo(line, err=True)
    best = winner(results, metric)
    if best is None:
        problem = next((result.problem for result in results if result.problem), None)
        raise SeqclfError(problem or "no model completed an epoch in its time; train without a trial")
    return replaced(starters[best.name], f"best of {len(results)} in a trial on {texts:,} texts")


def _table(results: Sequence[Result], metric: str, baseline: dict[str, Any] | None) -> list[str]:
    """The trials side by side, the best one marked, and a linear model's scores on the same texts."""
    names = list(dict.fromkeys((metric, "accuracy", "macro_f1")))
    lines = [f"{'model':<16}" + "".join(f"{name.replace('_f1', ' F1'):>10}" for name in names) + "    epochs   seconds"]
    best = max(result.score(metric) for result in results)
    for result in results:
        shown = "".join(f"{'-' if result.validation is None else f'{result.score(name):.4f}':>10}" for name in names)
        mark = f"  {result.problem}" if result.problem else ""
        if result.validation is not None and result.score(metric) == best:
            mark = "  best"
        lines.append(f"{result.name:<16}{shown}{result.epochs:>10}{result.seconds:>10.0f}{mark}".rstrip())
    if baseline is not None:
        shown = "".join(f"{baseline[name]:>10.4f}" for name in names)
        lines.append(f"{'linear':<16}{shown}  (baseline: TF-IDF, logistic regression)")
    return lines
