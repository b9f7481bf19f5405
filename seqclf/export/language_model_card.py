"""``MODEL_CARD.md`` of a language model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from seqclf.config.schema import LanguageModelTask
from seqclf.export.card import NAMES, About, as_markdown, training_table
from seqclf.export.card_calls import Format
from seqclf.export.card_data import cell, named, training_data
from seqclf.export.card_limits import given_languages
from seqclf.export.language_model_calls import how_to_call
from seqclf.labels import on_one_line
from seqclf.metrics.language_model import LanguageModelMetrics, LanguageModelScores
from seqclf.metrics.scores import number_of, words_of


@dataclass(frozen=True)
class MeasuredTexts:
    """The metrics of a split, and the source of its texts in words."""

    data: str
    metrics: LanguageModelMetrics


def language_model_card(
    about: About, form: Format, measured: Mapping[str, MeasuredTexts], *, tokens: int | None = None
) -> str:
    """The card, as Markdown.

    Args:
        measured: metrics by split, instead of those of ``about``.
        tokens: maximum number of tokens of a text that a SavedModel generates.
    """
    return as_markdown(*language_model_description(about, form, measured, tokens=tokens), _call(about, form))


def language_model_description(
    about: About, form: Format, measured: Mapping[str, MeasuredTexts], *, tokens: int | None = None
) -> tuple[Iterable[str], ...]:
    """The card without how to call the model: the lines of each section."""
    data = training_data(about.configs, about.manifest, None)
    return _head(about, form), data, _metrics(about, measured), _limits(about, form, tokens)


def _task(about: About) -> LanguageModelTask:
    assert isinstance(about.config.task, LanguageModelTask)
    return about.config.task


def _head(about: About, form: Format) -> Iterator[str]:
    task = _task(about)
    does = "it continues a text, token by token, and scores texts"
    if not task.continues_texts:
        does = "it reads texts from their ends, and scores them"
    yield f"# {about.name}"
    yield ""
    yield f"A language model: {does}. Trained with seqclf, saved as {NAMES[form]}."
    yield ""
    yield from training_table(about)


def _metrics(about: About, measured: Mapping[str, MeasuredTexts]) -> Iterator[str]:
    yield "## Measured"
    yield ""
    if not measured:
        yield "Nothing: `seqclf eval` measures a run on its test texts."
        return
    names = LanguageModelScores.shown()
    yield f"| texts | number | tokens | {' | '.join(map(words_of, names))} |"
    yield "|---|---|---|" + "---|" * len(names)
    for split, one in measured.items():
        values = " | ".join(number_of(name, one.metrics.value(name)) for name in names)
        yield f"| {split} ({cell(named(one.data))}) | {one.metrics.texts:,} | {one.metrics.tokens:,} | {values} |"
    yield ""
    yield "Smaller is better. The end of a text counts as a token, a word and a character."
    if about.cost is not None:
        yield ""
        yield "Before the weights were quantized."
    if "test" not in measured:
        yield ""
        yield "The epoch was chosen on the validation texts: new texts may surprise the model a little more."


def _limits(about: About, form: Format, tokens: int | None) -> Iterator[str]:
    yield "## Limits"
    yield ""
    if fields := about.config.data.fields:
        columns = ", ".join(f"`{on_one_line(name, None)}`" for name in fields)
        yield f"- A text is the values of {len(fields)} columns: {columns}."
    if _task(about).continues_texts:
        if form == "saved_model" and tokens is not None:
            yield f"- A text that it generates has at most {tokens:,} tokens after its beginning."
        yield "- It writes what is probable after its training texts, not what is true."
        yield "- It may repeat passages of its training texts, with the names and facts in them."
    yield from given_languages(about.languages)
    yield "- Texts of another kind, language or time than its training texts surprise it: evaluate it there first."
    yield "- The model may reproduce the biases of its training texts."


def _call(about: About, form: Format) -> Iterator[str]:
    yield "## How to call it"
    yield ""
    yield from how_to_call(about.config.data.fields, form, continues=_task(about).continues_texts)
