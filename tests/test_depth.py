"""Groups of layers by depth: what is in them, their rates, and what a config says of them."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from conftest import small_config
from hypothesis import given
from hypothesis import strategies as st
from language_models import lm_config
from test_model import KINDS

from seqclf.config import checked_config
from seqclf.config.depth import depth_groups, rate_factors, unfrozen
from seqclf.config.problems import ConfigError
from seqclf.config.schema import TrainingConfig
from seqclf.config.validation import warnings_of

POOL = {"type": "pool"}
DEEP = [
    {"type": "conv1d", "filters": 3, "kernel_size": [2, 3]},
    {"type": "spatial_dropout", "rate": 0.1},
    {"type": "residual", "layer": {"type": "gru", "units": 4}},
    {"type": "min_gru", "units": 3, "segment": 4, "bidirectional": True},
    {"type": "layer_norm"},
    {"type": "pool", "method": ["mean", "attention"]},
]
TITLES = [
    *("embedding", "layers[0] (conv1d)", "layers[2] (residual)", "layers[3] (min_gru)", "layers[4] (layer_norm)"),
    *("layers[5] (pool)", "head and output layer"),
]


def _config(**changes: Any) -> Any:
    return checked_config(small_config(data__train="a.csv", **changes))


def _titles(**changes: Any) -> list[str]:
    return [group.title for group in depth_groups(_config(**changes))]


def test_groups_are_the_layers_with_weights() -> None:
    assert _titles(layers=DEEP) == TITLES
    assert _titles(layers=DEEP, embedding__trainable=False) == TITLES[1:]
    assert _titles(layers=[], ngrams={}, embedding={}, head=[]) == TITLES[-1:]


def test_a_tied_output_layer_is_in_the_group_of_the_embedding() -> None:
    def titles(task: dict[str, Any], **changes: Any) -> list[str]:
        config = checked_config(lm_config(Path("a.csv"), task, **changes))
        return [group.title for group in depth_groups(config)]

    dense = [{"type": "dense", "units": 8, "activation": "linear"}]
    embedding, gru = "embedding with output layer", "layers[0] (gru)"
    assert titles({}) == titles({}, head=[{"type": "dropout", "rate": 0.1}]) == [embedding, gru]
    assert titles({}, head=dense) == [embedding, gru, "head"]
    assert titles({}, embedding__trainable=False) == [gru]
    assert titles({"tied": False}) == ["embedding", gru, "head and output layer"]


@pytest.mark.parametrize("head", [[], [{"type": "layer_norm"}]], ids=len)
def test_every_epoch_of_a_tied_language_model_trains_some_weights(head: list[dict[str, Any]]) -> None:
    from seqclf.model.language_model import build_language_model
    from seqclf.training.depth import Depth

    config = checked_config(lm_config(Path("a.csv"), head=head, training__unfreeze_every=1))
    model = build_language_model(config, 20)
    depth = Depth(model, config.training, depth_groups(config))
    counts = [len(depth.trained(epoch).weights) for epoch in range(1, 5)]
    assert counts[0] > 0
    assert counts[-1] == len(model.trainable_variables) > counts[0]


@pytest.mark.usefixtures("code_allowed")
@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_type_says_whether_it_has_weights(kind: str) -> None:
    """A custom layer may have some; ``Scaled`` has none."""
    from seqclf.model.build import build_model

    layers = [KINDS[kind]] if kind == "pool" else [KINDS[kind], {"type": "pool", "method": "max"}]
    config = _config(layers=layers, head=[])
    model = build_model(config, 20, ["a", "b"])
    of_layers = [one for one in model.trainable_variables if one.path.startswith("layers_")]
    assert config.layers[0].has_weights == bool(of_layers) or kind == "custom"


@pytest.mark.parametrize("ngrams", [None, {"buckets": 64}, {"buckets": 64, "join": "head", "dropout": 0.1}])
def test_every_trained_weight_is_in_the_group_of_its_layer(ngrams: Any) -> None:
    """Also parts of layers and layers within layers; fitted n-grams and their mix with the network are not trained."""
    from seqclf.model.build import build_model
    from seqclf.training.depth import Depth

    config = _config(layers=DEEP, ngrams=ngrams, training__unfreeze_every=1, embedding__row_dropout=0.1)
    model = build_model(config, 20, ["a", "b"])
    depth = Depth(model, config.training, depth_groups(config))
    found: dict[str, int] = {}
    for epoch in range(len(TITLES), 0, -1):
        found |= {weight.path: epoch for weight in depth.trained(epoch).weights}
    starts = ["", "layers_5", "layers_4", "layers_3", "layers_2", "layers_0", "embedding"]  # by the first epoch
    expected = {
        weight.path: next((i for i in range(2, 8) if weight.path.startswith(starts[i - 1])), 1)
        for weight in model.trainable_variables
    }
    assert found == expected
    assert set(expected.values()) == set(range(1, 8))


def test_weights_of_layers_within_layers_are_named_after_the_outer_one() -> None:
    from seqclf.model.build import build_model

    paths = [weight.path for weight in build_model(_config(layers=DEEP), 20, ["a", "b"]).trainable_variables]
    assert any("residual_gru" in path for path in paths) and any("residual_projection" in path for path in paths)


# --- rates and epochs -------------------------------------------------------------------------------------------------


def test_rates_fall_from_the_top() -> None:
    def factors(rates: Any) -> tuple[float, ...]:
        return rate_factors(TrainingConfig(layer_rates=rates), 4)

    assert factors(None) == (1, 1, 1, 1)
    assert factors({"decay": 2.0}) == (1 / 8, 1 / 4, 1 / 2, 1)
    assert factors({}) == pytest.approx([2.6**-3, 2.6**-2, 1 / 2.6, 1])
    assert factors([0.0, 3.0, 0.5, 2.0]) == (0.0, 3.0, 0.5, 2.0)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 99))
def test_one_group_more_is_trained_every_so_many_epochs(every: int, groups: int, epoch: int) -> None:
    training = TrainingConfig(unfreeze_every=every)
    counts = [unfrozen(training, one, groups) for one in range(1, epoch + 1)]
    assert counts[:every] == [1] * min(every, epoch)
    assert all(later - count in (0, 1) for count, later in itertools.pairwise(counts))
    assert all(counts.count(count) == every for count in range(1, min(counts[-1], groups)))
    assert max(counts) <= groups
    assert unfrozen(TrainingConfig(), epoch, groups) == groups


# --- checks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rates", "changes", "path", "expected"),
    [
        (
            [1, 1, 1],
            {"layers": DEEP},
            (),
            "expected 7 factors: one each for embedding, layers[0] (conv1d), layers[2] (residual), layers[3] "
            "(min_gru), layers[4] (layer_norm), layers[5] (pool), and head and output layer (layers[1] "
            "(spatial_dropout) has no weights to train); found 3",
        ),
        (
            [1, 1, 1],
            {"layers": [POOL], "embedding__trainable": False},
            (),
            "expected one factor, for head and output layer (embedding, layers[0] (pool) have no weights to train); "
            "found 3",
        ),
        ([1], {"layers": [POOL], "embedding__dim": 3}, (), "expected 2 factors: one each for embedding, and head"),
        ([1, 0], {"layers": [POOL]}, (1,), "which must be trained: expected more than 0, found 0"),
    ],
)
def test_a_list_has_a_factor_for_each_group(rates: Any, changes: Any, path: Any, expected: str) -> None:
    with pytest.raises(ConfigError) as raised:
        _config(training__layer_rates=rates, **changes)
    (problem,) = raised.value.problems
    assert problem.path == ("training", "layer_rates", *path)
    assert expected in problem.message


@pytest.mark.parametrize(
    ("training", "layers", "option", "expected"),
    [
        ({"layer_rates": {}}, [], "layer_rates", "has no effect: all weights to train are in head and output layer"),
        ({"unfreeze_every": 1}, [], "unfreeze_every", "has no effect"),
        (
            {"unfreeze_every": 2, "epochs": 4},
            [{"type": "gru", "units": 3}],
            "unfreeze_every",
            "training ends before embedding is unfrozen: the last of 3 groups is unfrozen after 4 epochs, and "
            "training.epochs is 4",
        ),
        (
            {"unfreeze_every": 2, "epochs": 2},
            [{"type": "gru", "units": 3}],
            "unfreeze_every",
            "training ends before embedding, layers[0] (gru) are unfrozen",
        ),
        ({"unfreeze_every": 2, "epochs": 5}, [{"type": "gru", "units": 3}], None, ""),
        (
            {"unfreeze_every": 3, "epochs": 9, "early_stopping": {"patience": 2}},
            [POOL],
            "unfreeze_every",
            "which may be before the next group is unfrozen: use a patience of at least 3",
        ),
        ({"unfreeze_every": 2, "epochs": 9, "early_stopping": {"patience": 2}}, [POOL], None, ""),
    ],
)
def test_options_of_little_effect_are_named(training: Any, layers: Any, option: str | None, expected: str) -> None:
    changes = {"embedding": {}, "ngrams": {}} if not layers else {}
    warnings = warnings_of(_config(layers=layers, training=training, head=[], **changes))
    messages = {problem.path: problem.message for problem in warnings}
    if option is None:
        assert not any(path[:2] == ("training", "unfreeze_every") for path in messages)
    else:
        assert expected in messages["training", option]


def test_a_depth_without_groups_is_refused() -> None:
    from seqclf.model.build import build_model
    from seqclf.training.state import TrainingState

    config = _config(training__unfreeze_every=1)
    with pytest.raises(ValueError, match="need the groups of the config"):
        TrainingState.begin(build_model(config, 20, ["a", "b"]), config.training)
