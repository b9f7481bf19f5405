"""Several workers train the same model as one process at the same batch size."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config, trained, write_csv
from language_models import lm_config
from many_workers import job, train_with
from trainings import TRAINING, result, without_saved_models

from seqclf.runs import INTERRUPTED, Run

_NO_DRAWS = {"embedding__dropout": 0.0, "head": []}
_GENTLE = {"optimizer": {"type": "adam", "learning_rate": 1e-3}}
# Adam makes steps of one size of gradients that are hardly more than rounding, such as those of entropy near 1/2.
_PLAIN = {"optimizer": {"type": "sgd", "learning_rate": 0.1}}
_CLOSE = 1e-5


def _configs(folder: Path) -> dict[str, dict[str, Any]]:
    """Configs by their names; their texts are in ``folder``."""
    table = {"source": "table", "validation": 0.2, "train": str(folder / "weighted.csv")}
    stateful = {
        "batch_size": 15,
        "epochs": 3,
        "class_weights": "balanced",
        "layer_rates": None,
        "schedule": {"type": "plateau", "warmup": 2, "patience": 1},
    }
    all_kinds = [
        # Parts of different sizes, of batches that make one update, with all that has a state.
        small_config(
            name="state",
            data=table | {"weight": "weight"},
            layers=[
                {"type": "conv1d", "filters": 4, "kernel_size": 3},
                {"type": "batch_norm"},
                {"type": "simple_rnn", "units": 4},
            ],
            training=TRAINING | stateful | _GENTLE,
            **_NO_DRAWS,
        ),
        # Terms of texts of both kinds, in batches of a text or two.
        small_config(
            name="terms",
            data=table | {"unlabelled": str(folder / "more.csv")},
            layers=[{"type": "conv1d", "filters": 4, "kernel_size": 2}, {"type": "max_pool1d", "size": 2}, *POOLED],
            training={
                "epochs": 1,
                "batch_size": 40,
                "batch_tokens": 60,
                "unlabelled_batch_size": 3,
                "objectives": [
                    {"type": "adversarial", "epsilon": 0.5},
                    {"type": "entropy", "texts": "both", "weight": 0.3},
                ],
            }
            | _PLAIN,
            **_NO_DRAWS,
        ),
        # A second exchange in each step, and weights that only worker 0 finds on the validation texts.
        small_config(
            name="ngrams",
            data=table,
            ngrams={"buckets": 512},
            layers=POOLED,
            training={"epochs": 2, "batch_size": 16, "sharpness": {"rho": 0.05}} | _PLAIN,
            **_NO_DRAWS,
        ),
        # Three streams: with four workers, one of them has none.
        lm_config(
            name="words",
            data={"source": "text", "train": str(folder / "plain.txt"), "validation": 0.2, "documents": "line"},
            task={"activation_penalty": 0.1, "change_penalty": 0.1, "jitter": True},
            layers=[{"type": "simple_rnn", "units": 8}],
            training={"epochs": 2, "batch_size": 3, "accumulate_steps": 2} | _GENTLE,
            embedding__dropout=0.0,
        ),
        # Dropout, moves and mixtures, which each worker draws for itself.
        small_config(
            name="draws",
            data=table,
            layers=POOLED,
            embedding__dropout=0.5,
            training={"epochs": 3, "batch_size": 16, "objectives": [{"type": "mixup"}]} | _GENTLE,
        ),
    ]
    return {config["name"]: config for config in all_kinds}


@pytest.fixture(scope="session")
def configs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    from seqclf.sources.sample.grammar import reviews

    folder = tmp_path_factory.mktemp("texts")
    rows = reviews(130)
    weighted = [(text, label, str(1 + place % 3)) for place, (text, label) in enumerate(rows[:90])]
    write_csv(folder / "weighted.csv", [("text", "label", "weight"), *weighted])
    write_csv(folder / "more.csv", [("text",), *((text,) for text, _ in rows[90:])])
    (folder / "plain.txt").write_text("\n".join(text for text, _ in rows[:60]), encoding="utf-8")
    return _configs(folder)


@pytest.fixture(scope="session")
def alone(configs: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("alone")
    with without_saved_models():
        return {name: trained(config, folder) for name, config in configs.items()}


@pytest.fixture(scope="session")
def by_two(configs: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Runs of two workers: of each config, and ``stopped`` and ``resumed`` of those with and without draws."""
    jobs = [
        *map(job, configs.values()),
        job(configs["state"] | {"name": "stopped"}, stop=(1, 7)),
        job(configs["draws"] | {"name": "resumed"}, stop=(1, 7), resume=True),
    ]
    folder = tmp_path_factory.mktemp("two")
    runs = train_with(2, jobs, folder)
    assert not (folder / "runs-1").exists()  # worker 1 has written nothing there
    return runs


