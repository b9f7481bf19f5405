"""When training, check and eval fit a baseline, and where they store its scores."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from baseline_examples import config_with, texts_of
from conftest import POOLED, small_config
from rich.console import Console

from seqclf.baseline.job import begin
from seqclf.cli.progress import PlainProgress
from seqclf.config import checked_config
from seqclf.data.corpus import Corpus
from seqclf.labels import Labels
from seqclf.metrics.evaluation import SingleLabelEvaluation
from seqclf.sources.texts import LabelledTexts


def test_no_job_if_none_is_wanted(sample_csv: Path) -> None:
    for changes in ({"training__baseline": False}, {"training__baseline": "auto", "data__validation": 0}):
        config = checked_config(small_config(data__train=str(sample_csv), **changes))
        assert begin(config, Corpus(config), Labels(("a", "b")), {"train": "t"}) is None


def test_training_texts_that_changed_are_not_fitted(sample_csv: Path, own_cache: Path) -> None:
    config = checked_config(small_config(data__train=str(sample_csv), training__baseline="auto"))
    known = {"train": "of other texts", "validation": "of others"}
    job = begin(config, Corpus(config), Labels(("negative", "positive")), known, "test")
    assert job is not None and job.result() is None
    assert job.problem == "the train texts have changed since the run was trained"


def test_other_texts_never_make_a_data_set_be_downloaded(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.sources.tfds import TfdsSource

    monkeypatch.setattr(TfdsSource, "fingerprint", lambda *_: pytest.fail("it would be looked for"))
    data = {"source": "tfds", "dataset": "imdb_reviews", "data_dir": str(own_cache)}
    config = checked_config({"data": data, "layers": POOLED})
    known = {"train": "t", "validation": "v"}
    assert begin(config, Corpus(config), Labels(("neg", "pos")), known, texts_of("given")) is None


def _training_data(read: Callable[[str], LabelledTexts]) -> Any:
    corpus = SimpleNamespace(
        has=lambda split: True,
        fingerprint=lambda split: split,
        texts_of=lambda split, _: read(split),
        forget=lambda: None,
    )
    fingerprints = {"train": "train", "validation": "validation"}
    return SimpleNamespace(corpus=corpus, labels=Labels(("neg", "pos")), fingerprints=fingerprints)


def test_a_training_with_one_thread_waits_for_the_baseline(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.runtime import Threads
    from seqclf.training import baseline as training_baseline
    from seqclf.training.events import BaselineDone

    config = config_with(training__baseline="auto")
    for threads, waits in ((Threads(1, 1), True), (Threads(2, 1), False)):
        monkeypatch.setenv("SEQCLF_CACHE", str(own_cache / str(waits)))
        monkeypatch.setattr(training_baseline, "current_threads", lambda threads=threads: threads)
        events: list[Any] = []
        with training_baseline.ParallelBaseline(config, _training_data(texts_of), events.append) as baseline:
            assert [event.what for event in events] == ["Fitting the linear baseline"] * waits
            done = baseline.result(lambda: False)
            baseline.poll()  # it is announced once
        assert done is not None and [event for event in events if isinstance(event, BaselineDone)] == [done]


def test_a_training_without_a_baseline_reports_why(own_cache: Path) -> None:
    from seqclf.training.baseline import ParallelBaseline

    def broken(split: str) -> LabelledTexts:
        raise ValueError("texts cannot be read")

    events: list[Any] = []
    with ParallelBaseline(config_with(training__baseline="auto"), _training_data(broken), events.append) as baseline:
        assert baseline.result(lambda: False) is None
    console = io.StringIO()
    progress = PlainProgress(Console(file=console, width=80))
    for event in events:
        progress(event)
    assert console.getvalue() == "warning: no linear baseline to compare with: texts cannot be read\n"


@pytest.mark.parametrize("run_name", ["binary_run", "three_label_run"])
def test_a_run_keeps_its_baseline(run_name: str, request: pytest.FixtureRequest) -> None:
    run = request.getfixturevalue(run_name)
    scores = run.metrics["validation"]["baseline"]
    assert scores["texts"] == run.metrics["validation"]["texts"]
    assert scores["linear"]["accuracy"] > scores["majority"]["accuracy"]
    own = {name for name, value in run.metrics["validation"].items() if isinstance(value, float)}
    measured_once = {name for name in own if name in SingleLabelEvaluation.marks()}
    assert set(scores["linear"]) == own - measured_once and measured_once, "the network's scores of each epoch"
    last = json.loads(run.history.read_text(encoding="utf-8").splitlines()[-1])
    assert last == {"type": "baseline", **scores}


def test_check_reports_it_before_training(
    three_labels_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqclf.cli.check_report import print_report
    from seqclf.config import read_config
    from seqclf.training import examine as examining

    config = tmp_path / "config.json"
    values = small_config(data__train=str(three_labels_csv), layers=POOLED, training__baseline="auto")
    config.write_text(json.dumps(values), encoding="utf-8")
    monkeypatch.setattr(examining, "measure", lambda *_: (None, None))  # which would take seconds
    report = examining.examine(read_config(config), lambda stage: None)
    assert report.baseline is not None
    accuracy = report.baseline.linear.accuracy
    assert accuracy == 1.0 > report.baseline.majority.accuracy == pytest.approx(1 / 3)
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        print_report(report)
    assert "Baselines on validation: most frequent label accuracy 0.3333, linear model 1.0000." in shown.getvalue()
    values["training"]["baseline"] = False
    config.write_text(json.dumps(values), encoding="utf-8")
    assert examining.examine(read_config(config), lambda stage: None).baseline is None


def test_real_data_sets_are_as_good_as_a_linear_svm(real_data: Path, own_cache: Path) -> None:
    """TREC's published split: TF-IDF with a linear SVM has an accuracy of 89.8 %."""
    settings = {
        "data": {
            "source": "table", "train": str(real_data / "data/trec/train.csv"),
            "validation": str(real_data / "data/trec/test.csv"), "test": None,
        },
        "layers": POOLED,
    }  # fmt: skip
    config = checked_config(settings)
    corpus = Corpus(config)
    fingerprints = {split: corpus.fingerprint(split) for split in ("train", "validation")}
    with begin(config, corpus, corpus.labels(), fingerprints) as job:  # type: ignore[union-attr]
        scores = job.result()
    assert scores is not None and scores.linear.accuracy >= 0.885
