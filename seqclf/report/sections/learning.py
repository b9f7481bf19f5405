"""Learning curves and the learning rate."""

from __future__ import annotations

from seqclf.metrics.monitors import PREFIX
from seqclf.metrics.scores import number_of, words_of
from seqclf.quantities import duration
from seqclf.report.facts import Facts
from seqclf.report.figures.curves import Line, learning_rate, over_epochs
from seqclf.report.numbers import number_in
from seqclf.report.section import Section
from seqclf.report.verdict import main_score

_MOST_CURVES = 4
_LOSS = "loss"


def learning(facts: Facts) -> Section | None:
    """None before the end of the first epoch, without a window of steps."""
    history = facts.history
    best = number_in(facts.manifest, "best_epoch")
    if all(one.number != best for one in history.epochs):
        best = None
    of_scores = "perplexity" if facts.is_language_model else "score"
    about_scores = f"{of_scores[:1].upper()}{of_scores[1:]} of each epoch."
    rates = {rate for _, rate in history.rates}
    constant = rates.pop() if len(rates) == 1 and len(history.rates) > 1 else None
    lines = [
        Line("steps", history.windows, 1, faint=True),
        Line("training", history.curve(_LOSS), 1),
        Line("validation", history.curve(f"{PREFIX}{_LOSS}"), 2),
    ]
    dotted = " Dotted: the epoch whose weights were kept." if best is not None else ""
    figures = [
        over_epochs("loss", lines, f"Loss. Thin: windows of steps.{dotted}", y="loss", best=best),
        over_epochs(
            "scores", _scores(facts), f"{about_scores}{dotted}{_about_baseline(facts)}",
            y=of_scores, best=best, baseline=_baseline(facts),
        ),
        None if constant is not None else learning_rate(history.rates),
    ]  # fmt: skip
    shown = [figure for figure in figures if figure is not None]
    notes = [] if constant is None else [f"The learning rate of the optimizer was {constant:.3g} throughout."]
    if not shown and not notes:
        return None
    names = [name for name in _epoch_scores(facts) if history.curve(name)]
    rows = [
        (
            f"{one.number:,}",
            [number_of(name, one.scores.get(name)) for name in names],
            "" if one.seconds is None else duration(one.seconds),
            "yes" if one.best else "",
        )
        for one in history.epochs
    ]
    heads = [_name_of(name) for name in names]
    values = {"figures": shown, "heads": heads, "rows": rows, "notes": notes}
    return Section("learning", "Learning curves", "learning", values)


def _epoch_scores(facts: Facts) -> list[str]:
    trained = [_LOSS, "perplexity" if facts.is_language_model else "accuracy"]
    return [*trained, *(f"{PREFIX}{name}" for name in facts.history.validated)]


def _name_of(name: str) -> str:
    if name.startswith(PREFIX):
        return f"validation {words_of(name.removeprefix(PREFIX))}"
    return f"training {words_of(name)}"


def _scores(facts: Facts) -> list[Line]:
    """Curves of the validation scores; of a language model its perplexities."""
    if facts.is_language_model:
        return [
            Line("training", facts.history.curve("perplexity"), 1),
            Line("validation", facts.history.curve(f"{PREFIX}perplexity"), 2),
        ]
    names = [name for name in facts.history.validated if not name.endswith(_LOSS)][:_MOST_CURVES]
    lines = [
        Line(f"validation {words_of(name)}", facts.history.curve(f"{PREFIX}{name}"), place, dashed=place > 2)
        for place, name in enumerate(names, 2)
    ]
    return [Line("training accuracy", facts.history.curve("accuracy"), 1), *lines]


def _baseline(facts: Facts) -> float | None:
    """The score of the linear model on the validation texts."""
    measured = facts.measured.get("validation")
    if measured is None or measured.baseline is None:
        return None
    return measured.baseline.linear.value(main_score(facts.config, measured.metrics))


def _about_baseline(facts: Facts) -> str:
    measured = facts.measured.get("validation")
    if measured is None or measured.baseline is None:
        return ""
    return f" Dash-dotted: {words_of(main_score(facts.config, measured.metrics))} of the linear model."
