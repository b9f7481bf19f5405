"""``training.unfreeze_every``: what is frozen stays as it is, costs nothing, and begins afresh when it is unfrozen."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config
from test_layer_rates import OPTIMIZERS, ByHand, assert_close, batches, begun, step_of, weights

from seqclf.config import checked_config
from seqclf.config.depth import depth_groups

LAYERS = [{"type": "dense", "units": 4}, {"type": "batch_norm"}, {"type": "pool"}]
TRAINING = {
    "epochs": 5,
    "batch_size": 16,
    "accumulate_steps": 3,
    "unfreeze_every": 1,
    "layer_rates": {"decay": 2.0},
    "optimizer": {"type": "adamw", "learning_rate": 0.01, "weight_decay": 0.1, "clip_norm": 0.5},
    "schedule": {"type": "slanted_triangular"},
    "moving_average": {"decay": 0.9},
}
GROUPS = ("embedding", "layers_0", "layers_1", "")
"""What the names of layers begin with, from the embedding up."""


def _started(data: Path, **training: Any) -> tuple[Any, Any, Any]:
    """A state, a function that gives the events from it on, and one that gives a new state."""
    from seqclf.data.prepare import prepare
    from seqclf.tasks.kinds import task_of
    from seqclf.training.loop import training_events
    from seqclf.training.state import TrainingState

    changes = {"layers": LAYERS, "training": TRAINING | training, "embedding": {"dim": 4, "row_dropout": 0.1}}
    config = checked_config(small_config(data__train=str(data), head=[{"type": "dropout", "rate": 0.3}], **changes))
    prepared = prepare(config)
    task = task_of(config, prepared)
    train = task.batches(prepared.train, config, training=True)
    assert prepared.validation is not None
    validation = task.batches(prepared.validation, config, training=False)

    def begin() -> Any:
        return TrainingState.begin(task.model(config, prepared), config.training, depth_groups(config))

    def events(state: Any) -> Any:
        return training_events(state, train, validation, task, config.training, seed=config.seed)

    return begin(), events, begin


def _by_group(variables: Any) -> dict[int, list[np.ndarray]]:
    """By ``GROUPS``; an optimizer's variable has the path of its weight in its own."""
    found: dict[int, list[np.ndarray]] = {place: [] for place in range(4)}
    for variable in variables:
        name = variable.path.split("/")[-1] if variable.path.startswith("adam") else variable.path
        place = next(place for place, start in enumerate(GROUPS) if name.startswith(start))
        found[place].append(np.array(variable))
    return found


def _same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_nothing_of_a_frozen_layer_changes(sample_csv: Path) -> None:
    """Neither weights nor statistics of batch normalisation, and no running mean of the optimizer."""
    from seqclf.training.events import EpochDone

    state, events, _ = _started(sample_csv)
    slots = [one for one in state.optimizer.variables if one.ndim]
    averages = state.average.variables
    begun_with, averages_begun_with = _by_group(state.model.weights), [np.array(one) for one in averages]
    for event in events(state):
        if not isinstance(event, EpochDone):
            continue
        frozen = set(range(max(0, 4 - event.epoch)))
        now = _by_group(state.model.weights)
        assert {place for place in now if _same(now[place], begun_with[place])} == frozen
        assert {place for place, group in _by_group(slots).items() if not any(map(np.any, group))} == frozen
        for weight, average, before in zip(state.model.trainable_variables, averages, averages_begun_with, strict=True):
            is_frozen = weight.path.startswith(GROUPS[: max(0, 4 - event.epoch)])
            assert np.array_equal(average, before) == is_frozen
    assert any(weight.name == "moving_mean" for weight in state.model.weights)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_an_unfrozen_group_starts_like_a_new_optimizer(optimizer: dict[str, Any]) -> None:
    """Adam's running means start at zero whenever that is; by the count of all updates, its steps would be too long."""
    config, state = begun(optimizer=optimizer, unfreeze_every=1, epochs=4)
    _, other = begun()
    by_hand = ByHand(other, config.training.optimizer, [1.0] * 4)
    sets = batches(9)
    for epoch, groups in enumerate([(3,), (2, 3), (1, 2, 3), (0, 1, 2, 3)], 1):
        step = step_of(state, epoch)
        for batch in sets[2 * epoch - 2 : 2 * epoch]:
            step(*batch)
            by_hand(*batch, groups=groups)
    assert_close(weights(state), weights(other), 5e-6)
    assert int(state.optimizer.iterations) == 8


def test_frozen_layers_have_no_backward_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.layers import gru

    def refuse(*arguments: Any) -> None:
        raise AssertionError("the backward pass of a layer that is frozen")

    monkeypatch.setattr(gru._GruChunkGradient, "__init__", refuse)
    _, state = begun([{"type": "gru", "units": 3}, {"type": "layer_norm"}], unfreeze_every=1, epochs=4)
    (batch,) = batches(1)
    for epoch in (1, 2):
        step_of(state, epoch)(*batch)
    with pytest.raises(AssertionError, match="of a layer that is frozen"):
        step_of(state, 3)(*batch)


def test_the_step_is_built_once_for_each_number_of_groups(sample_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.training import loop
    from seqclf.training.events import EpochStarted

    built: list[int] = []
    build = loop.build_train_step

    def counting(*arguments: Any, trained: Any, **others: Any) -> Any:
        built.append(len(trained.weights))
        return build(*arguments, trained=trained, **others)

    monkeypatch.setattr(loop, "build_train_step", counting)
    state, events, _ = _started(sample_csv, unfreeze_every=2, epochs=5)
    started = [event for event in events(state) if isinstance(event, EpochStarted)]
    assert built == [2, 4, 6]
    assert [event.traces for event in started] == [True, False, True, False, True]
    top, norm, dense = "head and output layer", "layers[1] (batch_norm)", "layers[0] (dense)"
    assert [event.note for event in started] == [
        f"Trained from epoch 1 on: {top}; frozen: embedding, {dense}, {norm}",
        "",
        f"Trained from epoch 3 on: {norm}, {top}; frozen: embedding, {dense}",
        "",
        f"Trained from epoch 5 on: {dense}, {norm}, {top}; frozen: embedding",
    ]


def test_resumed_anywhere_the_result_is_bit_equal(sample_csv: Path) -> None:
    """Within an update of several steps, at the end of an epoch after which a group is unfrozen, and later."""
    from seqclf.training.events import EpochDone, StepDone

    state, events, begin = _started(sample_csv, epochs=4)
    seen = 0
    contents: dict[int, bytes] = {}
    for event in events(state):
        seen += isinstance(event, StepDone)
        if seen in (1, 8, 20) and (isinstance(event, EpochDone) or seen % 8):
            contents[seen] = state.to_bytes()
    assert sorted(contents) == [1, 8, 20]
    expected = state.to_bytes()
    for seen, content in contents.items():
        resumed = begin()
        resumed.load(content)
        assert (resumed.epoch, resumed.so_far.step) == divmod(seen, 8)
        list(events(resumed))
        assert resumed.to_bytes() == expected


def test_the_progress_says_what_is_trained() -> None:
    from rich.console import Console

    from seqclf.cli.progress import PlainProgress
    from seqclf.training.events import EpochStarted

    written = io.StringIO()
    progress = PlainProgress(Console(file=written, width=200))
    progress(EpochStarted(1, 8, "From epoch 1 on, only a and b are trained"))
    progress(EpochStarted(2, 8))
    assert written.getvalue() == "From epoch 1 on, only a and b are trained\n"
