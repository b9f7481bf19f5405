"""Training with ``training.objectives``: accumulation, workers, unlabelled texts, weights of texts, resuming."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config, trained
from trainings import Killed, killed_after, result

from seqclf.config import Config, checked_config, load_config
from seqclf.data.prepare import TrainingData, prepare
from seqclf.tasks.classification.task import Classification
from seqclf.training.options import Callbacks, TrainOptions
from seqclf.training.state import TrainingState
from seqclf.training.step import build_train_step

EXACT = ["adversarial", "entropy", "r_drop"]
"""Terms that draw nothing but dropout."""

SGD = {"type": "sgd", "learning_rate": 0.1}


def _prepared(data: Path, objectives: list[Any], **changes: Any) -> tuple[Config, TrainingData]:
    training = {"batch_size": 16, "accumulate_steps": 2, "optimizer": SGD, "objectives": objectives}
    options = {"layers": [{"type": "simple_rnn", "units": 4}], "head": [], "embedding__dropout": 0.0, **changes}
    config = checked_config(small_config(data__train=str(data), training=training, **options))
    return config, prepare(config)


def _weights_after(config: Config, data: TrainingData, parts: list[Any]) -> list[np.ndarray]:
    """The weights after an update of batches of these texts."""
    task = Classification.of(config, data)
    train = task.batches(data.train, config, training=True)
    model = task.model(config, data)
    state = TrainingState.begin(model, config.training, carried=task.carried(model))
    step = build_train_step(state.model, state.optimizer, task, state.accumulator, carried=state.carried)
    for number, indices in enumerate(parts, 1):
        step(*train.batch(indices), update=number == len(parts))
    return [np.asarray(weight) for weight in state.model.get_weights()]


@pytest.mark.parametrize("layer", [{"type": "simple_rnn", "units": 4}, {"type": "lstm", "units": 3}])
def test_accumulated_and_divided_batches_are_one_batch(sample_csv: Path, layer: dict[str, Any]) -> None:
    """For the terms without random numbers, in a model without dropout."""
    config, data = _prepared(sample_csv, EXACT, layers=[layer])
    texts = np.arange(20)
    whole = _weights_after(config, data, [texts])
    start = _weights_after(config, data, [])
    for parts in ([texts[:7], texts[7:]], [texts[0::3], texts[1::3], texts[2::3]]):
        for before, one, other in zip(start, whole, _weights_after(config, data, parts), strict=True):
            np.testing.assert_allclose(other - before, one - before, atol=2e-6)
    assert any(np.abs(one - before).max() > 1e-3 for before, one in zip(start, whole, strict=True))


LAYERS: list[list[dict[str, Any]]] = [
    [{"type": "gru", "units": 3, "bidirectional": True}],
    [{"type": "lstm", "units": 3, "recurrent_dropout": 0.2, "return_sequences": True}, {"type": "pool"}],
    [{"type": "conv1d", "filters": 3, "kernel_size": 2}, {"type": "pool", "method": ["mean", "max"]}],
    [{"type": "self_attention", "heads": 2}, {"type": "batch_norm"}, {"type": "pool"}],
    [{"type": "min_gru", "units": 3}, {"type": "pool"}],
]


@pytest.mark.parametrize("layers", LAYERS, ids=lambda layers: layers[0]["type"])
def test_vectors_move_below_every_layer(sample_csv: Path, layers: list[dict[str, Any]]) -> None:
    """A move of a model's vectors changes its loss: the slope passes through the layer."""
    config, data = _prepared(sample_csv, ["virtual_adversarial", "adversarial"], layers=layers)
    start, after = _weights_after(config, data, []), _weights_after(config, data, [np.arange(8)])
    plain, _ = _prepared(sample_csv, [], layers=layers)
    without = _weights_after(plain, data, [np.arange(8)])
    assert all(np.isfinite(weight).all() for weight in after)
    table = [weights[0] for weights in (start, after, without)]
    assert np.abs(table[1] - table[2]).max() > 1e-5


