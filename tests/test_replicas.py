"""What a training step computes where several replicas have parts of its batch; here all are played by one process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config, write_csv
from hypothesis import given
from hypothesis import strategies as st

from seqclf.config import checked_config
from seqclf.replicas import ALONE, all_rows, among, current, own_rows, part_of_mean, total

_PARTS = st.integers(1, 5)


@dataclass
class Played:
    """A replica whose sums add ``others`` to each number."""

    count: int
    index: int
    others: float = 0.0
    calls: list[int] = field(default_factory=list)

    def sum(self, tensors: Sequence[Any]) -> list[Any]:
        self.calls.append(len(tensors))
        return [tensor + self.others for tensor in tensors]


def test_a_replica_alone_adds_nothing_and_keeps_its_tensors() -> None:
    import tensorflow as tf

    values = tf.constant([1.0, 2.0])
    assert current() is ALONE
    assert total(values)[0] is values and own_rows(values) is values and all_rows([values], 2)[0] is values
    assert part_of_mean(values).numpy() == 1.5


def test_among_others_sums_are_of_all_and_gradients_too() -> None:
    import tensorflow as tf

    values = tf.constant([1.0, 2.0])
    with among(Played(3, 1, others=10.0)) as _, tf.GradientTape() as tape:
        tape.watch(values)
        summed = tf.reduce_sum(3.0 * total(values)[0])
    assert summed.numpy() == 69.0
    assert tape.gradient(summed, values).numpy().tolist() == [13.0, 13.0]  # 3, and what others have: 10
    with among(Played(2, 0, others=2.0)):
        assert part_of_mean(values).numpy() == 0.75  # 3 of 2 + 2 values
        assert part_of_mean(values[:0]).numpy() == 0.0
    assert current() is ALONE


@given(st.integers(0, 12), st.integers(1, 5))
def test_the_rows_of_all_replicas_are_all_rows(rows: int, count: int) -> None:
    import tensorflow as tf

    values = tf.reshape(tf.range(2.0 * rows), [rows, 2])
    gathered = tf.zeros([rows, 2])
    for index in range(count):
        with among(Played(count, index)):
            gathered += all_rows([own_rows(values)], rows)[0]
    assert gathered.numpy().tolist() == values.numpy().tolist()


@given(st.data())
def test_parts_of_batches_have_each_text_once(data: st.DataObject) -> None:
    from seqclf.data.batches import Batches
    from seqclf.data.encoded import EncodedTexts
    from seqclf.data.paired_batches import PairedBatches

    lengths = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=20))
    ids = np.ones(sum(lengths), np.int32)
    texts = EncodedTexts(ids, np.cumsum([0, *lengths]), np.zeros(len(lengths), np.int32))
    one = Batches(texts, batch_size=data.draw(st.integers(1, 6)), max_tokens=8, truncate="end")
    both, count = PairedBatches(one, one), data.draw(_PARTS)
    plan = both.shuffled(3, 1)
    parts = [both.part(plan, index, count) for index in range(count)]
    for place, pair in enumerate(plan):
        own = [part[place] for part in parts]
        assert sorted(np.concatenate([part.labelled for part in own])) == sorted(pair.labelled)
        assert sorted(np.concatenate([part.unlabelled for part in own])) == sorted(pair.unlabelled)
        sizes = [len(part.labelled) for part in own]
        assert max(sizes) - min(sizes) <= 1
    for batch, whole in zip(both.stream(parts[-1]), plan, strict=True):
        assert len(batch[0]) == len(whole.labelled[count - 1 :: count]) and batch[0].shape[1] >= 1


@given(st.integers(1, 6), _PARTS)
def test_parts_of_windows_have_each_stream_once(streams: int, count: int) -> None:
    from seqclf.data.encoded import EncodedTexts
    from seqclf.data.windows import Windows

    texts = EncodedTexts(np.arange(1, 61, dtype=np.int32), np.array([0, 25, 60]), np.zeros(2, np.int32))
    windows = Windows(texts, 99, streams, 4)
    plan = windows.shuffled(1, 1)
    parts = [windows.part(plan, index, count) for index in range(count)]
    for place, window in enumerate(plan):
        whole = windows.batch(window)
        for index, part in enumerate(parts):
            own = windows.batch(part[place])
            for ours, theirs in zip(own[:3], whole[:3], strict=True):
                assert ours.tolist() == theirs[index::count].tolist()
            assert own[3].tolist() == whole[3].tolist()


_TERMS = [{"type": "virtual_adversarial", "texts": "both"}, *({"type": one} for one in ("mixup", "adversarial"))]
_READERS: dict[str, list[dict[str, Any]]] = {
    "pool": POOLED,
    "conv1d": [{"type": "conv1d", "filters": 4, "kernel_size": [2, 3]}, {"type": "max_pool1d", "size": 2}, *POOLED],
    "attention": [{"type": "self_attention"}, {"type": "layer_norm"}, {"type": "pool", "method": ["mean", "max"]}],
    "gru": [{"type": "gru", "units": 3, "bidirectional": True, "dropout": 0.2, "recurrent_dropout": 0.1}],
    "lstm": [{"type": "residual", "layer": {"type": "lstm", "units": 8}}, {"type": "simple_rnn", "units": 3}],
    "min_gru": [{"type": "min_gru", "units": 3}, {"type": "batch_norm"}, *POOLED],
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The data of a config with all that a batch can have."""
    from seqclf.data.prepare import prepare
    from seqclf.sources.sample.grammar import reviews

    folder = tmp_path_factory.mktemp("texts")
    write_csv(folder / "a.csv", [("text", "label"), *reviews(40)])
    table = {"source": "table", "train": str(folder / "a.csv"), "validation": 0.2, "unlabelled": str(folder / "a.csv")}

    def of(layers: list[dict[str, Any]], objectives: list[dict[str, Any]]) -> Any:
        config = checked_config(
            small_config(data=table, layers=layers, head=[{"type": "batch_norm"}], training={"objectives": objectives})
        )
        return config, prepare(config)

    return of


