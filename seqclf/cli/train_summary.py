"""The summary of ``seqclf train``: where the run is, its scores, and what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.cli.against_baseline import paired_line, scores_line
from seqclf.cli.columns import of_rows, table
from seqclf.cli.options import runs_argument
from seqclf.cli.wrap import GLUE, say
from seqclf.files import shell_word
from seqclf.metrics.classification import ClassificationScores
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.metrics.language_model import LanguageModelMetrics
from seqclf.metrics.scores import number_of, words_of
from seqclf.quantities import duration
from seqclf.run_teachers import known_to_teachers, sentence_of_folds
from seqclf.runs import FINISHED, Run

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.training.folds_summary import FoldsSummary
    from seqclf.training.options import Outcome

_MARGIN = 12


def folds_summary(path: Path, summary: FoldsSummary, width: int | None = None) -> str:
    validation, compared = summary.validation, summary.baseline
    names = sorted(ClassificationScores.monitored()) if validation is None else list(validation)
    heads = [*map(words_of, names), *([] if compared is None else ["linear"])]

    def row(name: str, scores: Iterable[float | None], run: str = "") -> list[str]:
        return [name, *("-" if score is None else f"{score:.4f}" for score in scores), run]

    rows = []
    for one in summary.results:
        scores: list[float | None] = list(one.scores.values()) if one.scores is not None else [None] * len(names)
        if compared is not None:
            baseline = one.outcome.baseline
            scores.append(None if baseline is None else baseline.linear.value(compared.score))
        status = "" if one.outcome.status == FINISHED else f" ({one.outcome.status})"
        rows.append(row(str(one.fold), scores, f"{one.run}{status}"))
    if validation is not None:
        spreads = [*validation.values(), *([] if compared is None else [compared.linear[compared.score]])]
        rows.append(row("mean", (spread.mean for spread in spreads)))
        rows.append(row("std", (spread.std for spread in spreads)))
        rows.append(row("min", (spread.min for spread in spreads)))
        rows.append(row("max", (spread.max for spread in spreads)))
    spare = {"loss": 3, "macro F1": 2, "run": 1}
    lines = table(of_rows(["fold", *heads, "run"], rows, left=("fold", "run"), spare=spare), width)
    if compared is not None:
        lines.append(f"linear: {words_of(compared.score)} of a linear model (TF-IDF of n-grams)")
    lines.append(f"\nValidation of {len(summary.finished)} finished of {summary.folds} folds; also in {path}")
    return "\n".join(lines)


def summary(folder: Path, runs: Path, config: Config, outcome: Outcome, *, advised: bool = False) -> str:
    """``advised``: the comparison with the baseline already says what to try, so the summary does not."""
    from seqclf.layer_types import walk

    spent = duration(outcome.seconds).replace(" ", GLUE)
    lines = [f"Run         {folder}  ({spent})"]
    found = compared = None
    if isinstance(validation := outcome.validation, ClassifierMetrics):
        found = scores_line(config, validation, outcome.baseline)
        compared = paired_line(config, validation, outcome.baseline)
    elif isinstance(validation, LanguageModelMetrics):
        found = ", ".join(f"{words_of(name)} {number_of(name, value)}" for name, value in validation.headline())
    if found is not None:
        lines.append(f"Validation  {found} (epoch{GLUE}{outcome.best_epoch})")
        lines += [] if compared is None else [f"Baseline    {compared}"]
        lines += [] if outcome.mix is None else [f"Logits      {outcome.mix}"]
    elif outcome.best_epoch is None and outcome.status == "interrupted":
        lines.append("Validation  none yet: no epoch was completed")
    lines += _about_the_texts(Run(folder), outcome)
    if Run(folder).saved_model.exists():
        lines.append(f"SavedModel  {folder / 'saved_model'}")
    if Run(folder).report.is_file():
        lines.append(f"Report      {Run(folder).report}")
    if Run(folder).starter.is_file():
        lines.append(f"Config      {Run(folder).starter}  (edit it, then train it: seqclf train FILE)")
    options = runs_argument(runs)
    if outcome.status != FINISHED:  # without --run, commands prefer an older run that is finished
        options += f" --run {shell_word(folder.name)}"
    if any(layer.needs_code for _, layer in walk(config.layers)):
        options += " --allow-code"
    tested = config.data.parts()["test"] not in (None, 0)
    following = [f"seqclf eval{options}"] if tested else []
    if config.task.needs_labels:
        following.append(f'seqclf predict{options} "a text"{_fields(config)}')
    if config.task.continues_texts:
        following.append(f"seqclf generate{options}")
    if config.task.needs_labels:
        following.append(f'seqclf explain{options} "a text"{_fields(config)}  (also: suspects, calibrate, report)')
    following += _of_old_texts(config, options)
    lines += [f"{'' if number else 'Next':<{_MARGIN}}{line}" for number, line in enumerate(following)]
    advice = [] if advised else _advice(config, Run(folder))
    lines += [f"{'' if number else 'To try':<{_MARGIN}}{line}" for number, line in enumerate(advice)]
    return "\n".join(lines)


def _about_the_texts(run: Run, outcome: Outcome) -> Iterator[str]:
    """What a teacher knew of the validation texts, and how many unlabelled texts were read; nothing if the manifest is
    missing or malformed, so that ``train`` succeeds."""
    from seqclf.errors import InputError
    from seqclf.training.unlabelled_read import UNLABELLED_READ, UnlabelledRead

    try:
        manifest = run.manifest
    except InputError:
        return
    known = known_to_teachers(manifest).get("validation")
    if known is not None and outcome.validation is not None:
        yield f"Warning     {known.sentence('validation')}"
    if (read := UnlabelledRead.from_json(manifest.get(UNLABELLED_READ))) is not None:
        yield f"Unlabelled  {read.sentence(outcome.best_epoch)}"


def known_in_folds(folds: Iterable[Run]) -> str | None:
    """A line that says in how many folds teachers knew validation texts; None if in none."""
    found = [one for run in folds if (one := known_to_teachers(run.manifest).get("validation")) is not None]
    return f"Warning     {sentence_of_folds(found, 'validation')}" if found else None


def _of_old_texts(config: Config, options: str) -> list[str]:
    """The command that shows whether a classifier still knows the texts of the one that it started from."""
    from seqclf.config import load_config
    from seqclf.errors import InputError
    from seqclf.training.initialize.old_texts import old_texts, shown

    if config.initialize is None or not config.task.needs_labels:
        return []
    origin = Run(Path(config.initialize.origins[0]))
    try:
        path = old_texts(config, load_config(origin.config))
    except (InputError, OSError):  # the run may have been deleted since
        return []
    if path is None:
        return []
    why = f"(whether it still knows the texts of {origin.name})"
    return [f"seqclf eval{options} --data {shell_word(shown(path))}  {why}"]


def _fields(config: Config) -> str:
    """Options of ``predict`` for the text columns after the first."""
    return "".join(f" --field {shlex.quote(f'{column}=a text')}" for column in config.data.fields[1:])


def show(text: str) -> None:
    """Print a summary; on a terminal, lines wrap between words and continue below their text."""
    say(text, indent=" " * _MARGIN)


def _advice(config: Config, run: Run) -> list[str]:
    """Advice for the next training; none if files of the run are missing or malformed, so that ``train`` succeeds."""
    from seqclf.errors import InputError
    from seqclf.training.advice import TrainingSummary, advice

    try:
        return advice(config, run, TrainingSummary.of(run))
    except (InputError, OSError, ValueError, TypeError):
        return []
