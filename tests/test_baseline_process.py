"""The process that fits the baseline: cache, failures, termination."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from baseline_examples import request_for, texts_of

from seqclf.baseline import job as jobs
from seqclf.baseline.job import BaselineJob
from seqclf.baseline.task import Request
from seqclf.labels import Labels
from seqclf.sources.texts import LabelledTexts


def test_class_weights_make_another_baseline(own_cache: Path) -> None:
    requests = [
        dataclasses.replace(request_for(texts_of, train="t", validation="v"), class_weights=given)
        for given in (None, "balanced", {"pos": 100.0}, {"pos": 50.0})
    ]
    assert len({request.model_key for request in requests}) == len({one.scores_key for one in requests}) == 4
    losses = []
    for request in requests[::2]:
        with BaselineJob(request) as job:
            scores = job.result()
        assert scores is not None, job.problem
        losses.append(scores.linear.loss)
    assert losses[0] != losses[1]


@pytest.mark.parametrize(("unknown", "texts", "accuracy"), [("wrong", 3, 2 / 3), ("drop", 2, 1.0)])
def test_labels_that_no_training_text_has(own_cache: Path, unknown: Any, texts: int, accuracy: float) -> None:
    def read(split: str) -> LabelledTexts:
        strange = LabelledTexts(["a good film", "good good", "a bad film"], ["neg", "odd", "pos"], split)
        return texts_of(split) if split == "train" else strange

    fingerprints = {"train": "t", "validation": "v"}
    request = Request(Labels(("neg", "pos")), fingerprints, read, "validation", "per_label", unknown)
    with BaselineJob(request) as job:
        scores = job.result()
    assert scores is not None, job.problem
    assert (scores.texts, scores.linear.accuracy) == (texts, pytest.approx(accuracy))


def _never(split: str) -> LabelledTexts:
    raise AssertionError(f"{split} texts were read")


def test_a_job_s_scores_come_from_the_cache_the_next_time(own_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit(3)", encoding="utf-8")  # what lies about is not imported
    before = os.getcwd()
    os.chdir(tmp_path)
    try:
        with BaselineJob(request_for(texts_of, train="t", validation="v")) as job:
            scores = job.result()
    finally:
        os.chdir(before)
    assert job.problem is None and scores is not None
    assert (scores.training_texts, scores.texts) == (21, 21)
    with BaselineJob(request_for(_never, train="t", validation="v")) as job:
        assert job.is_done and job.result() == scores
    read = []

    def validation(split: str) -> LabelledTexts:
        read.append(split)
        return texts_of(split)

    with BaselineJob(request_for(validation, train="t", validation="another")) as job:
        assert job.result() == scores
    assert read == ["validation"], "the model was fitted already"
    assert {path.name for path in own_cache.iterdir()} == {"baselines", "baseline_scores"}, "no task remains"


def test_what_goes_wrong_is_a_reason_and_no_error(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(split: str) -> LabelledTexts:
        raise ValueError("texts cannot be read")

    with BaselineJob(request_for(broken, train="t", validation="v")) as job:
        assert job.is_done and job.result() is None
        assert job.problem == "texts cannot be read"
    (own_cache / "baselines").write_text("in the way of a folder", encoding="utf-8")
    with BaselineJob(request_for(texts_of, train="t", validation="v")) as job:
        assert job.result() is None
    assert job.problem is not None and job.problem.startswith(str(own_cache)), (
        "only the message, without the class of the error"
    )
    assert "the cache cannot be written" in job.problem
    monkeypatch.setattr(jobs.sys, "executable", "/no/python")
    with BaselineJob(request_for(texts_of, train="t", validation="v")) as job:
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
    with BaselineJob(request_for(texts_of, train="t", validation="v")) as job:
        process = _process_of(job)
        assert not job.is_done
    assert not process.is_running(), "no zombie either"
    assert job.is_done and job.result() is None and job.problem is None


def test_a_wait_can_be_ended(slow: Path) -> None:
    asked = iter([False, False, True])
    with BaselineJob(request_for(texts_of, train="t", validation="v")) as job:
        process = _process_of(job)
        assert job.result(lambda: next(asked)) is None
        assert not process.is_running() and job.problem is None


def test_a_wait_ends_by_itself(slow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_MOST_SECONDS", 0.1)
    with BaselineJob(request_for(texts_of, train="t", validation="v")) as job:
        assert job.result() is None
    assert job.problem is not None and "its fit did not end within" in job.problem


def test_a_killed_process_is_a_reason(slow: Path) -> None:
    with BaselineJob(request_for(texts_of, train="t", validation="v")) as job:
        _process_of(job).kill()
        assert job.result() is None
    assert job.problem == "its process ended without a result (killed by SIGKILL)"


def test_the_process_ends_with_the_one_that_started_it(slow: Path, tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from baseline_examples import request_for, texts_of\n"
        "from seqclf.baseline.job import BaselineJob\n"
        "job = BaselineJob(request_for(texts_of, train='t', validation='v'))\n"
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
