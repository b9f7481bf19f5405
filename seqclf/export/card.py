"""``MODEL_CARD.md``: a model's description, scores, limits and usage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from seqclf.config import Config
from seqclf.config.schema import NgramsConfig
from seqclf.ensemble_recipe import Ensemble
from seqclf.export.card_calls import Format, how_to_call
from seqclf.export.card_data import cell, interval_of, known_texts, named, seen_texts, training_data
from seqclf.export.card_limits import MeasuredLimits, given_languages, measured_limits
from seqclf.labels import MOST_SHOWN, Labels, on_one_line
from seqclf.metrics.kinds import scores_type
from seqclf.metrics.measured import Measured
from seqclf.metrics.scores import UNDEFINED, Scores, words_of
from seqclf.run_calibration import RunCalibration
from seqclf.run_members import SOUP

_MOST_LABELS = 40


@dataclass(frozen=True)
class About:
    """The contents of a card: a run's config, labels, manifest, and metrics of its validation and test texts.

    Attributes:
        cost: of quantization, in words; None without quantization.
        shares: of the training texts, by label; None: unknown, or no labels.
        calibration: of the run; None: it is not calibrated.
        ensemble: how the model is made of several, ``config`` being that of the first; None: it is a single one.
        limits: what measured texts say of its limits; None: unknown.
        languages: codes of the texts' languages, as the user named them.
    """

    name: str
    config: Config
    labels: Labels
    manifest: dict[str, Any]
    metrics: Mapping[str, Measured]
    cost: str | None = None
    shares: Mapping[str, float] | None = None
    calibration: RunCalibration | None = None
    ensemble: Ensemble | None = None
    limits: MeasuredLimits | None = None
    languages: Sequence[str] = ()

    @property
    def configs(self) -> list[Config]:
        """The configs of the models that this one is made of."""
        return [self.config] if self.ensemble is None else [one.config for one in self.ensemble.members]


def model_card(about: About, form: Format) -> str:
    """The card, as Markdown."""
    return as_markdown(*description(about, form), _call(about, form))


def description(about: About, form: Format) -> tuple[Iterable[str], ...]:
    """The card without how to call the model: the lines of each section."""
    data = training_data(about.configs, about.manifest, about.shares)
    return _head(about, form), _labels(about), data, _metrics(about), _limits(about)


def as_markdown(*sections: Iterable[str]) -> str:
    """Sections of a card, each given as its lines."""
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _head(about: About, form: Format) -> Iterator[str]:
    yield f"# {about.name}"
    yield ""
    what = f"{'any number of' if about.labels.multi else 'one of'} {len(about.labels)} labels"
    yield f"A text classifier: it assigns {what} to a text. Trained with seqclf, saved as {NAMES[form]}."
    yield ""
    yield from training_table(about)


def training_table(about: About) -> Iterator[str]:
    """A table of what the model is, and how it was trained."""
    config, manifest = about.config, about.manifest
    versions = ", ".join(f"{name} {version}" for name, version in manifest.get("versions", {}).items())
    kept = f", epoch {manifest['best_epoch']} kept" if manifest.get("best_epoch") else ""
    yield "| | |"
    yield "|---|---|"
    yield f"| training texts | {_training_texts(manifest.get('training_texts'), cell(named(manifest['data'])))} |"
    yield f"| their fingerprint | `{manifest.get('data_fingerprint', {}).get('train', 'unknown')}` |"
    yield f"| tokenizer | {config.tokenizer.type} |"
    yield from _network(about)
    yield f"| parameters | {manifest.get('parameters', 0):,} |"
    day = str(manifest["started"])[:10]
    if about.ensemble is None and SOUP not in manifest:
        yield f"| trained | {day}, {manifest.get('epochs', 'unknown')} epochs{kept}, seed {manifest['seed']} |"
    else:
        yield f"| made | {day} |"
    yield f"| with | {versions} |"
    if about.cost is not None:
        yield f"| quantized to 8 bits | {about.cost} |"


def _network(about: About) -> Iterator[str]:
    """Rows about the layers; of an ensemble, one for each member."""
    if about.ensemble is not None:
        members = about.ensemble.members
        yield f"| model | an ensemble: the mean of the probabilities of {len(members)} models |"
        for place, one in enumerate(members):
            built = _layers(one.config) + (" and n-grams" if one.config.ngrams is not None else "")
            yield f"| model {place + 1} | weight {one.weight:.3f}, seed {one.config.seed}: {built} |"
        return
    if isinstance(soup := about.manifest.get(SOUP), dict):
        yield f"| model | the mean of the weights of {len(soup.get('runs') or ())} models |"
    yield f"| layers | {_layers(about.config)} |"
    if about.config.ngrams is not None:
        yield f"| n-grams | {_ngrams(about.config.ngrams, about)} |"


def _layers(config: Config) -> str:
    if not config.layers:
        return "none"
    kinds = " - ".join(layer.short_name for layer in (*config.layers, *config.head))
    return f"{config.embedding.dim} wide embedding - {kinds}"


def _training_texts(number: int | None, data: str) -> str:
    """``number``: of the texts that the model was trained on; a run of an earlier version lacks it."""
    if number is None:
        return data
    return f"{data}, as one text" if number == 1 else f"{number:,} of {data}"


def _ngrams(ngrams: NgramsConfig, about: About) -> str:
    weights, parameters = ngrams.buckets * about.labels.units, about.manifest.get("parameters")
    share = f" ({weights / parameters:.1%} of the parameters)" if parameters else ""
    orders = ", ".join(map(str, ngrams.orders))
    return f"a linear model of n-grams of {orders} tokens, in {ngrams.buckets:,} buckets: {weights:,} weights{share}"


def _labels(about: About) -> Iterator[str]:
    yield "## Labels"
    yield ""
    shown = ", ".join(f"`{on_one_line(label)}`" for label in about.labels[:_MOST_LABELS])
    more = len(about.labels) - _MOST_LABELS
    yield shown + (f" and {more} more" if more > 0 else "")


def _metrics(about: About) -> Iterator[str]:
    yield "## Measured"
    yield ""
    splits = about.metrics
    if not splits:
        yield "Nothing: `seqclf eval` measures a run on its test texts."
        return
    kind = scores_type(about.labels.multi)
    names = sorted(kind.monitored(), key=kind.is_loss)  # losses last
    yield f"| texts | number | {' | '.join(map(words_of, names))} |"
    yield "|---|---|" + "---|" * len(names)
    for split, measured in splits.items():
        yield from _rows(about, split, measured, names)
    if any(interval_of(measured, "accuracy") for measured in splits.values()):
        yield ""
        yield "In brackets: 95 % intervals, of the accuracy by Wilson (1927), of F1 by the bootstrap over texts."
    yield from seen_texts(splits)
    yield from known_texts(splits, about.manifest)
    if any(measured.metrics.weight is not None for measured in splits.values()):
        yield ""
        yield "The scores weigh each text by its weight in the data; texts of weight 0 are left out."
    if about.cost is not None:
        yield ""
        yield "Before the weights were quantized."
    if (about.manifest.get("ngrams") or {}).get("refit") and "validation" in splits:
        yield ""
        yield "After the validation, the n-grams were fitted to the validation texts as well."
    if "test" not in splits:
        yield ""
        yield "The epoch was chosen on the validation texts: expect slightly lower scores on new ones."
    yield ""
    yield "| label | precision | recall | F1 | texts |"
    yield "|---|---|---|---|---|"
    best = splits["test"] if "test" in splits else splits["validation"]
    for label, row in list(best.metrics.labels.items())[:_MOST_LABELS]:
        scores = (UNDEFINED if score is None else f"{score:.3f}" for score in (row.precision, row.recall, row.f1))
        yield f"| {cell(label, MOST_SHOWN)} | {' | '.join(scores)} | {row.support:,} |"
    if (more := len(best.metrics.labels) - _MOST_LABELS) > 0:
        yield f"| and {more:,} more | | | | |"


def _rows(about: About, split: str, measured: Measured, names: Sequence[str]) -> Iterator[str]:
    """The scores ``names`` of the model and of the baseline."""

    def row(what: str, texts: int, scores: Scores, intervals: Sequence[str] = ()) -> str:
        values = (
            f"{scores.value(name):.4f}{interval}" for name, interval in zip_longest(names, intervals, fillvalue="")
        )
        return f"| {what} | {texts:,} | {' | '.join(values)} |"

    intervals = [interval_of(measured, name) for name in names]
    yield row(f"{split} ({cell(named(measured.data))})", measured.metrics.texts, measured.metrics, intervals)
    if (baseline := measured.baseline) is not None:
        of_what = " of the text alone" if about.config.data.columns().extra else ""
        yield row(f"{split}, a linear model{of_what} (TF-IDF, logistic regression)", baseline.texts, baseline.linear)
        yield row(f"{split}, the majority class", baseline.texts, baseline.majority)


def _limits(about: About) -> Iterator[str]:
    tokenizer = about.config.tokenizer
    cut = {"head": "the first are dropped", "tail": "the last are dropped", "middle": "the middle is dropped"}
    yield "## Limits"
    yield ""
    if fields := about.config.data.fields:
        named = ", ".join(f"`{on_one_line(name, None)}`" for name in fields)
        yield f"- A text is the values of {len(fields)} columns: {named}."
        yield (
            f"- It reads {tokenizer.max_tokens:,} tokens of a text, which its columns share: short columns are read "
            f"whole; of a longer one {cut[tokenizer.truncate]}."
        )
    else:
        yield f"- It reads {tokenizer.max_tokens:,} tokens of a text; of a longer one {cut[tokenizer.truncate]}."
    if extra := about.config.data.columns().extra:
        named = ", ".join(f"`{on_one_line(name, None)}` ({kind})" for name, kind in extra.items())
        yield f"- It also reads columns beside the text: {named}. It answers a text alone as one without their values."
    if about.labels.multi:
        yield "- A text gets every label whose probability exceeds its threshold. It may get none."
    elif about.calibration is not None and (chosen := about.calibration.abstention) is not None and chosen.below:
        yield "- A text gets one of the labels, even if none of them fits, or no label if the confidence is too low."
    else:
        yield "- Every text gets one of the labels, even if none of them fits; check the probability."
    yield from measured_limits(about.limits, quantized=about.cost is not None)
    yield "- Its scores are those of texts from the same source as its training texts."
    yield from _calibration(about)
    yield from given_languages(about.languages)
    yield "- It may fail on texts of another kind, language or time than its training texts: evaluate it there first."
    yield "- The model may reproduce the biases of its training texts."
    yield "- Nobody has checked it for decisions about people: measure it on each group first."


def _calibration(about: About) -> Iterator[str]:
    """What the probabilities of a calibrated run are good for."""
    calibration = about.calibration
    if calibration is None:
        yield "- The probabilities are the model's own: it may be more certain than it is right."
        return
    yield f"- The probabilities are calibrated: temperature scaling on {calibration.texts:,} validation texts."
    if (abstention := calibration.abstention) is not None and abstention.below:
        meaning = ""
        if about.labels.multi:
            meaning = " (the probability that exactly the predicted labels are right, as if labels were independent)"
        yield (
            f"- Below a confidence of {abstention.below:.4g}{meaning}, seqclf gives no label. "
            f"{100 * abstention.coverage:.1f} % of the validation texts are answered, and "
            f"{100 * abstention.error:.1f} % of the answers are wrong. A SavedModel answers all texts."
        )


def _call(about: About, form: Format) -> Iterator[str]:
    yield "## How to call it"
    yield ""
    data = about.config.data
    yield from how_to_call(data.fields, form, multi=about.labels.multi, extra=data.columns().extra)


NAMES: dict[str, str] = {
    "saved_model": "a TensorFlow SavedModel that takes raw text",
    "onnx": "an ONNX model with its tokenizer",
    "keras": "a Keras model with its tokenizer",
}
