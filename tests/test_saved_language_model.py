"""The SavedModel of a language model: the texts of ``seqclf generate``, and scores, from TensorFlow alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
from language_models import lm_config
from learnt_tokenizers import learn_tokenizer

from seqclf.config import Config, checked_config
from seqclf.export.onnx_language_model import export_onnx_language_model
from seqclf.generation import Generator
from seqclf.model.language_model import build_language_model
from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.tokenizer import Tokenizer

TEXTS = ["the film's plot is good, not bad.", 'a "new" film\nand the old one; é 日本', "no no no - 10,000 - 3.5 (yes)"]
WORDS = {"vocab_size": 200, "min_frequency": 1, "lowercase": False}
PROMPTS = [
    "",
    " \n",
    "the film",
    "the film ",
    "the fil",
    'a "new',
    "no \x1f no",
    "日 ",
    "3.",
    "zzz",
    "zzz ",
    "(no zzz no",
]
TOKENS = 12
WIDTH = 8

# Loads a SavedModel where nothing but TensorFlow (and what TensorFlow itself needs) can be imported.
ALONE = """
import gc, importlib.abc, json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in OTHERS:
            raise ImportError(name)
OTHERS = {"seqclf", "tokenizers", "tensorflow_text", "tensorflow_datasets", "pydantic", "yaml"}
OTHERS |= {"sklearn", "matplotlib", "pandas"}
sys.meta_path.insert(0, Refuse())
gc.disable()
import tensorflow as tf
asked = json.load(sys.stdin)
model = tf.saved_model.load(asked["path"])
texts = tf.constant([bytes.fromhex(text) for text in asked["texts"]], tf.string)
options = {"temperature": tf.constant([1.5]), "seed": tf.constant([7], tf.int64)}
options |= {"top_k": tf.constant([0]), "top_p": tf.constant([1.0])}
answers = [
    model.signatures["serving_default"](text=texts)["text"],
    model.signatures["sample"](text=texts, **options)["text"],
    model.sample(texts, temperature=tf.constant([1.5]), seed=tf.constant([7], tf.int64))["text"],
]
print(json.dumps({
    "texts": [[text.decode("utf-8") for text in answer.numpy()] for answer in answers],
    "sum": model.signatures["score"](text=texts)["sum"].numpy().tolist(),
}))
"""


class Example(NamedTuple):
    """A model with weights that are large enough to reveal mistakes."""

    config: Config
    tokenizer: Tokenizer
    model: keras.Model


def _example(tokenizer: Tokenizer, layer: str = "gru", **task: Any) -> Example:
    layers = [{"type": layer, "units": WIDTH}]
    config = checked_config(lm_config(data={"source": "sample"}, layers=layers, embedding__dim=WIDTH, task=task))
    model = build_language_model(config, tokenizer.vocabulary_size + 1)
    draw = np.random.default_rng(5)
    model.set_weights([draw.normal(0, 0.9, weight.shape) for weight in model.get_weights()])
    return Example(config, tokenizer, model)


_TOKENIZERS = {
    "subword": learn_tokenizer(TEXTS, **WORDS | {"vocab_size": 60}, line_breaks=True),
    "char": learn_tokenizer(TEXTS, type="char", **WORDS),
    "bytes in fields": FieldTokenizer(learn_tokenizer([], type="byte"), ["title", "body"]),
}


@pytest.fixture(scope="module")
def made() -> Callable[[str], tuple[Example, Any]]:
    """The example with a tokenizer, and the module that is exported, whose graphs are traced once."""
    from seqclf.export.saved_language_model import SavedLanguageModel

    @cache
    def one(tokenizer: str) -> tuple[Example, Any]:
        example = _example(_TOKENIZERS[tokenizer], "lstm" if tokenizer == "char" else "gru")
        return example, SavedLanguageModel(example.model, example.config, example.tokenizer, TOKENS)

    return one


@pytest.fixture(scope="module", params=_TOKENIZERS)
def pair(request: pytest.FixtureRequest, made: Callable[[str], tuple[Example, Any]]) -> tuple[Example, Any]:
    return made(request.param)


@pytest.fixture(scope="module")
def example(pair: tuple[Example, Any]) -> Example:
    return pair[0]


@pytest.fixture(scope="module")
def module(pair: tuple[Example, Any]) -> Any:
    return pair[1]


def _texts(answer: Any) -> list[str]:
    return [text.decode("utf-8") for text in answer["text"].numpy()]


def _sample(module: Any, texts: Sequence[str], **options: Any) -> list[str]:
    import tensorflow as tf

    types = {"seed": tf.int64, "top_k": tf.int32}
    given = {name: tf.constant([value], types.get(name, tf.float32)) for name, value in options.items()}
    return _texts(module.sample(tf.constant(texts, tf.string), **given))


def _expected(example: Example, folder: Path) -> list[str]:
    """The texts of ``seqclf generate --temperature 0``."""
    export_onnx_language_model(example.model, example.config, folder / "model.onnx")
    example.tokenizer.save(folder / "tokenizer")
    generator = Generator.load(folder)
    known = [prompt if _is_known(example.tokenizer, prompt) else prompt[len(prompt.rstrip()) :] for prompt in PROMPTS]
    return [generator.generate(prompt, tokens=TOKENS, temperature=0) for prompt in known]


def _is_known(tokenizer: Tokenizer, prompt: str) -> bool:
    return not prompt.strip() or set(tokenizer.plain.encode(prompt)) != {tokenizer.unknown_id}


def test_the_most_probable_text_is_that_of_the_decoding_loop(example: Example, module: Any, tmp_path: Path) -> None:
    import tensorflow as tf

    answer = module.generate(tf.constant(PROMPTS, tf.string))
    assert _texts(answer) == _expected(example, tmp_path)
    assert len(set(_texts(answer))) > 3, "the prompts must be continued in different ways"
    assert answer["tokens"].numpy().max() == TOKENS
    assert module.generate(tf.constant([], tf.string))["text"].shape == (0,)


def test_a_sample_depends_on_its_seed_alone(made: Callable[[str], tuple[Example, Any]]) -> None:
    _, module = made("char")
    greedy = _sample(module, PROMPTS, temperature=0.0)
    assert _sample(module, PROMPTS, top_k=1) == greedy
    assert _sample(module, PROMPTS, top_p=1e-6) == greedy
    drawn = _sample(module, PROMPTS, temperature=2.0, seed=3)
    assert drawn == _sample(module, PROMPTS, temperature=2.0, seed=3)
    assert drawn[2:4] == _sample(module, PROMPTS[2:4], temperature=2.0, seed=3), "whatever the other texts are"
    assert drawn != greedy
    assert drawn != _sample(module, PROMPTS, temperature=2.0, seed=4)
    assert not any("[UNK]" in text or "\ufffd" in text for text in drawn)


def test_scores_are_the_log_probabilities_of_keras(example: Example, module: Any) -> None:
    import tensorflow as tf

    texts = ["the film", "", "no " * 70 + "zzz", "a \xff"]
    fields = [tf.constant(texts, tf.string)] * (len(example.tokenizer.columns) or 1)
    answer = {name: value.numpy() for name, value in module.score(*fields).items()}
    for row, text in enumerate(texts):
        given = "\x1f".join([text] * len(fields))
        ids = [*example.tokenizer.encode(given), example.tokenizer.vocabulary_size]
        expected = _log_probabilities(example.model, ids)
        assert answer["lengths"][row] == len(ids)
        assert answer["token_ids"][row, : len(ids)].tolist() == ids
        assert answer["pieces"][row, len(ids) - 1] == b"[END]"
        np.testing.assert_allclose(answer["log_probabilities"][row, : len(ids)], expected, atol=1e-3)
        np.testing.assert_allclose(answer["sum"][row], sum(expected), rtol=1e-4)
        assert not answer["log_probabilities"][row, len(ids) :].any()
        assert set(answer["pieces"][row, len(ids) :]) <= {b""}


def _log_probabilities(model: keras.Model, ids: list[int]) -> list[float]:
    """Of each id after those before it; the first follows the end of a text."""
    states = [np.zeros((1, one.shape[1]), np.float32) for one in model.inputs[1:]]
    read = np.array([[ids[-1], *ids[:-1]]], np.int32)
    logits = np.asarray(model([read, *states], training=False)[0][0], np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    every = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return [float(every[place, one]) for place, one in enumerate(ids)]


def test_a_backward_model_only_scores() -> None:
    import tensorflow as tf

    from seqclf.export.saved_language_model import SavedLanguageModel

    example = _example(_TOKENIZERS["char"], direction="backward")
    module = SavedLanguageModel(example.model, example.config, example.tokenizer)
    assert set(module.signatures) == {"score"}
    answer = {name: value.numpy() for name, value in module.score(tf.constant(["the", "no film"])).items()}
    for row, text in enumerate(["the", "no film"]):
        ids = example.tokenizer.encode(text)
        *of_tokens, of_end = _log_probabilities(example.model, [*ids[::-1], example.tokenizer.vocabulary_size])
        expected = [*of_tokens[::-1], of_end]
        np.testing.assert_allclose(answer["log_probabilities"][row, : len(ids) + 1], expected, atol=1e-3)


def test_random_tokens_have_the_probabilities_of_the_samplers() -> None:
    import tensorflow as tf

    from seqclf.export.graph_samplers import Sampling, drawn

    logits = np.array([1.0, -np.inf, 3.0, 2.0, 3.0, np.log(1e-9)], np.float32)
    count = 4000
    options = {  # temperature, top_k, top_p -> the probabilities
        (1.0, 0, 1.0): np.exp(logits),
        (0.5, 0, 1.0): np.exp(logits / 0.5),
        (1.0, 2, 1.0): [0, 0, 1, 0, 1, 0],
        (1.0, 1, 1.0): [0, 0, 1, 0, 0, 0],
        (1.0, 0, 0.5): [0, 0, 1, 0, 1, 0],
        (2.0, 3, 0.9): [0, 0, np.exp(1.5), np.exp(1.0), np.exp(1.5), 0],
        (0.0, 3, 0.9): [0, 0, 1, 0, 0, 0],
    }
    uniform = tf.constant((np.arange(count) + 0.5) / count)
    for (temperature, top_k, top_p), weights in options.items():
        sampling = Sampling(*(tf.fill([count], one) for one in (temperature, top_k, top_p, 0)))
        found = drawn(tf.constant(np.tile(logits, (count, 1))), sampling, uniform).numpy()
        shares = np.bincount(found, minlength=len(logits)) / count
        np.testing.assert_allclose(shares, weights / np.sum(weights), atol=2 / count)


@pytest.mark.parametrize(
    "option", [{"temperature": -1.0}, {"temperature": float("nan")}, {"top_k": -1}, {"top_p": 0.0}, {"top_p": 1.5}]
)
def test_options_outside_their_ranges_are_errors(option: dict[str, float]) -> None:
    import tensorflow as tf

    from seqclf.export.graph_samplers import Sampling

    given = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "seed": 0} | option
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"{next(iter(option))}: expected"):
        Sampling(**{name: tf.constant([value]) for name, value in given.items()}).checked()  # type: ignore[arg-type]


def test_the_file_needs_tensorflow_alone(made: Callable[[str], tuple[Example, Any]], tmp_path: Path) -> None:
    from seqclf.export.saved_model import save

    example, module = made("subword")
    save(module, module.signatures, tmp_path / "saved")
    texts = [*(prompt.encode() for prompt in PROMPTS), b"\xff\xfe", b"the \xc3", b"film " * 50]
    asked = {"path": str(tmp_path / "saved"), "texts": [text.hex() for text in texts]}
    done = subprocess.run(
        [sys.executable, "-c", ALONE], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    greedy, sampled, with_defaults = answer["texts"]
    assert greedy[: len(PROMPTS)] == _expected(example, tmp_path)
    assert sampled == with_defaults
    assert sampled != greedy
    for total, text in zip(answer["sum"], texts, strict=True):
        ids = example.tokenizer.encode(text.decode("utf-8", "replace"))
        expected = _log_probabilities(example.model, [*ids, example.tokenizer.vocabulary_size])
        assert total == pytest.approx(sum(expected), rel=1e-4)
