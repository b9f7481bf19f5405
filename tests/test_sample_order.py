"""The synthetic sample needs a model that reads in order, and the quickstart config is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from trainings import without_saved_models

from seqclf.config import load_config, parse_override
from seqclf.new_runs import begin_run
from seqclf.runs import Run

ROOT = Path(__file__).parents[1]
QUICKSTART = ROOT / "configs" / "quickstart.yaml"


def _test_accuracy(runs: Path, *settings: str) -> float:
    from seqclf.data.prepare import prepare_split
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.training.train import train

    config = load_config(QUICKSTART, [parse_override(setting) for setting in settings])
    run = begin_run(runs, config.name)
    with without_saved_models():
        train(config, run)
    classifier = KerasClassifier.load(run)
    test = prepare_split(
        classifier.config, "test", classifier.tokenizer, classifier.labels, run.manifest["data_fingerprint"]
    )
    assert run.manifest["data"] == run.metrics["validation"]["data"] == "synthetic sample"
    return float(classifier.evaluate(test).accuracy)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def lstm_accuracy(folder: Path) -> float:
    return _test_accuracy(folder)


def test_quickstart_solves_the_sample(lstm_accuracy: float) -> None:
    assert lstm_accuracy > 0.97


def test_the_readme_shows_what_the_demo_prints(lstm_accuracy: float, folder: Path) -> None:
    """What does not depend on the machine: counts, and the accuracy of the baselines."""
    run = Run(folder / "quickstart-1")
    validation = run.metrics["validation"]
    baseline = validation["baseline"]
    texts = f"Training on {baseline['training_texts']:,} texts ({run.manifest['data']}), validating on "
    linear, majority = (baseline[name]["accuracy"] for name in ("linear", "majority"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{texts}{validation['texts']}; {run.manifest['parameters']:,} parameters\n" in readme
    assert f"most frequent label accuracy {majority:.4f}, linear model {linear:.4f}\n" in readme
    assert f"(linear baseline {linear:.4f}, " in readme


def test_a_bag_of_embeddings_stays_far_below(lstm_accuracy: float, tmp_path: Path) -> None:
    """The same model with a mean over the embeddings instead of the LSTM, trained for as long."""
    bag = _test_accuracy(tmp_path, "layers=[{type: pool, method: mean}]", "training.early_stopping.patience=8")
    assert 0.5 < bag < lstm_accuracy - 0.1
