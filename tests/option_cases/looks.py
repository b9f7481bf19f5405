"""Observations of the effects of an option, from cheap to expensive."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
from conftest import small_config, trained
from language_models import lm_config
from origins import untrained_run
from teacher_examples import teacher_run
from trainings import without_saved_models

from seqclf.config import Config
from seqclf.config.depth import depth_groups
from seqclf.runs import Run

_numbers = itertools.count()  # of runs


def texts_of(config: Config, folder: Path) -> Any:
    """The labels, and the batches of each split in the first epoch."""
    from seqclf.data.batches import Batches
    from seqclf.data.corpus import Corpus
    from seqclf.data.encode import encode_split
    from seqclf.data.prepare import prepare

    corpus = Corpus(config)
    data = prepare(config, corpus=corpus)
    splits = {"train": data.train, "validation": data.validation}
    if corpus.has("test"):
        splits["test"] = encode_split(corpus, "test", data.tokenizer, data.labels, lambda stage: None)
    seen: list[Any] = [data.labels, data.tokenizer.fingerprint]
    for name, texts in splits.items():
        if texts is None:
            seen.append((name, None))
            continue
        batches = Batches.of(texts, config)
        stream = batches.stream(batches.shuffled(config.seed, 1))
        seen.append(
            (
                name,
                [[(part, rows.tolist()) for part, rows in zip(batches.parts, batch, strict=True)] for batch in stream],
            )
        )
    return seen


def unlabelled_of(config: Config, folder: Path) -> Any:
    """The batches of the first epoch with their unlabelled texts."""
    from seqclf.data.prepare import prepare
    from seqclf.tasks.kinds import task_of

    data = prepare(config)
    batches = task_of(config, data).batches(data.train, config, training=True)
    stream = batches.stream(batches.shuffled(config.seed, 1))
    return [[rows.tolist() for rows in batch] for batch in stream]


def lessons_of(config: Config, folder: Path) -> Any:
    """The first batches with what a teacher says, and the loss of each with fixed weights. Teachers are called first
    and second."""
    import tensorflow as tf

    from seqclf.data.prepare import prepare
    from seqclf.tasks.kinds import task_of
    from seqclf.training.resolve import resolved
    from seqclf.training.teachers.teach import with_teachers

    runs = folder / "teachers"
    for name in ("first", "second"):
        if not (runs / f"{name}-1").exists():
            layers = [{"type": "pool"}]
            teacher_run(small_config(name=name, layers=layers, head=[], data__train="a.csv"), runs)
    config = resolved(config, runs)
    data = with_teachers(config, prepare(config), lambda stage: None)
    task = task_of(config, data)
    model = task.model(config, data)
    for weight in model.trainable_weights:
        weight.assign(tf.reshape(tf.linspace(-1.0, 1.0, tf.size(weight)), weight.shape))
    forward, batches = task.forward(model), task.batches(data.train, config, training=True)
    seen = []
    for batch in batches.stream(batches.shuffled(config.seed, 1)[:2]):
        seen.append(([part.tolist() for part in batch], float(task.sums(forward, batch).loss)))
    return seen


def documents_of(config: Config, folder: Path) -> Any:
    """The texts of each split, without labels."""
    from seqclf.data.corpus import Corpus

    corpus = Corpus(config)
    splits = ("train", "validation", "test")
    return [list(corpus.texts(split).texts) if corpus.has(split) else None for split in splits]


def ids_of_lines(config: Config, folder: Path) -> Any:
    """The token ids of a text of two indented lines."""
    from seqclf.data.prepare import prepare

    return prepare(config).tokenizer.encode("good film\n  bad plot")


def texts_with_a_new_label(config: Config, folder: Path) -> Any:
    """The labels of given texts, one of which no training text has."""
    from seqclf.data.encode import encode_texts
    from seqclf.data.prepare import prepare
    from seqclf.sources.texts import LabelledTexts

    data = prepare(config)
    given = LabelledTexts(["one", "two"], [data.labels[0], "a new label"], "given")
    return encode_texts(given, data.tokenizer, data.labels, config.data.unknown_labels).labels.tolist()


def model_of(config: Config, folder: Path) -> Any:
    """The shapes of the weights, which of them are trained, and the model's output during training."""
    from seqclf.model.build import build_model
    from seqclf.text.vectors import read_vectors

    pieces = ["[PAD]", "[UNK]", *(f"w{i}" for i in range(20))]
    vectors = None
    if config.embedding.vectors:
        vectors = read_vectors(Path(config.embedding.vectors), pieces, config.embedding.dim).vectors
    model = build_model(config, len(pieces), ["a", "b"], vectors=vectors)
    tokens = np.array([[5, 6, 7, 8, 9, 5, 3], [7, 9, 4, 2, 0, 0, 0]], dtype=np.int32)
    shapes = [(variable.shape, variable.trainable) for variable in model.weights]
    constraints = [getattr(weight.constraint, "max_value", None) for weight in model.weights]
    outputs = model(tokens, training=True).numpy().round(6).tolist()
    moved = [weight.numpy().round(6).tolist() for weight in model.non_trainable_weights]
    return shapes, outputs, [float(loss) for loss in model.losses], constraints, moved


def steps_of(config: Config, folder: Path) -> Any:
    """The weights after three steps of the optimizer."""
    import keras

    weight = keras.Variable(np.array([1.0, -2.0], np.float32))
    optimizer = config.training.optimizer.build()
    for gradient in ([0.5, -0.1], [0.1, 0.2], [-0.3, 0.1]):
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.numpy().tolist()


