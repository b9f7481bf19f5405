"""``README.md`` of a model on a hub: a card after a block of metadata that the hub reads."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from seqclf.export.card import About, description
from seqclf.export.card_calls import Format, code, field_options, how_to_call
from seqclf.export.card_data import named
from seqclf.export.language_model_calls import how_to_call as how_to_call_language_model
from seqclf.export.language_model_card import MeasuredTexts, language_model_description
from seqclf.metrics.scores import words_of

HUB_CARD = "README.md"
_WHERE: dict[Format, str] = {
    "onnx": "With the files of this repository: `model.onnx`",
    "keras": "With the files of this repository: `model.keras`",
    "saved_model": "With the folder `saved_model` of this repository",
}
_OF_HUB = {"accuracy": "accuracy", "macro_f1": "f1", "micro_f1": "f1", "loss": "loss", "perplexity": "perplexity"}
"""The hub's names of the scores that it knows."""


@dataclass(frozen=True)
class Given:
    """What only the user knows of a model; all of it may be missing.

    Attributes:
        name: of the model on the hub, as ``--run`` takes it.
        license: the hub's identifier, such as ``apache-2.0``.
        languages: codes of the texts' languages, such as ``en``.
        datasets: the hub's names of the training data.
    """

    name: str
    license: str | None = None
    languages: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()


def hub_card(
    about: About, forms: Sequence[Format], given: Given, texts: Mapping[str, MeasuredTexts] | None = None
) -> str:
    """The card with its metadata, as Markdown.

    Args:
        texts: metrics of a language model by split; None: the model is a classifier.
    """
    about = replace(about, languages=given.languages)
    if texts is None:
        sections = description(about, forms[0])
        scores = {split: (one.data, dict(one.metrics.headline())) for split, one in about.metrics.items()}
    else:
        sections = language_model_description(about, forms[0], texts)
        scores = {split: (one.data, dict(one.metrics.headline())) for split, one in texts.items()}
    metadata = _metadata(about, given, scores.get("test"), labels=texts is None)
    calls = _calls(about, forms, given.name, labels=texts is None)
    body = "\n\n".join("\n".join(lines) for lines in (*sections, calls))
    return f"---\n{metadata}\n---\n\n{body}\n"


def _metadata(about: About, given: Given, test: tuple[str, dict[str, float]] | None, *, labels: bool) -> str:
    """The metadata as YAML; ``test``: the source of the test texts and the scores on them."""
    from huggingface_hub import EvalResult, ModelCardData

    task = "text-classification" if labels else "text-generation"
    of_hub: list[EvalResult] = []
    if test is not None:
        of_hub = [
            EvalResult(
                task_type=task,
                dataset_type=next(iter(given.datasets), named(test[0])),
                dataset_name=named(test[0]),
                dataset_split="test",
                metric_type=_OF_HUB.get(name, name),
                metric_name=words_of(name),
                metric_value=round(value, 6),
            )
            for name, value in test[1].items()
        ]
    more: dict[str, Any] = {
        "language": list(given.languages) or None,
        "license": given.license,
        "datasets": list(given.datasets) or None,
        "metrics": list(dict.fromkeys(one.metric_type for one in of_hub)) or None,
        "eval_results": of_hub or None,
    }
    data = ModelCardData(
        model_name=about.name, library_name="seqclf", pipeline_tag=task, tags=list(_tags(about, labels=labels)), **more
    )
    if not of_hub:
        data.model_name = None  # only part of the results
    return str(data.to_yaml(line_break="\n"))


def _tags(about: About, *, labels: bool) -> Iterator[str]:
    yield "seqclf"
    yield "text-classification" if labels else "language-model"
    if about.labels.multi:
        yield "multi-label"
    kinds = {str(layer.type) for config in about.configs for layer in config.layers}
    yield from (kind for kind in ("lstm", "gru", "simple_rnn") if kind in kinds)
    if any(config.ngrams is not None for config in about.configs):
        yield "n-grams"
    if about.ensemble is not None:
        yield "ensemble"


def _calls(about: About, forms: Sequence[Format], name: str, *, labels: bool) -> Iterator[str]:
    data = about.config.data
    fields, extra = data.fields, data.columns().extra
    yield "## How to call it"
    yield ""
    values = field_options(dict.fromkeys(fields[1:], "a text"))
    what = "predict" if labels else "predict --score"
    commands = [f"seqclf {what} --run {shlex.quote(name)} 'a text'{values}"]
    if not labels:
        commands.insert(0, f"seqclf generate --run {shlex.quote(name)}")
    yield from code("A shell, with seqclf, which downloads the model:", "sh", *commands)
    kind = "Classifier" if labels else "Scorer"
    call = _python_call(fields, labels=labels)
    yield from code(
        "Python:",
        "python",
        f"from seqclf.inference import {kind}",
        "",
        f"print({kind}.load({json.dumps(name)}).{call})",
    )
    for form in forms:
        yield from (f"### {_WHERE[form]}", "")
        if labels:
            yield from how_to_call(fields, form, multi=about.labels.multi, extra=extra)
        else:
            yield from _of_language_model(about, form)


def _of_language_model(about: About, form: Format) -> Iterable[str]:
    from seqclf.config.schema import LanguageModelTask

    task = about.config.task
    assert isinstance(task, LanguageModelTask)
    return how_to_call_language_model(about.config.data.fields, form, continues=task.continues_texts)


def _python_call(fields: Sequence[str], *, labels: bool) -> str:
    text = json.dumps(dict.fromkeys(fields, "a text") if fields else "a text", ensure_ascii=False)
    return f"predict([{text}])" if labels else f"score({text})"
