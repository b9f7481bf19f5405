"""Teachers of a training: which runs they are, what they are asked, and what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config, write_csv
from teacher_examples import WORDS, config_of, teacher_run, texts_of, values_of

from seqclf.config import Config, checked_config
from seqclf.config.problems import ConfigError
from seqclf.data.prepare import TrainingData, prepare
from seqclf.inference import Classifier
from seqclf.labels import Labels
from seqclf.runs import INTERRUPTED, Run
from seqclf.sources.texts import LabelledTexts
from seqclf.training.resolve import resolved
from seqclf.training.teachers import ask as asking
from seqclf.training.teachers.ask import Asked, ask
from seqclf.training.teachers.find import Teacher, find_teachers
from seqclf.training.teachers.teach import with_teachers


def _taught(config: Config, say: Callable[[str], None] = lambda _: None) -> TrainingData:
    return with_teachers(config, prepare(config), say)


def _answers(run: Path, texts: list[str]) -> np.ndarray:
    found: np.ndarray = Classifier.load(run).probabilities(texts)
    return found


def test_several_teachers_are_averaged(teachers: Path) -> None:
    """An exported folder says nothing about its training texts, so all teachers answer each text."""
    exported = teachers / "exported"
    if not exported.exists():
        exported.mkdir()
        shutil.copy(teachers / "runs" / "two-1" / "model.onnx", exported)
        shutil.copytree(teachers / "runs" / "two-1" / "tokenizer", exported / "tokenizer")
    data = _taught(config_of(teachers, ["one", str(exported)]))
    texts = list(data.corpus.texts("train").texts)
    expected = (_answers(teachers / "runs" / "one-1", texts) + _answers(exported, texts)) / 2
    assert data.taught is not None
    assert data.taught.train is not None
    np.testing.assert_allclose(data.taught.train, expected, rtol=1e-5)
    assert data.taught.about["seen"] is None
    assert data.taught.notes[0].endswith("the texts that they were trained on are not all known")


def test_a_text_is_judged_by_those_that_were_not_trained_on_it(teachers: Path) -> None:
    data = _taught(config_of(teachers, ["one", "two"]))
    texts = list(data.corpus.texts("train").texts)
    assert data.taught is not None
    assert data.taught.train is not None
    known = set(texts_of(20))
    one, two = (_answers(teachers / "runs" / f"{name}-1", texts) for name in ("one", "two"))
    expected = np.where([[text in known] for text in texts], two, one)
    np.testing.assert_allclose(data.taught.train, expected, rtol=1e-5)
    assert data.taught.about["seen"] == 0
    assert data.taught.notes == (
        "learns from one-1, two-1 with weight 0.5; each training text is judged by teachers that were not trained on "
        "it",
    )


def test_where_all_have_seen_a_text_all_are_asked(teachers: Path) -> None:
    data = _taught(config_of(teachers, ["one", "both"]))
    texts = list(data.corpus.texts("train").texts)
    assert data.taught is not None
    assert data.taught.train is not None
    one, both = (_answers(teachers / "runs" / f"{name}-1", texts) for name in ("one", "both"))
    known = set(texts_of(20))
    expected = np.where([[text in known] for text in texts], (one + both) / 2, one)
    np.testing.assert_allclose(data.taught.train, expected, rtol=1e-5)
    assert data.taught.about["seen"] == 20
    assert "20 of the 40 training texts, so they are too certain of them" in data.taught.notes[0]


def test_unlabelled_texts_within_the_bounds_are_used(teachers: Path) -> None:
    more = {"unlabelled": str(teachers / "more.csv")}
    data = _taught(config_of(teachers, ["both"], data=more, weight=0, confidence={"at_least": 0.6}))
    assert data.taught is not None
    assert data.taught.train is None
    answers = _answers(teachers / "runs" / "both-1", texts_of(60, 900))
    assert data.taught.unlabelled is not None
    assert data.taught.used is not None
    np.testing.assert_allclose(data.taught.unlabelled, answers, rtol=1e-5)
    certain = answers.max(axis=1) >= 0.6
    assert 0 < certain.sum() < 60
    np.testing.assert_array_equal(data.taught.used, certain)
    counts = np.bincount(answers[certain].argmax(axis=1), minlength=2).tolist()
    assert data.taught.about["unlabelled"] == dict(zip("01", counts, strict=True))
    assert data.taught.notes[1] == (
        f"{certain.sum()} of 60 unlabelled texts have a confidence of at least 0.6: 0 {counts[0]}, 1 {counts[1]}"
    )
    from seqclf.tasks.kinds import task_of

    config = config_of(teachers, ["both"], data=more, weight=0, confidence={"at_least": 0.6})
    batches = task_of(config, data).batches(data.train, config, training=True)
    read = np.concatenate([pair.unlabelled for epoch in range(1, 9) for pair in batches.shuffled(0, epoch)])
    assert set(read.tolist()) == set(np.flatnonzero(certain).tolist())
    with pytest.raises(ConfigError, match=r"training\.teacher\.confidence: leaves out all 60 unlabelled texts"):
        _taught(config_of(teachers, ["both"], data=more, confidence={"at_least": 1.0}))


def test_unlabelled_texts_that_a_teacher_was_trained_on_bring_a_warning(teachers: Path) -> None:
    data = {"unlabelled": str(teachers / "one.csv")}
    told = _taught(config_of(teachers, ["one"], data=data, weight=0)).taught
    assert told is not None
    assert "all 20 unlabelled texts are training texts of one-1, which is too certain of them" in told.warnings[0]
    told = _taught(config_of(teachers, ["one", "two"], data=data, weight=0)).taught
    assert told is not None
    assert not any("training texts of" in warning for warning in told.warnings)  # the other one judges them


def test_uneven_labels_bring_a_warning(teachers: Path) -> None:
    answers = _answers(teachers / "runs" / "both-1", texts_of(60, 900))
    highest = answers.max(axis=1).max()
    bounds = {"at_least": round(float(highest) - 0.002, 4)}
    data = _taught(config_of(teachers, ["both"], data={"unlabelled": str(teachers / "more.csv")}, confidence=bounds))
    assert data.taught is not None
    chosen = answers[answers.max(axis=1) >= bounds["at_least"]].argmax(axis=1)
    assert len(set(chosen.tolist())) == 1
    label, other = chosen[0], 1 - chosen[0]
    warnings = "\n".join(data.taught.warnings)
    assert f'has the label "{other}" according' in warnings
    assert f'100 % of the unlabelled texts that are used have the label "{label}"' in warnings


def test_the_order_of_labels_is_that_of_the_training(teachers: Path) -> None:
    texts = LabelledTexts(texts_of(5), ["0"] * 5, "x")
    asked = Asked("training", "order", 5, (), lambda: texts)
    teacher = Teacher(Run(teachers / "runs" / "one-1"))
    turned = ask([teacher], [teacher.fingerprint], asked, Labels(("1", "0")), lambda _: None)
    np.testing.assert_allclose(turned.probabilities[:, ::-1], _answers(teacher.run.folder, texts_of(5)), rtol=1e-5)


def test_answers_are_computed_once_and_survive_an_interruption(
    teachers: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_TEXTS_A_BLOCK", 4)
    texts = LabelledTexts(texts_of(10), ["0"] * 10, "x")
    teacher = Teacher(Run(teachers / "runs" / "one-1"))
    said: list[str] = []

    def asked(read: Callable[[], LabelledTexts]) -> Any:
        about = Asked("training", "once", 10, (), read)
        return ask([teacher], [teacher.fingerprint], about, Labels(("0", "1")), said.append)

    def stop(what: str) -> None:
        if "8 done" in what:
            raise KeyboardInterrupt

    about = Asked("training", "once", 10, (), lambda: texts)
    with pytest.raises(KeyboardInterrupt):
        ask([teacher], [teacher.fingerprint], about, Labels(("0", "1")), stop)
    first = asked(lambda: texts)
    assert said == ["Asking one-1 about 10 training texts, 8 done"]
    np.testing.assert_allclose(first.probabilities, _answers(teacher.run.folder, texts_of(10)), rtol=1e-5)

    def read_again() -> LabelledTexts:
        raise AssertionError("the texts are read again")

    again = asked(read_again)
    assert again.digest == first.digest
    assert len(said) == 1


def test_what_teachers_are_is_checked_before_anything_is_read(
    teachers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = teachers / "runs"

    def problem(named: Any) -> str:
        with pytest.raises(ConfigError) as caught:
            find_teachers(checked_config(values_of(teachers, named)), runs)
        return str(caught.value)

    assert "training.teacher.runs[1]: no run tow in" in problem(["one", "tow"])
    for name, change in (("without", lambda run: run.onnx.unlink()), ("stopped", _as_killed)):
        copy = runs / f"{name}-1"
        shutil.copytree(runs / "one-1", copy, dirs_exist_ok=True)
        change(Run(copy))
    assert "has no ONNX model, by which teachers are asked" in problem(["without-1"])
    assert "the run is incomplete" in problem("stopped-1")
    for name in ("without", "stopped"):
        shutil.rmtree(runs / f"{name}-1")


def _as_killed(run: Run) -> None:
    run.update_manifest(status="running")


def test_an_interrupted_teacher_brings_a_warning(teachers: Path, tmp_path: Path) -> None:
    copy = tmp_path / "stopped"
    shutil.copytree(teachers / "runs" / "one-1", copy)
    Run(copy).update_manifest(status=INTERRUPTED)
    data = _taught(config_of(teachers, str(copy)))
    assert data.taught is not None
    assert data.taught.warnings == ("the training of stopped was interrupted; its best weights so far are asked",)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"weight": 0}, r"training\.teacher\.weight: is 0, so the teacher has no effect; raise it, or set data\.unl"),
        ({"unlabelled": 0.5}, r"training\.teacher\.unlabelled: has no effect without unlabelled texts"),
        (
            {"confidence": {}},
            r"training\.teacher\.confidence: chooses among unlabelled texts, but the teacher",
        ),
        ({"hard": True, "temperature": 2}, r"training\.teacher\.temperature: has no effect with hard"),
        ({"runs": ["a", "b", "a"]}, r'training\.teacher\.runs\[2\]: expected each run once, found "a" twice'),
    ],
)
def test_options_without_effect_are_refused(teachers: Path, options: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        checked_config(values_of(teachers, options.pop("runs", "one"), **options))


def test_bounds_leave_something(teachers: Path) -> None:
    more = {"unlabelled": str(teachers / "more.csv")}
    with pytest.raises(ConfigError, match=r"at_least: is 0\.9, more than at_most, 0\.8"):
        checked_config(values_of(teachers, "one", data=more, confidence={"at_least": 0.9, "at_most": 0.8}))
    with pytest.raises(ConfigError, match="leaves out nothing with these bounds"):
        checked_config(values_of(teachers, "one", data=more, confidence={"at_least": 0}))
    with pytest.raises(ConfigError, match=r"data\.unlabelled: is not used: training\.teacher\.unlabelled is 0"):
        checked_config(values_of(teachers, "one", data=more, unlabelled=0))


def test_teachers_fit_the_texts(teachers: Path, three_labels_csv: Path, tmp_path: Path) -> None:
    lists = tmp_path / "lists.jsonl"
    rows = [{"text": text, "label": ["0", "1"][: i % 3]} for i, text in enumerate(texts_of(9))]
    lists.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")

    def message(train: Path, **options: Any) -> str:
        data = {"source": "table", "train": str(train), "validation": 0, **options}
        run = teacher_run(small_config(data=data, layers=POOLED, head=[]), tmp_path / "runs")
        with pytest.raises(ConfigError) as caught:
            _taught(config_of(teachers, str(run.folder)))
        return str(caught.value)

    assert 'it lacks "0", "1" and also has "money", "space", "sport"; name another run' in message(three_labels_csv)
    assert "gives a text several labels, but these texts have one label" in message(lists)
    write_csv(tmp_path / "two.csv", [("text", "title", "label"), *((a, "b", f"{i % 2}") for i, a in enumerate(WORDS))])
    assert "reads texts of title, text, but data.text is one column" in message(
        tmp_path / "two.csv", text=["title", "text"]
    )
    years = [("text", "year", "label"), *((a, f"{i}", f"{i % 2}") for i, a in enumerate(WORDS))]
    write_csv(tmp_path / "years.csv", years)
    named = message(tmp_path / "years.csv", extra={"year": "number"})
    assert 'reads the column "year" beside the text; add it to data.extra' in named


def test_held_out_texts_that_a_teacher_knows_bring_a_warning(teachers: Path) -> None:
    data = {
        "validation": str(teachers / "one.csv"),
        "test": str(teachers / "two.csv"),
        "train": str(teachers / "more.csv"),
    }
    found = _taught(config_of(teachers, ["one"], data=data))
    assert found.taught is not None
    (warning,) = found.taught.warnings
    assert warning.startswith("20 of 20 validation texts are training texts of one-1: the scores say little")


def test_a_cross_validation_stands_for_its_runs(teachers: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for fold, name, status in ((1, "one", "finished"), (2, "two", "finished"), (3, "both", INTERRUPTED)):
        shutil.copytree(teachers / "runs" / f"{name}-1", runs / f"cv-1-fold{fold}")
        Run(runs / f"cv-1-fold{fold}").update_manifest(status=status)
    for group in ("cv-1", "cv-2"):
        folds = [{"fold": fold, "run": f"{group}-fold{fold}", "status": "finished"} for fold in (1, 2, 3)]
        summary = {"name": group, "status": "finished", "folds": 3, "runs": folds}
        (runs / f"{group}-folds.json").write_text(json.dumps(summary), encoding="utf-8")
    for name in ("cv-1", str(runs / "cv-1-folds.json")):
        config = resolved(checked_config(values_of(teachers, name)), runs)
        assert config.training.teacher is not None
        assert config.training.teacher.runs == [str(runs / "cv-1-fold1"), str(runs / "cv-1-fold2")]
    with pytest.raises(ConfigError, match="no fold has finished"):
        resolved(checked_config(values_of(teachers, "cv-2")), runs)


def test_paths_of_teachers_are_not_shared(teachers: Path) -> None:
    from seqclf.config.shareable import shareable_text

    text = shareable_text(config_of(teachers, ["one"]))
    assert "- one-1" in text
    assert str(teachers) not in text
