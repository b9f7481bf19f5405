"""How fast a run answers: the light predictor, its SavedModel, and a stock Keras export of the same model.

    python benchmarks/predict.py runs/imdb-lstm-1 --texts 2000

Texts are test texts of the run's data. Every figure is the median over rounds in which the ways take turns; all of them
tokenize, but for the stock export, which is given token ids. A shell's figures are whole processes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from seqclf.config import load_config
from seqclf.data.corpus import Corpus
from seqclf.inference import Classifier
from seqclf.runs import Run
from seqclf.text.truncation import truncate_ids

BATCH = 256
TOKENS_OF_ONE = 200


def median_seconds(ways: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    for call in ways.values():
        call()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, call in ways.items():
            started = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - started)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def batches(items: Sequence[Any], size: int = BATCH) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def padded(rows: Sequence[np.ndarray]) -> np.ndarray:
    token_ids = np.zeros((len(rows), max(map(len, rows))), np.int32)
    for row, ids in zip(token_ids, rows, strict=True):
        row[: len(ids)] = ids
    return token_ids


def stock_export(run: Run, folder: Path) -> Any:
    """The run's Keras model as ``model.export`` writes it."""
    import keras
    import tensorflow as tf

    import seqclf.model  # noqa: F401 (the layers of runs that hold them)

    model = keras.models.load_model(run.model, compile=False)
    model.export(str(folder), verbose=False)
    signature = tf.saved_model.load(str(folder)).signatures["serving_default"]
    (name,) = signature.structured_input_signature[1]
    return lambda token_ids: signature(**{name: tf.constant(token_ids)})["output_0"].numpy()


def shell(run: Run, text: str, rounds: int = 5) -> dict[str, float]:
    script = (
        "import sys, tensorflow as tf; "
        "print(tf.saved_model.load(sys.argv[1]).signatures['serving_default'](text=tf.constant(sys.argv[2:]))['probabilities'])"
    )
    commands = {
        "seqclf predict": [sys.executable, "-m", "seqclf", "predict", "--run", str(run.folder), text],
        "its SavedModel, in a script": [sys.executable, "-c", script, str(run.saved_model), text],
        "python -c 'import tensorflow'": [sys.executable, "-c", "import tensorflow"],
    }
    calls = {
        name: lambda command=command: subprocess.run(command, capture_output=True, check=True)
        for name, command in commands.items()
    }
    return median_seconds(calls, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    run = Run(arguments.run)
    config = load_config(run.config)
    texts = Corpus(config).texts("test").texts[: arguments.texts]
    light = Classifier.load(run.folder)
    encoded = [
        truncate_ids(ids, light.max_tokens, light.truncate).astype(np.int32)
        for ids in light.tokenizer.encode_all(texts)
    ]
    one = min(range(len(texts)), key=lambda place: abs(len(encoded[place]) - TOKENS_OF_ONE))

    print("From a shell, one text:")
    for name, seconds in shell(run, texts[one]).items():
        print(f"  {name:36s}{seconds:8.2f} s")

    import tensorflow as tf

    from seqclf.text.graph import GraphTokenizer

    saved = tf.saved_model.load(str(run.saved_model)).signatures["serving_default"]
    by_length = sorted(range(len(texts)), key=lambda place: len(encoded[place]))
    sorted_texts = [texts[place] for place in by_length]
    with tempfile.TemporaryDirectory() as folder:
        stock = stock_export(run, Path(folder) / "stock")
        alone, row = tf.constant([texts[one]]), encoded[one][np.newaxis]
        single = median_seconds(
            {
                "seqclf.inference": lambda: light.probabilities([texts[one]]),
                "SavedModel": lambda: saved(text=alone)["probabilities"].numpy(),
                "stock Keras export (token ids)": lambda: stock(row),
            },
            rounds=40,
        )
        print(f"In a process, one text of {len(encoded[one])} tokens:")
        for name, seconds in single.items():
            print(f"  {name:36s}{seconds * 1e3:8.2f} ms")
        many = median_seconds(
            {
                "seqclf.inference": lambda: light.probabilities(texts),
                "SavedModel, by length": lambda: [saved(text=tf.constant(part)) for part in batches(sorted_texts)],
                "SavedModel, as they come": lambda: [saved(text=tf.constant(part)) for part in batches(texts)],
                "stock Keras export (token ids)": lambda: [
                    stock(tf.constant(padded(part))) for part in batches(encoded)
                ],
            },
            arguments.rounds,
        )
    print(f"{len(texts):,} texts, batches of {BATCH}:")
    for name, seconds in many.items():
        print(f"  {name:36s}{len(texts) / seconds:8,.0f} texts/s")
    tokenizer = GraphTokenizer(light.tokenizer, max_tokens=light.max_tokens, truncate=light.truncate)
    call = tf.function(tokenizer, input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
    parts = [tf.constant(part) for part in batches(texts)]
    graph = median_seconds({"graph": lambda: [call(part) for part in parts]}, arguments.rounds)["graph"]
    print(f"Tokenizing in the graph, batches of {BATCH}: {len(texts) / graph:,.0f} texts/s")


if __name__ == "__main__":
    main()
