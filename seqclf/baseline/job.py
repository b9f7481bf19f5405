"""Fit and score a baseline in a separate process, in parallel with other work.

A process, not a thread: both training steps and the cutting of texts into n-grams hold Python's global lock, so each
would wait for the other. A new process, not a fork: TensorFlow's threads do not survive a fork. It starts in half a
second and caches its results, so the next training on the same data needs none.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from seqclf.baseline.task import ANSWERS, Request, write
from seqclf.cache import cache_folder
from seqclf.config import Config
from seqclf.data.corpus import Corpus
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.metrics.baseline import BaselineScores
from seqclf.run_answers import Bound, KeptAnswers
from seqclf.sources.texts import LabelledTexts

_SECONDS_BETWEEN_LOOKS = 0.05
_MOST_SECONDS = 600.0
_OTHER_TEXTS = "other texts"
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class BaselineJob:
    """Scores of a baseline that is being fitted. It never fails a training: ``problem`` says what went wrong.

    Use it as a context manager: leaving the block ends the process.
    """

    def __init__(self, request: Request) -> None:
        self.problem: str | None = None
        self._request = request
        self._scores = _kept(request)
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: int | None = None
        self._errors: IO[bytes] | None = None
        if self._scores is not None:
            return
        try:
            self._start()
        except Exception as error:  # the caller's work continues in any case
            self.problem = str(error) or type(error).__name__
            self.close()

    def _start(self) -> None:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile("w+", encoding="utf-8", dir=folder) as task:
            write(self._request, task)
            task.seek(0)
            self._errors = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
            watched, self._lifeline = os.pipe()
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "seqclf.baseline.worker", str(watched)],
                    stdin=task,
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    env={**os.environ, **_ONE_THREAD, "PYTHONPATH": _python_path()},
                    pass_fds=(watched,),
                    start_new_session=True,  # Ctrl-C is for the training, which handles it
                )
            finally:
                os.close(watched)

    @property
    def is_done(self) -> bool:
        """Whether ``result`` returns at once."""
        return self._process is None or self._process.poll() is not None

    def result(self, should_stop: Callable[[], bool] = lambda: False) -> BaselineScores | None:
        """Wait for the scores; None if there are none.

        ``problem`` then says why, unless ``should_stop`` ended the wait.
        """
        if self._process is None:
            return self._scores
        patience = time.monotonic() + _MOST_SECONDS
        while not self.is_done:
            if should_stop():
                self.close()
                return None
            if time.monotonic() > patience:
                self.problem = f"its fit did not end within {_MOST_SECONDS / 60:.0f} more minutes"
                self.close()
                return None
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        self._scores = _kept(self._request) if self._process.returncode == 0 else None
        if self._scores is None:
            self.problem = self._reason()
        self.close()
        return self._scores

    @property
    def answers(self) -> tuple[KeptAnswers, Bound] | None:
        """What the linear model answered to the texts, after ``result`` returned scores; None if it cannot be read."""
        try:
            return KeptAnswers.read(_folder(self._request) / ANSWERS)
        except InputError:
            return None

    def _reason(self) -> str:
        assert self._process is not None and self._errors is not None
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        code = self._process.returncode
        ended = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return lines[-1] if lines and code > 0 else f"its process ended without a result ({ended})"

    def close(self) -> None:
        """End the process if it is running."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def __enter__(self) -> BaselineJob:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def begin(
    config: Config,
    corpus: Corpus,
    labels: Labels,
    fingerprints: Mapping[str, str],
    scored: str | LabelledTexts = "validation",
) -> BaselineJob | None:
    """Start the baseline of a config on one of its splits or on other texts; None if the config disables it or has no
    such split.

    ``fingerprints`` belong to the training and validation texts. If these texts have changed since, and the baseline
    needs a fit to them, the job reports that as its problem.
    """
    split = scored if isinstance(scored, str) else _OTHER_TEXTS
    if (
        not config.task.needs_labels
        or config.training.baseline is False
        or (isinstance(scored, str) and not corpus.has(scored))
    ):
        return None
    known = dict(fingerprints)
    if not isinstance(scored, str):
        known[split] = scored.digest
    elif split not in known:
        known[split] = corpus.fingerprint(split)

    def read(name: str) -> LabelledTexts:
        if not isinstance(scored, str) and name == split:
            return scored
        if corpus.fingerprint(name) != known[name]:
            raise InputError(f"the {name} texts have changed since the run was trained")
        return corpus.texts_of(name, known[name])

    training = config.training
    request = Request(
        labels, known, read, split, training.thresholds, config.data.unknown_labels, training.class_weights
    )
    if split == _OTHER_TEXTS and config.data.may_download and not request.is_fitted:
        return None  # reading the training texts may download them, which nobody asked for
    return BaselineJob(request)


def _kept(request: Request) -> BaselineScores | None:
    """Cached scores; None if there are none or they are malformed."""
    path = _folder(request) / "scores.json"
    try:
        return BaselineScores.from_json(json.loads(path.read_text(encoding="utf-8")), request.labels.multi)
    except (OSError, ValueError):
        return None


def _folder(request: Request) -> Path:
    """The folder of the cached scores."""
    return cache_folder() / "baseline_scores" / request.scores_key[:32]


def _python_path() -> str:
    """A module path that has this package but not the working directory."""
    mine = str(Path(__file__).parents[2])
    return os.pathsep.join(filter(None, (mine, os.environ.get("PYTHONPATH"))))
