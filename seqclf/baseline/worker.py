"""The process that fits and scores: ``python -m seqclf.baseline.worker LIFELINE``, its task on standard input.

It ends when its parent process ends for any reason, which closes the pipe ``LIFELINE``. It unpickles nothing, and
writes its results to the cache.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from seqclf.baseline.scores import Baseline, Part
from seqclf.baseline.task import ANSWERS
from seqclf.cache import cached
from seqclf.errors import SeqclfError
from seqclf.files import write_json
from seqclf.labels import Labels
from seqclf.run_answers import Bound

_NICENESS = 10


def work(task: TextIO) -> None:
    """Carry out ``task``: the request in its first line, with the texts below (see ``seqclf.baseline.task.write``)."""
    head = json.loads(task.readline())
    labels = Labels.from_json(head["labels"])
    parts = {part["name"]: _read(task, part, labels) for part in head["parts"]}

    def fit(folder: Path) -> None:
        options = {name: head[name] for name in ("unit", "thresholds", "class_weights")}
        Baseline.fit(parts["train"], parts.get("validation"), labels, **options).save(folder)

    def score(folder: Path) -> None:
        scores, answers = baseline.measured(parts[head["split"]], labels)
        write_json(folder / "scores.json", scores.to_json())
        answers.write(folder / ANSWERS, Bound(head["texts"], head["model_key"]))

    baseline = Baseline.load(cached("baselines", head["model_key"], fit))
    cached("baseline_scores", head["scores_key"], score)


def _read(task: TextIO, part: dict[str, Any], labels: Labels) -> Part:
    rows = [json.loads(task.readline()) for _ in range(part["texts"])]
    truth: NDArray[Any]
    if not labels.multi:
        truth = np.array([row[1] for row in rows], np.float32 if part["soft"] else np.int32)
    else:
        truth = np.zeros((len(rows), len(labels) + len(part["more_labels"])), np.bool_)
        for applies, row in zip(truth, rows, strict=True):
            applies[row[1]] = True
    weighted = bool(rows) and len(rows[0]) > 2
    return Part(
        [row[0] for row in rows],
        truth,
        part["all_texts"],
        tuple(part["more_labels"]),
        np.array([row[2] for row in rows], np.float32) if weighted else None,
        None if part["places"] is None else np.array(part["places"], np.int64),
    )


def _end_with_parent(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os._exit(1)


def main() -> None:
    threading.Thread(target=_end_with_parent, args=(int(sys.argv[1]),), daemon=True).start()
    os.nice(_NICENESS)
    # If memory runs out, the system should kill this process and not the training (Linux).
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    with os.fdopen(0, encoding="utf-8", closefd=False) as task:
        try:
            work(task)
        except SeqclfError as error:  # its message is shown as the reason
            sys.exit(str(error))


if __name__ == "__main__":
    main()
