"""``MODEL_CARD.md``: a model's description, scores, limits and usage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from seqclf.config import Config
from seqclf.config.schema import NgramsConfig
from seqclf.labels import Labels
from seqclf.metrics.kinds import scores_type
from seqclf.metrics.measured import Measured
from seqclf.metrics.scores import Scores, words_of

Format = Literal["saved_model", "onnx", "keras"]

_MOST_LABELS = 40


@dataclass(frozen=True)
class About:
    """The contents of a card: a run's config, labels, manifest, and metrics of its validation and test texts.

    Attributes:
        cost: of quantization, in words; None without quantization.
    """

    name: str
    config: Config
    labels: Labels
    manifest: dict[str, Any]
    metrics: Mapping[str, Measured]
    cost: str | None = None


def model_card(about: About, form: Format) -> str:
    """The card, as Markdown."""
    parts = [_head(about, form), _labels(about), _metrics(about), _limits(about), _call(about, form)]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _head(about: About, form: Format) -> Iterator[str]:
    config, manifest = about.config, about.manifest
    kinds = " - ".join(layer.short_name for layer in (*config.layers, *config.head))
    versions = ", ".join(f"{name} {version}" for name, version in manifest.get("versions", {}).items())
    kept = f", epoch {manifest['best_epoch']} kept" if manifest.get("best_epoch") else ""
    yield f"# {about.name}"
    yield ""
    what = f"{'any number of' if about.labels.multi else 'one of'} {len(about.labels)} labels"
    yield f"A text classifier: it assigns {what} to a text. Trained with seqclf, saved as {_NAMES[form]}."
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| training texts | {manifest['data']} |"
    yield f"| their fingerprint | `{manifest.get('data_fingerprint', {}).get('train', 'unknown')}` |"
    yield f"| tokenizer | {config.tokenizer.type} |"
    yield f"| layers | {f'{config.embedding.dim} wide embedding - {kinds}' if config.layers else 'none'} |"
    if config.ngrams is not None:
        yield f"| n-grams | {_ngrams(config.ngrams, about)} |"
    yield f"| parameters | {manifest.get('parameters', 0):,} |"
    epochs = f"{manifest.get('epochs', 'unknown')} epochs{kept}"
    yield f"| trained | {str(manifest['started'])[:10]}, {epochs}, seed {manifest['seed']} |"
    yield f"| with | {versions} |"
    if about.cost is not None:
        yield f"| quantized to 8 bits | {about.cost} |"


def _ngrams(ngrams: NgramsConfig, about: About) -> str:
    weights, parameters = ngrams.buckets * about.labels.units, about.manifest.get("parameters")
    share = f" ({weights / parameters:.1%} of the parameters)" if parameters else ""
    orders = ", ".join(map(str, ngrams.orders))
    return f"a linear model of n-grams of {orders} tokens, in {ngrams.buckets:,} buckets: {weights:,} weights{share}"


def _labels(about: About) -> Iterator[str]:
    yield "## Labels"
    yield ""
    shown = ", ".join(f"`{label}`" for label in about.labels[:_MOST_LABELS])
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
        yield from _rows(split, measured, names)
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
        yield f"| {label} | {row.precision:.3f} | {row.recall:.3f} | {row.f1:.3f} | {row.support:,} |"


def _rows(split: str, measured: Measured, names: Sequence[str]) -> Iterator[str]:
    """The scores ``names`` of the model and of the baseline."""

    def row(what: str, texts: int, scores: Scores) -> str:
        return f"| {what} | {texts:,} | {' | '.join(f'{scores.value(name):.4f}' for name in names)} |"

    yield row(f"{split} ({measured.data})", measured.metrics.texts, measured.metrics)
    if (baseline := measured.baseline) is not None:
        yield row(f"{split}, a linear model (TF-IDF, logistic regression)", baseline.texts, baseline.linear)
        yield row(f"{split}, the majority class", baseline.texts, baseline.majority)


def _limits(about: About) -> Iterator[str]:
    tokenizer = about.config.tokenizer
    cut = {"head": "the first are dropped", "tail": "the last are dropped", "middle": "the middle is dropped"}
    yield "## Limits"
    yield ""
    yield f"- It reads {tokenizer.max_tokens:,} tokens of a text; of a longer one {cut[tokenizer.truncate]}."
    if about.labels.multi:
        yield "- A text gets every label whose probability exceeds its threshold. It may get none."
    else:
        yield "- Every text gets one of the labels, even if none of them fits; check the probability."
    yield "- It may fail on texts of another kind, language or time than its training texts: evaluate it there first."
    yield "- The model may reproduce the biases of its training texts."


def _call(about: About, form: Format) -> Iterator[str]:
    yield "## How to call it"
    yield ""
    yield from {"saved_model": _saved_model, "onnx": _onnx, "keras": _keras}[form](about)


def _saved_model(about: About) -> Iterator[str]:
    answer = "decisions" if about.labels.multi else "label"
    yield from _code(
        "Python, with TensorFlow alone:",
        "python",
        "import tensorflow as tf",
        "",
        'model = tf.saved_model.load(".")  # this folder',
        'answer = model.signatures["serving_default"](text=tf.constant(["a text", "another one"]))',
        f'print(answer["{answer}"].numpy(), answer["probabilities"].numpy())',
    )
    yield from _code(
        "curl, from TensorFlow Serving (this folder as `/models/classifier/1`):",
        "sh",
        "tensorflow_model_server --rest_api_port=8501 --model_name=classifier --model_base_path=/models/classifier &",
        'curl -d \'{"instances": ["a text", "another one"]}\' localhost:8501/v1/models/classifier:predict',
    )
    yield from _code(
        "C++, with TensorFlow's library:",
        "cpp",
        "tensorflow::SavedModelBundleLite model;",
        'TF_CHECK_OK(tensorflow::LoadSavedModel({}, {}, "path/of/this/folder", {"serve"}, &model));',
        'const auto& signature = model.GetSignatures().at("serving_default");',
        "tensorflow::Tensor text(tensorflow::DT_STRING, {1});",
        'text.vec<tensorflow::tstring>()(0) = "a text";',
        "std::vector<tensorflow::Tensor> answer;",
        'TF_CHECK_OK(model.GetSession()->Run({{signature.inputs().at("text").name(), text}},',
        '                                    {signature.outputs().at("probabilities").name()}, {}, &answer));',
    )


def _onnx(about: About) -> Iterator[str]:
    yield from _code(
        "Python, without TensorFlow (`model.onnx` and `tokenizer/` of this folder):",
        "python",
        "from seqclf.inference import Classifier",
        "",
        'classifier = Classifier.load(".")',
        'print(classifier.predict(["a text", "another one"]))',
    )
    yield from _code(
        "A shell:",
        "sh",
        'seqclf predict --run . "a text"',
    )
    yield from _code(
        "C++, with ONNX Runtime, from token ids (padded right with 0; `tokenizer/` says how texts become ids):",
        "cpp",
        "Ort::Env env;",
        'Ort::Session session(env, "model.onnx", Ort::SessionOptions{});',
        "std::vector<int32_t> token_ids = {5, 7, 3};",
        "std::vector<int64_t> shape = {1, 3};  // [batch, time]",
        "auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);",
        "auto input = Ort::Value::CreateTensor<int32_t>(memory, token_ids.data(), 3, shape.data(), 2);",
        'const char* inputs[] = {"token_ids"};',
        'const char* outputs[] = {"probabilities"};  // float [batch, labels]',
        "auto answer = session.Run(Ort::RunOptions{}, inputs, &input, 1, outputs, 1);",
    )


def _keras(about: About) -> Iterator[str]:
    yield from _code(
        "Python, with Keras and seqclf's tokenizer:",
        "python",
        "from pathlib import Path",
        "",
        "import keras",
        "import numpy as np",
        "import seqclf.model  # registers its layers",
        "from seqclf.text.kinds import load_tokenizer",
        "",
        'tokenizer = load_tokenizer(Path("tokenizer"))',
        'model = keras.models.load_model("model.keras", compile=False)',
        'token_ids = np.array([tokenizer.encode("a text")], "int32")  # [batch, time], padded right with 0',
        "print(model(token_ids).numpy())",
    )


def _code(title: str, language: str, *lines: str) -> Iterator[str]:
    yield from (title, "", f"```{language}", *lines, "```", "")


_NAMES: dict[str, str] = {
    "saved_model": "a TensorFlow SavedModel that takes raw text",
    "onnx": "an ONNX model with its tokenizer",
    "keras": "a Keras model with its tokenizer",
}