@pytest.fixture(scope="session")
def by_four(configs: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    return train_with(4, [job(configs["terms"]), job(configs["words"])], tmp_path_factory.mktemp("four"))


def _losses(run: Run) -> list[tuple[int, int | None, float]]:
    lines = [json.loads(line) for line in run.history.read_text(encoding="utf-8").splitlines()]
    return [(line["epoch"], line.get("step"), line["loss"]) for line in lines]


def _weights(run: Run) -> list[Any]:
    import keras

    import seqclf.model  # noqa: F401

    return keras.models.load_model(run.model, compile=False).get_weights()  # type: ignore[no-any-return]


def _assert_close(run: Run, other: Run, tolerance: float = _CLOSE) -> None:
    ours, theirs = _losses(run), _losses(other)
    assert [line[:2] for line in ours] == [line[:2] for line in theirs]
    np.testing.assert_allclose([line[2] for line in ours], [line[2] for line in theirs], atol=tolerance)
    for one, another in zip(_weights(run), _weights(other), strict=True):
        np.testing.assert_allclose(one, another, atol=tolerance)


@pytest.mark.parametrize("name", ["state", "terms", "ngrams", "words"])
def test_two_workers_train_as_one(name: str, alone: dict[str, Run], by_two: dict[str, Run]) -> None:
    _assert_close(by_two[name], alone[name])
    assert by_two[name].manifest["workers"] == 2 and "workers" not in alone[name].manifest


@pytest.mark.parametrize("name", ["terms", "words"])
def test_four_workers_train_as_one_where_some_have_no_texts(
    name: str, alone: dict[str, Run], by_four: dict[str, Run]
) -> None:
    _assert_close(by_four[name], alone[name])


def test_workers_draw_random_numbers_of_their_own(alone: dict[str, Run], by_two: dict[str, Run]) -> None:
    ours, theirs = _losses(by_two["draws"]), _losses(alone["draws"])
    assert [line[:2] for line in ours] == [line[:2] for line in theirs]
    assert all(one != other for (*_, one), (*_, other) in zip(ours, theirs, strict=True))


def test_a_stop_of_any_worker_stops_all_at_the_same_step(by_two: dict[str, Run]) -> None:
    manifest = by_two["stopped"].manifest
    assert (manifest["status"], manifest["epochs"]) == (INTERRUPTED, 1)
    (newest, *_) = sorted((path.name for path in by_two["stopped"].checkpoints.iterdir()), reverse=True)
    assert newest == "epoch000001-step00000002.state"  # 5 steps an epoch: worker 1 asked after step 7


def test_the_same_workers_resume_bit_for_bit(by_two: dict[str, Run]) -> None:
    assert result(by_two["resumed"]) == result(by_two["draws"])


def test_other_workers_resume_with_the_same_losses(
    alone: dict[str, Run], by_two: dict[str, Run], tmp_path: Path
) -> None:
    from seqclf.training.options import TrainOptions
    from seqclf.training.session import resume

    copy = Run(shutil.copytree(by_two["stopped"].folder, tmp_path / "stopped-1"))
    with without_saved_models():
        resume(copy, TrainOptions(report=False))
    _assert_close(copy, alone["state"], 1e-4)
