"""What ``seqclf ensemble`` prints: the scores of the runs and of the new one, and what to type next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.columns import of_rows, table
from seqclf.cli.console import console
from seqclf.cli.options import runs_argument
from seqclf.cli.wrap import say
from seqclf.files import shell_word
from seqclf.metrics.multi_label import MultiLabelMetrics
from seqclf.metrics.scores import Scores, number_of, words_of
from seqclf.run_members import members_of

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.ensembles.ensemble import Made
    from seqclf.ensembles.measure import Scored

_FIRST = ("accuracy", "micro_f1", "macro_f1", "loss")


def as_values(made: Made, config: Config) -> dict[str, Any]:
    """For JSON. ``config``: that of the first run."""
    best = best_part(made, config)
    members = [one.to_json() for one in members_of(made.run)]
    return {
        "run": made.run.name,
        "folder": str(made.run.folder),
        **({"members": members} if members else {}),
        "left_out": list(made.left_out),
        "weights_chosen_on_validation": made.chose_weights,
        "validation": None if made.whole is None else made.whole.to_json(),
        "runs": [one.to_json() for one in made.parts],
        "baseline": None if made.baseline is None else made.baseline.linear.to_json(),
        "better_alone": None if best is None else best.name,
        "why_not_measured": made.why_not,
    }


def show(made: Made, config: Config, runs: Path, report: Path | None = None) -> None:
    """Print it on stdout, the warnings on stderr. ``report``: the path of that of the new run."""
    if made.whole is not None:
        say(f"{made.whole.metrics.texts:,} validation texts of {config.data.describe('validation')}:")
        out, columns = console(), of_rows(*_rows(made), left=("run",), spare=_spare(made))
        for line in table(columns, out.width if out.is_terminal else None):
            click.echo(line)
        click.echo()
    if (remark := behind_best(made, config, runs)) is not None:
        say(remark, err=True)
    if made.chose_weights:
        say(
            "The weights were chosen on these texts, so the new run's scores on them are too good; seqclf eval "
            "measures it on others"
        )
    if made.left_out:
        say(f"Left out: {', '.join(made.left_out)}")
    name = shell_word(made.run.name)
    say(f"Run     {made.run.folder}")
    if report is not None:
        say(f"Report  {report}")
    without_test = config.data.parts()["test"] is None
    texts = " --data FILE" if made.why_not is not None and without_test else ""
    say(f"Next    seqclf eval{runs_argument(runs)} --run {name}{texts}")
    if made.why_not is not None:
        measures = "measures other texts (the config has no test texts)" if without_test else "measures test texts"
        say(f"note: nothing was measured: {made.why_not}. `seqclf eval{texts}` {measures}", err=True)


def best_part(made: Made, config: Config) -> Scored | None:
    """The best of the runs, if it is better than the new one by the score that compares runs; else None."""
    from seqclf.baseline.comparison import reported_score

    if made.whole is None or not made.parts:
        return None
    name = reported_score(config, multi=isinstance(made.whole.metrics, MultiLabelMetrics))
    best = max(made.parts, key=lambda one: one.metrics.value(name))  # of equal ones, the first
    return best if best.metrics.value(name) > made.whole.metrics.value(name) else None


def behind_best(made: Made, config: Config, runs: Path) -> str | None:
    """A note if the best of the runs is better than the new one, and what to type next; else None."""
    from seqclf.baseline.comparison import reported_score

    best = best_part(made, config)
    if best is None or made.whole is None:
        return None
    whole = made.whole.metrics
    name = reported_score(config, multi=isinstance(whole, MultiLabelMetrics))
    alone, joined = (number_of(name, one.value(name)) for one in (best.metrics, whole))
    said = f"note: {best.name} alone has the higher {words_of(name)}, {alone} against {joined}"
    if whole.loss < best.metrics.loss:
        said += "; the new run has the lower loss"
    test = f"seqclf runs compare{runs_argument(runs)} {shell_word(best.name)} {shell_word(made.run.name)}"
    fewer = "fewer runs may be better"
    if members_of(made.run) and not made.chose_weights:
        fewer = "fewer runs, or --weights validation, may be better"
    return f"{said}. `{test}` tests whether that may be chance; {fewer}"


def _names(made: Made) -> list[str]:
    """The scores that a person sees first, losses last."""
    assert made.whole is not None
    known = made.whole.metrics.monitored()
    return [name for name in _FIRST if name in known]


def _rows(made: Made) -> tuple[list[str], list[list[str]]]:
    """Headings and rows."""
    names, whole = _names(made), made.whole
    assert whole is not None

    def row(title: str, scores: Scores, weight: str = "") -> list[str]:
        return [title, weight, *(number_of(name, scores.value(name)) for name in names)]

    rows = [row(one.name, one.metrics, "-" if one.weight is None else f"{one.weight:.3f}") for one in made.parts]
    rows.append(row(whole.name, whole.metrics))
    if made.baseline is not None:
        rows.append(row("linear baseline", made.baseline.linear))
        rows.append(row("most frequent label", made.baseline.majority))
    return ["run", "weight", *map(words_of, names)], rows


def _spare(made: Made) -> dict[str, int]:
    """On a narrow terminal, columns with larger numbers are left out first."""
    headings: Sequence[str] = [words_of(name) for name in _names(made)[1:]]
    return {heading: place + 1 for place, heading in enumerate(headings)}