def outputs_of(config: Config, folder: Path) -> Any:
    """The shapes of the outputs of the task's model, and its weights' names and shapes."""
    from seqclf.data.prepare import prepare
    from seqclf.tasks.kinds import task_of

    data = prepare(config)
    model = task_of(config, data).model(config, data)
    return [one.shape for one in model.outputs], [(weight.path, weight.shape) for weight in model.weights]


def start_of_training(config: Config, folder: Path) -> Any:
    """The weights before the first step, and the ids of a text.

    Runs to start from are called one and two; language models, up, up2, down and down2, by the direction that they
    read.
    """
    from seqclf.data.prepare import prepare
    from seqclf.tasks.kinds import task_of
    from seqclf.training.initialize.start import start_of
    from seqclf.training.initialize.weights import initialize

    runs = folder / "origins"
    for name, size in (("one", 300), ("two", 64)):
        if not (runs / f"{name}-1").exists():
            layers = [{"type": "gru", "units": 6}, {"type": "gru", "units": 6}]
            origin = {"name": name, "layers": layers, "tokenizer": {"vocab_size": size}, "data__train": "a.csv"}
            untrained_run(small_config(**origin), runs, model=True)
    for name in ("up", "up2", "down", "down2"):
        if not (runs / f"{name}-1").exists():
            task = {"direction": "forward" if name.startswith("up") else "backward", "tied": False}
            layers = [{"type": "gru", "units": 6}]
            untrained_run(lm_config(task=task, name=name, layers=layers, data__train="a.csv"), runs, model=True)
    start = start_of(config, runs)
    config = config if start is None else start.config
    data = prepare(config)
    model = task_of(config, data).model(config, data)
    if start is not None:
        initialize(model, start, data)
    return data.tokenizer.encode("A long story"), [weight.tolist() for weight in model.get_weights()]


def windows_of(config: Config, folder: Path) -> Any:
    """The batches of a language model's first epoch."""
    from seqclf.data.prepare import prepare
    from seqclf.data.windows import Windows

    data = prepare(config)
    windows = Windows.of_training(data.train, config, data.tokenizer.vocabulary_size)
    plan = windows.shuffled(config.seed, 1)
    return [[part.tolist() for part in batch] for batch in windows.stream(plan)]


def learning_of(config: Config, folder: Path) -> Any:
    """The learning rate of every step, the final weights, and the metrics of each epoch."""
    from seqclf.data.prepare import prepare
    from seqclf.tasks.kinds import task_of
    from seqclf.training.events import EpochDone, StepDone
    from seqclf.training.loop import training_events
    from seqclf.training.state import TrainingState

    data = prepare(config)
    task = task_of(config, data)
    model = task.model(config, data)
    state = TrainingState.begin(model, config.training, depth_groups(config), carried=task.carried(model))
    train = task.batches(data.train, config, training=True)
    validation = task.batches(data.validation, config, training=False) if data.validation else None
    events = list(training_events(state, train, validation, task, config.training, seed=config.seed))
    rates = [event.learning_rate for event in events if isinstance(event, StepDone)]
    measured = [(event.loss, event.validation) for event in events if isinstance(event, EpochDone)]
    return rates, measured, [weight.tolist() for weight in state.model.get_weights()]


def ngrams_of(config: Config, folder: Path) -> Any:
    """The fit of the n-grams, and the model's output during training."""
    from seqclf.data.prepare import prepare
    from seqclf.model.build import NGRAMS, build_model
    from seqclf.ngrams.fit import fit_ngrams, layer_weights, refit_ngrams

    data = prepare(config)
    fitted = fit_ngrams(config, data)
    again = refit_ngrams(config, data)
    model = build_model(config, data.tokenizer.vocabulary_size, data.labels)
    model.get_layer(NGRAMS).set_weights(layer_weights(config, data, fitted.table, fitted.bias))
    tokens = np.array([[5, 6, 7, 8, 9, 5, 3], [7, 9, 4, 2, 0, 0, 0]], dtype=np.int32)
    tables = [array.round(6).tolist() for array in (fitted.table, fitted.out_of_fold, (again or fitted).table)]
    return tables, [model(tokens, training=True).numpy().round(6).tolist() for _ in range(8)]


def _run(config: Config, folder: Path) -> Run:
    with without_saved_models():
        run: Run = trained(config.model_dump(mode="json"), folder / f"{next(_numbers)}")
    return run


def run_of(config: Config, folder: Path) -> Any:
    """The run's name, its status, and the positions of its history lines."""
    run = _run(config, folder)
    lines = [json.loads(line) for line in run.history.read_text(encoding="utf-8").splitlines()]
    manifest = run.manifest
    places = [(line["type"], line.get("epoch"), line.get("step")) for line in lines]
    return run.name, manifest["best_epoch"], manifest["epochs"], places


def checkpoints_of(config: Config, folder: Path) -> Any:
    """The checkpoints that a run keeps."""
    run = _run(config, folder)
    return sorted(path.name for path in run.checkpoints.iterdir())


def thresholds_of(config: Config, folder: Path) -> Any:
    """The thresholds that a run keeps."""
    return _run(config, folder).thresholds


def scores_of(config: Config, folder: Path) -> Any:
    """The metrics of a run's validation texts."""
    run = _run(config, folder)
    return sorted(run.metrics["validation"])