@pytest.mark.parametrize("layers", LAYERS, ids=lambda layers: layers[0]["type"])
def test_names_of_operations_do_not_depend_on_earlier_models(layers: list[dict[str, Any]]) -> None:
    """TensorFlow orders the terms of a sum by names: of a sum of three gradients, the last bits would be others."""
    import tensorflow as tf

    from seqclf.labels import Labels
    from seqclf.model.build import build_model

    training = {"objectives": ["mixup", "adversarial"]}
    config = checked_config(small_config(data__train="a.csv", layers=layers, training=training))

    def names() -> list[str]:
        labels = Labels(("a", "b"))
        task = Classification(labels, config.training)
        model = build_model(config, 12, labels)
        forward = task.forward(model, task.carried(model))

        def passes(ids: tf.Tensor) -> list[tf.Tensor]:
            logits, text_vectors = forward.with_text_vectors(ids)
            moved = forward(ids, vectors=2 * forward.embed(ids))
            return [forward(ids), logits, moved, forward.from_text_vectors(text_vectors)]

        graph = tf.function(passes).get_concrete_function(tf.TensorSpec([None, None], tf.int32)).graph
        return [operation.name for operation in graph.get_operations()]

    assert names() == names()


def test_a_weight_multiplies_every_term_of_its_text(tmp_path: Path) -> None:
    """Compared with the same text without weights, alone in its batch."""
    rows = [f"{word} {other} film,{label},{weight}" for word, other, label, weight in _weighted()]
    path = tmp_path / "weighted.csv"
    path.write_text("\n".join(["text,label,weight", *rows]), encoding="utf-8")
    config, data = _prepared(path, EXACT, data__weight="weight")
    weights = data.train.relative_weights
    assert weights is not None
    heavy = int(weights.argmax())
    assert weights[heavy] == pytest.approx(3 * weights.min())
    start = _weights_after(config, data, [])
    weighted = _weights_after(config, data, [np.array([heavy])])
    plain = _weights_after(_prepared(path, EXACT)[0], _unweighted(data), [np.array([heavy])])
    for before, one, other in zip(start, weighted, plain, strict=True):
        np.testing.assert_allclose(one - before, (other - before) * weights[heavy], atol=2e-6)


def _weighted() -> list[tuple[str, str, str, int]]:
    words = ["good", "bad", "long", "dull", "fine"]
    pairs = [(one, other) for one in words for other in words]
    return [(one, other, "ab"[i % 2], 3 if i % 3 == 0 else 1) for i, (one, other) in enumerate(pairs)]


def _unweighted(data: TrainingData) -> TrainingData:
    from dataclasses import replace

    return replace(data, train=replace(data.train, weights=None))


@pytest.mark.usefixtures("no_saved_models")
def test_a_training_with_unlabelled_texts_resumes_exactly(sample_csv: Path, tmp_path: Path) -> None:
    from seqclf.new_runs import begin_run
    from seqclf.training.train import train

    unlabelled = tmp_path / "more.txt"
    unlabelled.write_text("".join(f"a {word} film {i}\n" for i in range(9) for word in ("good", "bad")), "utf-8")
    objectives = ["adversarial", "r_drop", "mixup", {"type": "virtual_adversarial", "texts": "unlabelled"}]
    training = {
        "sharpness": {},
        "epochs": 2,
        "batch_size": 16,
        "accumulate_steps": 2,
        "checkpoint_steps": 3,
        "objectives": objectives,
    }
    values = small_config(
        data__train=str(sample_csv),
        data__unlabelled=str(unlabelled),
        embedding={"dim": 4, "dropout": 0.2},
        layers=[{"type": "pool"}],
        training=training,
    )
    whole = trained(values, tmp_path / "whole")
    stopped = begin_run(tmp_path / "stopped", "small")
    with pytest.raises(Killed):
        train(checked_config(values), stopped, callbacks=Callbacks(listen=killed_after(5)))
    train(load_config(stopped.config), stopped, TrainOptions(resume=True))
    assert result(stopped) == result(whole)


def test_the_memory_estimate_counts_the_passes_of_terms(sample_csv: Path) -> None:
    from seqclf.training.memory_estimate import memory_needs

    none, data = _prepared(sample_csv, [])
    three, _ = _prepared(sample_csv, ["adversarial", "r_drop"])
    assert memory_needs(three, data).batch_bytes == 3 * memory_needs(none, data).batch_bytes
