"""Time one implementation: ``python -m seqclf.benchmark.worker WAY`` reads cases and writes seconds, as JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from seqclf.benchmark.batches import epoch, random_batch
from seqclf.benchmark.cases import EPOCH, Case
from seqclf.benchmark.ways import Work, work_of
from seqclf.data.encoded import EncodedTexts
from seqclf.tensorflow_startup import import_tensorflow

_LEAST_SECONDS = 0.3  # of a round; shorter rounds repeat their steps


def _time(work: Work, case: Case, request: dict[str, Any], seed: int) -> dict[str, Any]:
    if case.measure != EPOCH:
        batch = random_batch(case)
        tokens = int((batch[0] != 0).sum())
        steps, started = 0, time.perf_counter()
        while steps == 0 or time.perf_counter() - started < _LEAST_SECONDS:
            work(batch)
            steps += 1
        return {"seconds": (time.perf_counter() - started) / steps, "tokens": tokens, "cells": batch[0].size}
    texts = EncodedTexts.load(Path(request["texts"]))
    plan = epoch(texts, request["by_length"], request["sampled"], seed)
    started = time.perf_counter()
    for batch in plan.sample:
        work(batch)
    seconds = (time.perf_counter() - started) * plan.batches / len(plan.sample)
    tokens = int(texts.lengths.sum())
    return {"seconds": seconds, "tokens": tokens, "cells": plan.cells, "making_seconds": plan.making_seconds}


def main() -> None:
    way = sys.argv[1]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # output of the framework is not part of the answer
    if not way.startswith("torch"):
        import_tensorflow()
    if way == "seqclf":
        from seqclf.runtime import tune_runtime

        tune_runtime()
    ready: dict[Case, Work] = {}
    for line in sys.stdin:
        request = json.loads(line)
        case = Case(**request["case"])
        if case not in ready:
            ready.clear()  # one model at a time
            ready[case] = work_of(way, case)
            _time(ready[case], case, {**request, "sampled": 2}, seed=0)  # traces the step and allocates memory
        answers.write(json.dumps(_time(ready[case], case, request, request["round"])) + "\n")


if __name__ == "__main__":
    main()
