"""The baseline: what it learns, what it is bounded by, what it says, and the process that it runs in."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
from conftest import POOLED, small_config
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from seqclf.baseline import job as jobs
from seqclf.baseline import sample as samples
from seqclf.baseline.comparison import beside, description, lead, points_behind, reported_score, warning, what_to_try
from seqclf.baseline.job import BaselineJob, begin
from seqclf.baseline.linear import LinearModel, fit
from seqclf.baseline.ngrams import analyzer, choose_unit
from seqclf.baseline.sample import sample
from seqclf.baseline.scores import Baseline, Part
from seqclf.baseline.task import Request
from seqclf.cli.progress import PlainProgress
from seqclf.config import Config, checked_config
from seqclf.data.corpus import Corpus
from seqclf.data.source import LabelledTexts
from seqclf.label_weights import label_weights
from seqclf.labels import Labels
from seqclf.runs import Run

TEXTS = ["a good film", "a bad film", "good good story", "bad story , bad film", "", "it is a good day", "bad bad bad"]
TRUTH = np.array([1, 0, 1, 0, 0, 1, 0], np.int32)


def test_words_and_their_pairs() -> None:
    assert analyzer("words")("It's  GOOD, 好的") == [
        *("it's", "good", ",", "好", "的"),
        *("it's good", "good ,", ", 好", "好 的"),
    ]
    assert analyzer("words")("") == [] and analyzer("words")("one") == ["one"]


def test_runs_of_characters() -> None:
    grams = analyzer("characters")(" AC \n GT")
    assert grams == ["a", "c", " ", "g", "t", "ac", "c ", " g", "gt", "ac ", "c g", " gt", "ac g", "c gt"]


@pytest.mark.parametrize(
    ("texts", "unit"),
    [
        (["a good film", "the day was long"], "words"),
        (["ACGTACGTTTGACA", "TTGACAGGGTACCA"], "characters"),
        (["Schmidt", "Kowalski", "Tanaka"], "characters"),
        (["这部电影很好看", "我不喜欢这个故事"], "characters"),
        (["หนังเรื่องนี้ดีมาก"], "characters"),
        (["a b c d", "b b a c"], "characters"),
        (["ACGTACGTTTGACATTTAAGACCA TTGACAGGGTACCATTTAAGACCA ACA"] * 2, "words"),
        (["", "\u200b", "  "], "words"),
        ([], "words"),
    ],
)
def test_characters_are_taken_where_words_say_nothing(texts: list[str], unit: str) -> None:
    assert choose_unit(texts) == unit


def test_the_model_is_scikit_learn_s() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    model = fit(TEXTS, TRUTH, 2, "words")
    vectorizer = TfidfVectorizer(analyzer=analyzer("words"), sublinear_tf=True)
    theirs = LogisticRegression(C=20.0, solver="liblinear", dual=True, tol=0.1, random_state=0)
    theirs.fit(vectorizer.fit_transform(TEXTS), TRUTH)
    new = [*TEXTS, "good", "never seen", "a bad day"]
    expected = theirs.decision_function(vectorizer.transform(new))
    np.testing.assert_allclose(model.logits(new)[:, 0], expected, atol=1e-4)


def test_a_text_counts_as_often_as_its_weight_says() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    truth = np.array([1, 0, 1, 0, 0, 0, 0], np.int32)
    weights = label_weights("balanced", Labels(("neg", "pos")), truth)
    model = fit(TEXTS, truth, 2, "words", weights=weights)
    features = TfidfVectorizer(analyzer=analyzer("words"), sublinear_tf=True).fit_transform(TEXTS)
    theirs = LogisticRegression(C=20.0, class_weight="balanced", solver="liblinear", dual=True, tol=0.1, random_state=0)
    expected = theirs.fit(features, truth).decision_function(features)
    np.testing.assert_allclose(model.logits(TEXTS)[:, 0], expected, atol=1e-4)
    lists = np.stack([truth == 0, truth == 1], axis=1)
    apart = fit(TEXTS, lists, 2, "words", weights=np.array([1, 1], np.float32)).logits(TEXTS)
    np.testing.assert_allclose(apart, fit(TEXTS, lists, 2, "words").logits(TEXTS), atol=1e-4)
    heavy = fit(TEXTS, lists, 2, "words", weights=np.array([1, 50], np.float32)).logits(TEXTS)
    np.testing.assert_allclose(heavy[:, 0], apart[:, 0], atol=1e-4)
    assert (heavy[:, 1] > apart[:, 1]).all()


def test_class_weights_make_another_baseline(own_cache: Path) -> None:
    requests = [
        dataclasses.replace(_request(_texts, train="t", validation="v"), class_weights=given)
        for given in (None, "balanced", {"pos": 100.0}, {"pos": 50.0})
    ]
    assert len({request.model_key for request in requests}) == len({one.scores_key for one in requests}) == 4
    losses = []
    for request in requests[::2]:
        with BaselineJob(request) as job:
            scores = job.result()
        assert scores is not None, job.problem
        losses.append(scores["linear"]["loss"])
    assert losses[0] != losses[1]


def test_three_labels_are_the_shares_of_three_models() -> None:
    truth = np.array([1, 0, 1, 0, 2, 1, 0], np.int32)
    logits = fit(TEXTS, truth, 3, "words").logits(TEXTS)
    alone = [fit(TEXTS, (truth == label).astype(np.int32), 2, "words").logits(TEXTS)[:, 0] for label in range(3)]
    probabilities = 1 / (1 + np.exp(-np.array(alone).T))
    expected = probabilities / probabilities.sum(axis=1, keepdims=True)
    found = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_texts_without_anything_give_the_shares_of_the_labels() -> None:
    model = fit(["", " ", "\u200b", ""], np.array([0, 0, 0, 1], np.int32), 2, "words")
    np.testing.assert_allclose(model.logits(["", "something"])[:, 0], np.log(1 / 3), rtol=1e-6)


def test_a_label_of_all_texts_and_one_of_none() -> None:
    truth = np.array([[True, False, True], [True, False, False], [True, False, True]])
    logits = fit(["good", "bad", "good day"], truth, 3, "words").logits(["good", "bad"])
    assert (logits[:, 0] > 10).all() and (logits[:, 1] < -10).all()
    assert logits[0, 2] > 0 > logits[1, 2]


def test_few_weights_are_those_of_frequent_n_grams(monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.baseline import linear

    whole = fit(TEXTS, TRUTH, 2, "words")
    monkeypatch.setattr(linear, "_MOST_WEIGHTS", 3)
    small = fit(TEXTS, TRUTH, 2, "words")
    assert small.weights.shape == (1, 3) and len(whole.buckets) > 3
    assert set(small.buckets) <= set(whole.buckets)
    assert small.idf.max() <= np.sort(whole.idf)[2] + 1e-6  # the lowest idf: the most frequent


@given(st.lists(st.text(max_size=30), min_size=2, max_size=12))
def test_any_text_can_be_learnt_from_and_kept(texts: list[str]) -> None:
    import tempfile

    truth = np.arange(len(texts), dtype=np.int32) % 2
    model = fit(texts, truth, 2, choose_unit(texts))
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder))
        again = LinearModel.load(Path(folder))
    new = [*texts, "\ud800 lone", ""]
    logits = model.logits(new)
    assert np.isfinite(logits).all()
    assert (again.logits(new) == logits).all() and again.unit == model.unit


def test_a_kept_model_is_never_unpickled(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return (os.mkdir, (str(tmp_path / "executed"),))

    evil = np.array([Evil()], dtype=object)
    np.savez(tmp_path / "linear.npz", buckets=evil, idf=evil, weights=evil, intercepts=evil, unit=evil, exclusive=evil)
    with pytest.raises(ValueError, match="pickle"):
        LinearModel.load(tmp_path)
    assert not (tmp_path / "executed").exists()


def test_both_simple_models_are_measured() -> None:
    labels = Labels(("neg", "pos"))
    baseline = Baseline.fit(Part(TEXTS, TRUTH, 9), None, labels, unit="words", thresholds="per_label")
    part = Part(["good", "bad", "good", "good"], np.array([1, 0, 1, 0], np.int32), 4)
    scores = baseline.scores(part, labels)
    assert scores["linear"]["accuracy"] == 0.75
    assert scores["majority"]["accuracy"] == 0.5  # "neg", which four of seven training texts are
    assert scores["majority"]["loss"] == pytest.approx(-(np.log(4 / 7) + np.log(3 / 7)) / 2)
    assert {name: scores[name] for name in ("training_texts", "all_training_texts", "texts", "all_texts")} == {
        "training_texts": 7, "all_training_texts": 9, "texts": 4, "all_texts": 4,
    }  # fmt: skip
    json.dumps(scores)


def test_a_label_that_validation_lacks_does_no_harm() -> None:
    labels = Labels(("a", "b", "c"))
    truth = np.array([0, 1, 2, 0, 1, 2, 0], np.int32)
    baseline = Baseline.fit(Part(TEXTS, truth, 7), None, labels, unit="words", thresholds="per_label")
    scores = baseline.scores(Part(TEXTS[:2], np.array([0, 0], np.int32), 2), labels)
    assert scores["majority"]["accuracy"] == 1.0 and 0 <= scores["linear"]["accuracy"] <= 1


def _multi() -> tuple[list[str], np.ndarray]:
    texts, truth = [], []
    for number in range(60):
        red, round_ = number % 2 == 0, number % 3 == 0
        texts.append(f"{'red' if red else 'blue'} {'round' if round_ else 'flat'} thing {number}")
        truth.append([red, round_, False])
    return texts, np.array(truth)


@pytest.mark.parametrize(("unknown", "texts", "accuracy"), [("wrong", 3, 2 / 3), ("drop", 2, 1.0)])
def test_labels_that_no_training_text_has(own_cache: Path, unknown: Any, texts: int, accuracy: float) -> None:
    def read(split: str) -> LabelledTexts:
        strange = LabelledTexts(["a good film", "good good", "a bad film"], ["neg", "odd", "pos"], split)
        return _texts(split) if split == "train" else strange

    fingerprints = {"train": "t", "validation": "v"}
    request = Request(Labels(("neg", "pos")), fingerprints, read, "validation", "per_label", unknown)
    with BaselineJob(request) as job:
        scores = job.result()
    assert scores is not None, job.problem
    assert (scores["texts"], scores["linear"]["accuracy"]) == (texts, pytest.approx(accuracy))


@pytest.mark.parametrize("thresholds", ["per_label", "shared", 0.3])
def test_several_labels_a_text(thresholds: str | float, tmp_path: Path) -> None:
    texts, truth = _multi()
    labels = Labels(("red", "round", "never"), multi=True)
    train, validation = Part(texts[:40], truth[:40], 40), Part(texts[40:], truth[40:], 20)
    baseline = Baseline.fit(train, validation, labels, unit="words", thresholds=thresholds)
    scores = baseline.scores(validation, labels)
    assert scores["linear"]["micro_f1"] == 1.0
    # Of answers that are always the same, "red" and "round" is the best: F1 of 68/114 on 40 texts, "red" of 40/74.
    hits = truth[40:].sum()
    assert scores["majority"]["micro_f1"] == pytest.approx(2 * hits / (2 * 20 + hits))
    assert baseline.thresholds is not None
    if thresholds == 0.3:
        assert baseline.thresholds == [0.3] * 3
    baseline.save(tmp_path)
    assert Baseline.load(tmp_path).scores(validation, labels) == scores


def test_few_texts_are_all_used() -> None:
    assert sample(TEXTS, TRUTH, 10**6).tolist() == list(range(7))


def test_many_texts_are_sampled_with_every_label(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "MOST_TEXTS", 50)
    truth = np.zeros(1000, np.int32)
    truth[[17, 400]] = [1, 2]
    places = sample(["word"] * 1000, truth, 10**6)
    assert len(places) == 50 and {17, 400} <= set(places.tolist())
    assert (np.diff(places) > 0).all()
    assert places.tolist() == sample(["word"] * 1000, truth, 10**6).tolist()
    several = np.zeros((1000, 3), bool)
    several[17, 1] = several[400, 2] = True
    assert {17, 400} <= set(sample(["word"] * 1000, several, 10**6).tolist())


@pytest.mark.parametrize("most_texts", [100, 10_000])
def test_long_texts_are_sampled_by_their_characters(most_texts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "MOST_TEXTS", most_texts)
    monkeypatch.setattr(samples, "MOST_OF_ONE_TEXT", 100)
    texts = ["x" * (1000 if place % 2 else 50) for place in range(200)]
    truth = np.zeros(200, np.int32)
    truth[3] = 1
    places = sample(texts, truth, 2_000)
    assert 3 in places
    assert 1_900 <= sum(min(100, len(texts[place])) for place in places) <= 2_000


def test_more_labels_and_characters_leave_less_text() -> None:
    assert samples.characters_allowed("words", 1) == samples.characters_allowed("words", 10) == 40_000_000
    assert samples.characters_allowed("characters", 1) == 4_000_000
    assert samples.characters_allowed("words", 100) == 4_000_000
    assert samples.characters_allowed("characters", 100_000) == 1_000_000


def _request(read: Callable[[str], LabelledTexts], **fingerprints: str) -> Request:
    return Request(Labels(("neg", "pos")), fingerprints, read, "validation", "per_label")


def _texts(split: str) -> LabelledTexts:
    return LabelledTexts(TEXTS * 3, ["neg", "pos", "neg", "pos", "neg", "pos", "neg"] * 3, split)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def _never(split: str) -> LabelledTexts:
    raise AssertionError(f"{split} texts were read")


def test_a_job_s_scores_come_from_the_cache_the_next_time(own_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit(3)", encoding="utf-8")  # what lies about is not imported
    before = os.getcwd()
    os.chdir(tmp_path)
    try:
        with BaselineJob(_request(_texts, train="t", validation="v")) as job:
            scores = job.result()
    finally:
        os.chdir(before)
    assert job.problem is None and scores is not None
    assert (scores["training_texts"], scores["texts"]) == (21, 21)
    with BaselineJob(_request(_never, train="t", validation="v")) as job:
        assert job.is_done and job.result() == scores
    read = []

    def validation(split: str) -> LabelledTexts:
        read.append(split)
        return _texts(split)

    with BaselineJob(_request(validation, train="t", validation="another")) as job:
        assert job.result() == scores
    assert read == ["validation"], "the model was fitted already"
    assert {path.name for path in own_cache.iterdir()} == {"baselines", "baseline_scores"}, "no task is left"


def test_what_goes_wrong_is_a_reason_and_no_error(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(split: str) -> LabelledTexts:
        raise ValueError("texts cannot be read")

    with BaselineJob(_request(broken, train="t", validation="v")) as job:
        assert job.is_done and job.result() is None
        assert job.problem == "texts cannot be read"
    (own_cache / "baselines").write_text("in the way of a folder", encoding="utf-8")
    with BaselineJob(_request(_texts, train="t", validation="v")) as job:
        assert job.result() is None
    assert job.problem is not None and job.problem.startswith(str(own_cache)), "the message without the error's class"
    assert "the cache cannot be written" in job.problem
    monkeypatch.setattr(jobs.sys, "executable", "/no/python")
    with BaselineJob(_request(_texts, train="t", validation="v")) as job:
        assert job.result() is None
    assert job.problem is not None and "/no/python" in job.problem


@pytest.fixture
def slow(own_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Processes of jobs sleep in place of their work."""
    folder = tmp_path / "slow"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'seqclf.baseline.worker' in ' '.join(sys.orig_argv):\n"
        "    import seqclf.baseline.worker as worker, time\n"
        "    worker.work = lambda task: time.sleep(600)\n"
        "    sys.argv = ['worker', sys.orig_argv[-1]]\n"
        "    worker.main()\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
    return folder


