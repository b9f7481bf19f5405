"""The output of ``seqclf eval`` for a language model."""

from __future__ import annotations

from collections.abc import Iterator

from seqclf.cli.console import console
from seqclf.cli.grids import Grid, Report
from seqclf.cli.report_output import print_report
from seqclf.metrics.language_model import LanguageModelMetrics, MeasuredLanguageModel
from seqclf.metrics.scores import number_of, words_of

_WORD_PERPLEXITY, _LARGEST = "word_perplexity", 1e6


def show_language_model(name: str, where: str, measured: MeasuredLanguageModel, *, markdown: bool = False) -> None:
    """Print the scores beside the baseline's on stdout, fitted to its width, or as Markdown."""
    metrics = measured.metrics
    texts = f"{metrics.texts:,} text{'' if metrics.texts == 1 else 's'}"
    amounts = ", ".join(f"{getattr(metrics, what):,} {what}" for what in ("tokens", "words", "characters"))
    report = Report(f"{name} on {where}: {texts}, {amounts}", ["", _grid(measured), "", *_sentences(measured)])
    print_report(console(), report, markdown=markdown)


def _grid(measured: MeasuredLanguageModel) -> Grid:
    """A row for each score: this run, the baseline. Without a word perplexity that says nothing."""
    metrics, unigram = measured.metrics, measured.unigram
    rows = []
    for score in _shown(metrics):
        others = [] if unigram is None else [number_of(score, unigram.value(score))]
        rows.append([words_of(score), number_of(score, metrics.value(score)), *others])
    return Grid(["", "this run", *([] if unigram is None else ["baseline"])], rows)


def _shown(metrics: LanguageModelMetrics) -> list[str]:
    """Texts without white space, such as DNA, are one long word, whose perplexity has more digits than sense."""
    return [score for score in metrics.shown() if score != _WORD_PERPLEXITY or metrics.value(score) < _LARGEST]


def _sentences(measured: MeasuredLanguageModel) -> Iterator[str]:
    """What the table does not say."""
    metrics = measured.metrics
    yield "Smaller is better, for every score."
    if measured.unigram is not None:
        yield "Baseline: every token as probable as it is frequent in the training texts, whatever comes before it."
    if _WORD_PERPLEXITY not in _shown(metrics):
        yield "Word perplexity: left out, because the words are too long for it; --json has it."
    if (share := metrics.unknown_share) is not None:
        easier = "; they may be easy to predict, which makes all scores look better" if metrics.unknown else ""
        yield f"Unknown tokens: {share:.2%} ({metrics.unknown:,} of {metrics.tokens - metrics.texts:,}){easier}."
