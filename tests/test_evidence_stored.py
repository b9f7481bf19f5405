"""The evidence of a split: its JSON, and its storage in a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seqclf.errors import InputError
from seqclf.evaluation.evidence import content
from seqclf.evaluation.evidence.store import evidence_stays, model_fingerprint, read_evidence, write_evidence
from seqclf.files import write_json
from seqclf.runs import Run

SHOWN = content.ShownText("a\x00b <script> \u202e\u05d0 \ufffd", cut_before=3, tokens=7, part="a.csv", row=12)
FULL = content.SplitEvidence(
    content.Origin("a.csv", "validation", 3, "2026-11-27T08:00:00+00:00", "train", "ab"),
    (content.Curve("label", 2, "pos", ((0.0, 0.0), (1.0, 1.0)), ((1.0, 0.5),), 0.5, 0.5), content.Curve("micro", 2)),
    {"length": (content.SliceAccuracy("1 to 2", 3, 0.5, 0.1, 0.9, small=True),)},
    (
        content.WrongText(
            SHOWN,
            ("pos",),
            ("neg",),
            {"pos": 0.1, "neg": 0.9},
            2.3,
            "neg",
            (content.Word(0, 3, 0.4), content.Word(4, 6, None)),
        ),
    ),
    1,
    (content.LabelError(SHOWN, None, "pos", None, 0.9, 0.8),),
    1,
    (content.LabelCount("pos", 2, None), content.LabelCount("neg", 1, 20)),
    content.Lengths((content.LengthBin(1, 4, 3),), 2.5, 2.0, 4, 8, 1, 512),
    content.Duplicates(1, 0, None),
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A folder with what determines predictions."""
    (tmp_path / "model.onnx").write_bytes(b"weights")
    return Run(tmp_path)


def test_the_json_of_all_parts_is_read_back() -> None:
    assert content.SplitEvidence.from_json(json.loads(json.dumps(FULL.to_json()))) == FULL


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("texts", 10**400),
        ("texts", 2**63),
        ("accuracy", 1.5),
        ("accuracy", float("nan")),
        ("low", -0.1),
        ("high", 1e308),
        ("roc", [[0.0, 0.0], [1e308, 1.0]]),
    ],
)
def test_numbers_that_cannot_be_drawn_are_refused(part: str, value: Any) -> None:
    saved = FULL.to_json()
    place = saved["curves"][0] if part == "roc" else saved["slices"]["length"][0]
    place[part] = value
    with pytest.raises(ValueError, match=f"[.]{part}"):
        content.SplitEvidence.from_json(saved)


def test_evidence_that_is_nested_too_deeply_is_malformed(run: Run) -> None:
    path = run.evidence_file("test")
    path.parent.mkdir()
    path.write_text("[" * 200_000, encoding="utf-8")
    with pytest.raises(InputError, match="seqclf eval --split test"):
        read_evidence(run, "test")


def test_missing_parts_are_empty_and_unknown_ones_ignored() -> None:
    origin = {**FULL.to_json()["origin"], "later": 1}
    read = content.SplitEvidence.from_json({"origin": origin, "of_a_later_version": [1]})
    assert read == content.SplitEvidence(FULL.origin)


def _change(*path: str | int, to: Any) -> Callable[[Any], None]:
    def change(saved: Any) -> None:
        for step in path[:-1]:
            saved = saved[step]
        saved[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda saved: saved.pop("origin"), "origin"),
        (_change("origin", "texts", to=-1), "origin.texts"),
        (_change("wrong", to=3), "wrong"),
        (_change("wrong", 0, "shown", "text", to=None), "wrong.0.shown.text"),
        (_change("curves", 0, "roc_auc", to=float("nan")), "curves.0.roc_auc"),
        (_change("curves", 0, "roc", 1, to=[0.5]), "curves.0.roc.1"),
        (_change("lengths", "longest", to="4"), "lengths.longest"),
    ],
)
def test_the_place_of_what_is_malformed_is_named(change: Callable[[Any], None], named: str) -> None:
    saved = json.loads(json.dumps(FULL.to_json()))
    change(saved)
    with pytest.raises(ValueError, match=f"^{named}"):
        content.SplitEvidence.from_json(saved)


@pytest.mark.parametrize("saved", [None, [], "text", 3])
def test_anything_but_an_object_is_malformed(saved: Any) -> None:
    with pytest.raises(ValueError, match="object"):
        content.SplitEvidence.from_json(saved)


def test_what_another_model_said_is_left_out(run: Run) -> None:
    assert read_evidence(run, "validation") is None
    kept = replace(FULL, origin=replace(FULL.origin, model=model_fingerprint(run)))
    write_evidence(run, kept)
    assert read_evidence(run, "validation") == kept
    assert read_evidence(run, "test") is None
    write_json(run.thresholds_file, {"pos": 0.7})
    data_alone = content.SplitEvidence(
        kept.origin, labels=FULL.labels, lengths=FULL.lengths, duplicates=FULL.duplicates
    )
    assert read_evidence(run, "validation") == data_alone
    run.thresholds_file.unlink()
    assert read_evidence(run, "validation") == kept
    run.onnx.write_bytes(b"other weights")
    assert read_evidence(run, "validation") == data_alone


def test_evidence_stays_where_predictions_do(run: Run) -> None:
    kept = replace(FULL, origin=replace(FULL.origin, model=model_fingerprint(run)))
    write_evidence(run, kept)
    write_evidence(run, replace(FULL, origin=replace(FULL.origin, split="train")))  # of another model
    run.evidence_file("test").write_text("{")
    with evidence_stays(run):
        run.onnx.write_bytes(b"the same weights with other names")
    found = read_evidence(run, "validation")
    assert found is not None and replace(found, origin=kept.origin) == kept
    of_training = read_evidence(run, "train")
    assert of_training is not None and of_training.origin.model == FULL.origin.model and not of_training.wrong


def test_metrics_and_evidence_are_forgotten_together(run: Run) -> None:
    write_evidence(run, FULL)
    run.write_metrics("validation", {"accuracy": 1.0})
    write_evidence(run, replace(FULL, origin=replace(FULL.origin, split="train")))
    run.forget_metrics()
    assert [path.name for path in run.evidence.iterdir()] == ["train.json"] and not run.metrics


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"origin": 3}', b"\xff"])
def test_a_malformed_file_is_named_with_what_to_do(run: Run, content: bytes) -> None:
    run.evidence.mkdir()
    run.evidence_file("test").write_bytes(content)
    with pytest.raises(InputError, match=r"test\.json.*seqclf eval --split test"):
        read_evidence(run, "test")