def _process_of(job: BaselineJob) -> psutil.Process:
    assert job._process is not None
    return psutil.Process(job._process.pid)


def _gone(process: psutil.Process, seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_leaving_the_block_ends_the_process(slow: Path) -> None:
    with BaselineJob(_request(_texts, train="t", validation="v")) as job:
        process = _process_of(job)
        assert not job.is_done
    assert not process.is_running(), "no zombie either"
    assert job.is_done and job.result() is None and job.problem is None


def test_a_wait_can_be_ended(slow: Path) -> None:
    asked = iter([False, False, True])
    with BaselineJob(_request(_texts, train="t", validation="v")) as job:
        process = _process_of(job)
        assert job.result(lambda: next(asked)) is None
        assert not process.is_running() and job.problem is None


def test_a_wait_ends_by_itself(slow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_MOST_SECONDS", 0.1)
    with BaselineJob(_request(_texts, train="t", validation="v")) as job:
        assert job.result() is None
    assert job.problem is not None and "not fitted" in job.problem


def test_a_killed_process_is_a_reason(slow: Path) -> None:
    with BaselineJob(_request(_texts, train="t", validation="v")) as job:
        _process_of(job).kill()
        assert job.result() is None
    assert job.problem == "its process ended without a result (killed by SIGKILL)"


def test_the_process_ends_with_the_one_that_started_it(slow: Path, tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from test_baseline import _request, _texts, BaselineJob\n"
        "job = BaselineJob(_request(_texts, train='t', validation='v'))\n"
        "print(job._process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(Path(__file__).parent)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    assert os.getsid(child.pid) != os.getsid(parent.pid), "Ctrl-C reaches the training alone"
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert _gone(child)


def _config(**changes: Any) -> Config:
    return checked_config(small_config(data__source="table", data__train="a.csv", **changes))


def test_no_job_where_none_is_wanted(sample_csv: Path) -> None:
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
    from seqclf.data.tfds_source import TfdsSource

    monkeypatch.setattr(TfdsSource, "fingerprint", lambda *_: pytest.fail("it would be looked for"))
    data = {"source": "tfds", "dataset": "imdb_reviews", "data_dir": str(own_cache)}
    config = checked_config({"data": data, "layers": POOLED})
    known = {"train": "t", "validation": "v"}
    assert begin(config, Corpus(config), Labels(("neg", "pos")), known, _texts("given")) is None


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
    from seqclf.training import baseline as beside_training
    from seqclf.training.events import BaselineDone

    config = _config(training__baseline="auto")
    for threads, waits in ((Threads(1, 1), True), (Threads(2, 1), False)):
        monkeypatch.setenv("SEQCLF_CACHE", str(own_cache / str(waits)))
        monkeypatch.setattr(beside_training, "current_threads", lambda threads=threads: threads)
        events: list[Any] = []
        with beside_training.BaselineBeside(config, _training_data(_texts), events.append) as baseline:
            assert [event.what for event in events] == ["Fitting the linear baseline"] * waits
            done = baseline.result(lambda: False)
            baseline.look()  # it is announced once
        assert done is not None and [event for event in events if isinstance(event, BaselineDone)] == [done]


def test_a_training_without_its_baseline_says_why(own_cache: Path) -> None:
    from seqclf.training.baseline import BaselineBeside

    def broken(split: str) -> LabelledTexts:
        raise ValueError("texts cannot be read")

    events: list[Any] = []
    with BaselineBeside(_config(training__baseline="auto"), _training_data(broken), events.append) as baseline:
        assert baseline.result(lambda: False) is None
    console = io.StringIO()
    progress = PlainProgress(Console(file=console, width=80))
    for event in events:
        progress(event)
    assert console.getvalue() == "warning: no linear baseline to compare with: texts cannot be read\n"


def test_the_score_that_is_compared() -> None:
    assert reported_score(_config(), multi=False) == "accuracy"
    assert reported_score(_config(), multi=True) == "micro_f1"
    macro = _config(training__early_stopping={"monitor": "val_macro_f1"})
    assert reported_score(macro, multi=True) == reported_score(macro, multi=False) == "macro_f1"


def _scores(linear: float, **changes: Any) -> Mapping[str, Any]:
    sizes = {"training_texts": 900, "all_training_texts": 900, "texts": 100, "all_texts": 100}
    return {"linear": {"accuracy": linear}, "majority": {"accuracy": 0.5}, **sizes, **changes}


def test_what_is_said_beside_a_score() -> None:
    assert beside(0.896, 0.8712) == "linear baseline 0.8712, +2.5"
    assert beside(0.86, 0.8712) == "linear baseline 0.8712, -1.1"
    assert beside(0.8711, 0.8712) == "linear baseline 0.8712, +0.0"
    assert lead(0.896, _scores(0.8712), "accuracy") == "this run is 2.5 points ahead"
    assert lead(0.86, _scores(0.8712), "accuracy") == "this run is 1.1 points behind"
    assert lead(0.87, _scores(0.87), "accuracy") == "this run is level with it"
    said = "Baselines on validation: most frequent label accuracy 0.5000, linear model 0.8712"
    assert description(_scores(0.8712), "accuracy", "validation") == said
    sampled = _scores(0.8712, all_training_texts=12_345, all_texts=2_000)
    assert description(sampled, "accuracy", "validation") == (
        f"{said} (fitted on a sample of 900 of 12,345 texts, scored on a sample of 100 of 2,000)"
    )


def test_behind_is_more_than_chance() -> None:
    # One standard error of 0.9 on 100 texts is 0.03.
    assert points_behind(0.9, 0.929, 100) is None
    assert points_behind(0.9, 0.931, 100) == pytest.approx(3.1)
    assert points_behind(0.9, 0.91, 10_000) == pytest.approx(1.0)
    assert points_behind(0.9, 0.8, 10_000) is None
    assert points_behind(0.0, 0.5, 10) == 50 and points_behind(1.0, 1.0, 10) is None


def test_the_warning_says_by_how_much_and_what_to_try() -> None:
    config = _config(layers=[{"type": "lstm", "units": 4}])
    message = warning(config, {"accuracy": 0.6}, _scores(0.87))
    assert message is not None
    assert message.startswith(
        "a linear model of n-grams is ahead of this network by 27.0 points of accuracy on validation "
        "(0.8700 against 0.6000). What to try, in this order (docs/training.md says why):\n  1. "
    )
    places = [message.index(word) for word in ("method: [mean, max]", "vocab_size", "word_dropout", "epochs", "ngrams")]
    assert places == sorted(places)
    assert warning(config, {"accuracy": 0.88}, _scores(0.87)) is None


def test_what_the_config_has_is_not_advised() -> None:
    best = _config(
        layers=[{"type": "gru", "units": 4}, {"type": "pool", "method": ["mean", "max"]}],
        tokenizer__vocab_size=20_000,
        embedding__word_dropout=0.1,
        training__early_stopping={"patience": 8},
        ngrams={"weights": "idf"},
    )
    assert what_to_try(best) == []
    alone = _config(layers=[], head=[], ngrams={}, tokenizer__vocab_size=20_000)
    assert what_to_try(alone) == ["ngrams.weights: idf, which suits short texts and many labels"]
    assert "vocab_size" not in "; ".join(what_to_try(_config(tokenizer={"type": "byte"})))
    plain = _config(layers=[{"type": "lstm", "units": 4}])
    assert "vocab_size" in "; ".join(what_to_try(plain, vocabulary=300))
    assert "vocab_size" not in "; ".join(what_to_try(plain, vocabulary=299)), "it is not full"
    assert what_to_try(plain, last_was_best=True) == [
        "more training.epochs: the last one was the best",
        *(step for step in what_to_try(plain) if not step.startswith("more training.epochs")),
    ]


def test_what_can_be_typed_is_a_whole_command() -> None:
    from seqclf.config import parse_override

    config = _config(layers=[{"type": "lstm", "units": 4}])
    steps = what_to_try(config, last_was_best=True, file="my runs/c.yaml")
    commands = [shlex.split(step[step.index("seqclf train") :]) for step in steps if "seqclf train" in step]
    assert ["seqclf", "train", "my runs/c.yaml", "--set", "ngrams={}"] in commands
    assert commands[0][3:] == ["--set", f"training.epochs={2 * config.training.epochs}"]
    for command in commands:
        assert all(parse_override(setting).path for setting in command[4::2])


@pytest.mark.parametrize("run_name", ["binary_run", "three_label_run"])
def test_a_run_keeps_its_baseline(run_name: str, request: pytest.FixtureRequest) -> None:
    run = request.getfixturevalue(run_name)
    scores = run.metrics["validation"]["baseline"]
    assert scores["texts"] == run.metrics["validation"]["texts"]
    assert scores["linear"]["accuracy"] > scores["majority"]["accuracy"]
    assert {name: run.metrics["validation"].get(name) for name in scores["linear"]} == {
        name: value for name, value in run.metrics["validation"].items() if isinstance(value, float)
    }, "the network's own metrics"
    last = json.loads(run.history.read_text(encoding="utf-8").splitlines()[-1])
    assert last == {"type": "baseline", **scores}


def test_a_model_card_has_the_simple_models(binary_run: Run) -> None:
    from seqclf.config import load_config
    from seqclf.export.card import About, model_card

    run = binary_run
    card = model_card(
        About(run.name, load_config(run.config), run.labels, run.manifest, run.metrics),
        "onnx",
    )
    validation = run.metrics["validation"]
    network, linear, majority = (line for line in card.splitlines() if line.startswith("| validation"))
    assert f" {validation['texts']:,} | {validation['accuracy']:.4f} |" in network
    for line, model in ((linear, "linear"), (majority, "majority")):
        assert f" {validation['texts']:,} | {validation['baseline'][model]['accuracy']:.4f} |" in line


def test_check_says_it_before_training(three_labels_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.cli.check_report import print_report
    from seqclf.config import read_config
    from seqclf.training import examine as examining

    config = tmp_path / "config.json"
    values = small_config(data__train=str(three_labels_csv), layers=POOLED, training__baseline="auto")
    config.write_text(json.dumps(values), encoding="utf-8")
    monkeypatch.setattr(examining, "measure", lambda *_: (None, None))  # which takes seconds, and is another matter
    report = examining.examine(read_config(config), lambda stage: None)
    assert report.baseline is not None
    accuracy = report.baseline["linear"]["accuracy"]
    assert accuracy == 1.0 > report.baseline["majority"]["accuracy"] == pytest.approx(1 / 3)
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        print_report(report)
    assert "Baselines on validation: most frequent label accuracy 0.3333, linear model 1.0000." in shown.getvalue()
    values["training"]["baseline"] = False
    config.write_text(json.dumps(values), encoding="utf-8")
    assert examining.examine(read_config(config), lambda stage: None).baseline is None


@pytest.mark.parametrize(
    ("network", "line"), [(0.95, "+5.0), loss 0.3000"), (0.8, "-10.0), loss 0.3000")], ids=["ahead", "behind"]
)
def test_train_s_last_lines(network: float, line: str, binary_run: Run) -> None:
    from seqclf.cli.against_baseline import behind, scores_line
    from seqclf.training.train import Outcome

    validation = {"accuracy": network, "loss": 0.3, "macro_f1": network}
    outcome = Outcome("finished", 2, validation, 1.0, dict(_scores(0.9)))
    assert scores_line(_config(), validation, outcome.baseline) == (
        f"accuracy {network:.4f} (linear baseline 0.9000, {line}"
    )
    assert scores_line(_config(), validation, None) == f"accuracy {network:.4f}, loss 0.3000"
    macro = _config(training__early_stopping={"monitor": "val_macro_f1"})
    assert scores_line(macro, validation, None).startswith(f"macro F1 {network:.4f}, accuracy")
    warned = behind(_config(), outcome, binary_run.folder)
    assert (warned is None) == (network > 0.9)
    if warned is not None:
        assert "the last one was the best" in warned  # the second of two
        assert behind(_config(), dataclasses.replace(outcome, status="interrupted"), binary_run.folder) is None


def test_real_data_sets_are_as_good_as_a_linear_svm(real_data: Path, own_cache: Path) -> None:
    """TREC's published split: TF-IDF with a linear SVM is right on 89.8 %."""
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
    assert scores is not None and scores["linear"]["accuracy"] >= 0.885