@pytest.mark.parametrize("name", list(_READERS))
def test_a_part_without_texts_adds_nothing(name: str, prepared: Any) -> None:
    import tensorflow as tf

    from seqclf.model.parted import reading_parts
    from seqclf.tasks.kinds import task_of
    from seqclf.training.depth import Trained
    from seqclf.training.step import _gradients

    terms = _TERMS if name == "pool" else [{"type": "entropy", "texts": "unlabelled"}]
    config, data = prepared(_READERS[name], terms)
    task = task_of(config, data)
    model = task.model(config, data)
    forward, trained = task.forward(model, task.carried(model)), Trained(tuple(model.trainable_variables))
    batches = task.batches(data.train, config, training=True)
    (empty,) = batches.part(batches.shuffled(1, 1)[:1], 99, 100)
    batch = batches.batch(empty)
    assert len(batch[0]) == 0

    @tf.function(input_signature=task.signature(model), autograph=False)
    def gradients(*parts: tf.Tensor) -> Any:
        with among(Played(2, 1, others=1.0)), reading_parts(model):
            return _gradients(task, forward, trained, *parts)

    sums, divisor, found, _ = gradients(*batch)
    assert (sums.loss.numpy(), sums.weight.numpy(), sums.correct.numpy(), divisor.numpy()) == (0.0, 0.0, 0, 0.0)
    for weight, gradient in zip(model.trainable_variables, found, strict=True):
        values = tf.convert_to_tensor(gradient).numpy()
        assert np.isfinite(values).all(), weight.path
    for layer in model.layers:
        assert "call" not in vars(layer) and "_moments" not in vars(layer)


def test_replicas_draw_from_different_seeds_and_save_those_of_the_first(tmp_path: Path) -> None:
    import keras

    from seqclf.config.schema import TrainingConfig
    from seqclf.model.draws import Draws
    from seqclf.training.state import TrainingState

    def state(replica: int) -> TrainingState:
        layers = [keras.Input((3,)), keras.layers.Dropout(0.5, seed=7), keras.layers.Dense(1)]
        model = keras.Sequential(layers)
        return TrainingState.begin(model, TrainingConfig(), carried=[Draws.new(3)], replica=replica)

    def seeds(of: TrainingState) -> list[list[int]]:
        found = [np.asarray(one).tolist() for one in of._variables() if tuple(one.shape) == (2,)]
        assert len(found) == 2
        return found

    first, second, third = map(state, range(3))
    assert seeds(first) == [[7, 0], [3, 0]]
    assert len({tuple(one) for of in (first, second, third) for one in seeds(of)}) == 6
    before = seeds(second)
    for one in first._variables():
        if tuple(one.shape) == (2,):
            one.assign(one + [0, 5])
    second.load(first.to_bytes())
    assert seeds(second) == [[seed, 5] for seed, _ in before]
