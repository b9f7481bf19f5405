"""Trials of ``init --try`` and ``train --presets``: their cost, the models' scores, the choice."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seqclf.cli.columns import of_rows, table
from seqclf.cli.wrap import say, width_of
from seqclf.errors import SeqclfError
from seqclf.metrics.classification import ClassificationScores
from seqclf.metrics.scores import words_of

if TYPE_CHECKING:
    from seqclf.config import LoadedConfig, Override
    from seqclf.metrics.kinds import ClassifierScores
    from seqclf.starter.look import Look
    from seqclf.starter.make import Seen, Starter
    from seqclf.starter.trial import Result

_SHOWN = [name for name in ClassificationScores.monitored() if not ClassificationScores.is_loss(name)]
"""Scores of the table besides the one that compares: those that texts with one label and with several share."""


def best_of(seen: Seen, overrides: Sequence[Override], threads: int | str) -> Starter:
    """The starter whose model is best in a short trial. Raises ``SeqclfError`` if none can be trained."""
    from seqclf.baseline.comparison import reported_score
    from seqclf.cli.problems import check_files
    from seqclf.starter.make import replaced
    from seqclf.starter.presets import loaded, presets
    from seqclf.starter.trial import texts_to_try, winner
    from seqclf.tensorflow_startup import start_tensorflow

    starters = {made.recipe.name: made for made in presets(seen) if made.recipe is not None}
    configs = {name: loaded(made, overrides) for name, made in starters.items()}
    first = next(iter(configs.values()))
    check_files(first)
    texts = texts_to_try(seen.look)
    _say_cost(list(configs), texts, seen.look)
    start_tensorflow(first.config, threads)
    results, baseline = _tried(configs, texts)
    metric = reported_score(first.config, multi=seen.look.multi)
    for line in _table(results, metric, baseline, width_of(sys.stderr)):
        say(line, err=True)
    best = winner(results, metric)
    if best is None:
        problem = next((result.problem for result in results if result.problem), None)
        raise SeqclfError(problem or "no model completed an epoch within its time limit; train without a trial")
    _say_where_linear_is_ahead(best, metric, baseline)
    return replaced(starters[best.name], f"best of {len(results)} in a trial on {texts:,} texts")


def _say_cost(names: Sequence[str], texts: int, look: Look) -> None:
    from seqclf.starter.trial import SECONDS

    of = ""
    if texts < look.rows:
        of = f" of {'about ' if look.seen < look.rows else ''}{look.rows:,}"
    minutes = max(1, round(len(names) * SECONDS / 60))
    named = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    takes = f"up to {minutes} minutes" if minutes > 1 else "up to a minute"
    say(f"Trying {named} on {texts:,}{of} texts; this takes {takes}, plus the time to fit the n-grams.", err=True)


def _tried(configs: dict[str, LoadedConfig], texts: int) -> tuple[list[Result], ClassifierScores | None]:
    """The results, and the scores of the linear baseline."""
    from seqclf.cli.progress import progress_listener
    from seqclf.starter.trial import Candidate, SampledCorpus, linear_baseline, trials
    from seqclf.training.events import Stage

    candidates = [Candidate(name, made.config) for name, made in configs.items()]
    corpus = SampledCorpus(candidates[0].config, texts)
    with progress_listener() as show:
        show(Stage("Fitting the linear baseline"))
        baseline = linear_baseline(candidates[0], corpus)
        return list(trials(candidates, corpus, lambda name: show(Stage(f"Trying {name}")))), baseline


def _say_where_linear_is_ahead(best: Result, metric: str, baseline: ClassifierScores | None) -> None:
    from seqclf.baseline.comparison import points_behind

    if baseline is None or best.validation is None:
        return
    points = points_behind(best.score(metric), baseline.score(metric), best.texts)
    if points is not None:
        say(
            f"The linear model is {points:.1f} points ahead of all of them. A full training on all texts may change "
            "that; it ends with the same comparison.",
            err=True,
        )


def _table(
    results: Sequence[Result], metric: str, baseline: ClassifierScores | None, width: int | None = None
) -> list[str]:
    """A table of the trials and the linear model, the best trial marked; then the number of validation texts, and the
    problems of models without scores."""
    from seqclf.starter.trial import winner

    best = winner(results, metric)
    names = list(dict.fromkeys((metric, *_SHOWN)))
    rows = []
    for result in results:
        scores = ["-" if result.validation is None else f"{result.score(name):.4f}" for name in names]
        mark = "*" if result is best else ""
        rows.append([result.name, *scores, str(result.epochs), f"{result.seconds:.0f} s", mark])
    if baseline is not None:
        rows.append(["linear model", *(f"{baseline.score(name):.4f}" for name in names), "", "", ""])
    headings = ["model", *map(words_of, names), "epochs", "time", "best"]
    spare = {"epochs": 3, "time": 2, headings[len(names)]: 1} if len(names) > 1 else {"epochs": 3, "time": 2}
    lines = table(of_rows(headings, rows, left=("model",), spare=spare), width)
    texts = next((result.texts for result in results if result.validation is not None), None)
    if texts is not None:
        linear = "" if baseline is None else ". The linear model is a baseline: TF-IDF with logistic regression"
        lines.append(f"Scores are on {texts:,} validation texts{linear}.")
    return [*lines, *(f"{result.name}: {result.problem}" for result in results if result.problem)]
