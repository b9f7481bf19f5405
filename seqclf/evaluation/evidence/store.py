"""Reads and writes the evidence of a run. What another model made of the texts is never returned."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

from seqclf.errors import InputError
from seqclf.evaluation.evidence.content import SplitEvidence
from seqclf.files import write_json
from seqclf.runs import Run


def model_fingerprint(run: Run) -> str:
    """A hex digest of all that determines the predictions of a run: weights, thresholds, calibration.

    Of the model files, that of ONNX is read, which has the same bytes for the same weights; a run without one has
    ``model.keras``.
    """
    running = hashlib.sha256()
    model = run.onnx if run.onnx.is_file() else run.model
    for path in (model, run.thresholds_file, run.calibration_file):
        if path.is_file():
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            running.update(f"{path.name} {content}\n".encode())
    return running.hexdigest()


def write_evidence(run: Run, evidence: SplitEvidence) -> None:
    """Write ``evidence/<split>.json``. Raises ``OSError``."""
    path = run.evidence_file(evidence.origin.split)
    path.parent.mkdir(exist_ok=True)
    write_json(path, evidence.to_json(), lists_in_lines=True)


@contextlib.contextmanager
def evidence_stays(run: Run) -> Iterator[None]:
    """The evidence of the run's model is that of the model after the block, which must predict the same."""
    kept = []
    for path in run.evidence.glob("*.json"):
        with contextlib.suppress(InputError):  # a report names the malformed file
            if (found := current_evidence(run, path.stem)) is not None:
                kept.append(found)
    yield
    for one in kept:
        write_evidence(run, replace(one, origin=replace(one.origin, model=model_fingerprint(run))))


def read_evidence(run: Run, split: str) -> SplitEvidence | None:
    """The evidence of a split; None if there is none. Of another model, such as earlier weights, only what is about the
    texts: labels, lengths, equal texts.

    Raises ``InputError`` if the file is malformed.
    """
    evidence = _stored(run, split)
    if evidence is None or evidence.origin.model == model_fingerprint(run):
        return evidence
    of_texts = {name: getattr(evidence, name) for name in ("labels", "lengths", "duplicates")}
    return SplitEvidence(evidence.origin, **of_texts)


def current_evidence(run: Run, split: str) -> SplitEvidence | None:
    """The evidence of a split if it is that of the run's model as it is, else None. Raises ``InputError`` if the file
    is malformed."""
    evidence = _stored(run, split)
    return evidence if evidence is not None and evidence.origin.model == model_fingerprint(run) else None


def _stored(run: Run, split: str) -> SplitEvidence | None:
    path = run.evidence_file(split)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return SplitEvidence.from_json(json.loads(content.decode()))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: {error}; delete it, and write it again with `seqclf eval --split {split}`"
        ) from error
