"""Teachers of a training: which runs they are, what they are asked, and what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import POOLED, small_config, trained, write_csv
from teacher_examples import teacher_run
from trainings import Killed, killed_after, result, without_saved_models

from seqclf.cli import cli
from seqclf.cli.run_facts import facts
from seqclf.config import Config, checked_config, load_config
from seqclf.config.problems import ConfigError
from seqclf.data.prepare import TrainingData, prepare
from seqclf.errors import InputError
from seqclf.inference import Classifier
from seqclf.labels import Labels
from seqclf.run_catalogue.entry import read_run
from seqclf.runs import INTERRUPTED, Run
from seqclf.sources.texts import LabelledTexts
from seqclf.training.options import TrainOptions
from seqclf.training.resolve import resolved
from seqclf.training.teachers import ask as asking
from seqclf.training.teachers.ask import Asked, ask
from seqclf.training.teachers.find import Teacher, find_teachers
from seqclf.training.teachers.teach import with_teachers

WORDS = "good bad film plot long day night story music scene".split()


def _texts(count: int, shift: int = 0) -> list[str]:
    return [f"{WORDS[i % 10]} {WORDS[i % 7]} w{i}" for i in range(shift, shift + count)]


def _table(path: Path, texts: list[str]) -> str:
    write_csv(path, [("text", "label"), *((text, f"{i % 2}") for i, text in enumerate(texts))])
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of texts, and classifiers with random weights in ``runs``: one and two know half of the texts each, both
    knows all."""
    folder = tmp_path_factory.mktemp("teachers")
    halves = {"one": _texts(20), "two": _texts(20, 20), "both": _texts(40)}
    for name, texts in halves.items():
        train = _table(folder / f"{name}.csv", texts)
        data = {"source": "table", "train": train, "validation": 0}
        teacher_run(small_config(name=name, data=data, layers=POOLED, head=[]), folder / "runs")
    _table(folder / "valid.csv", _texts(20, 500))
    _table(folder / "more.csv", _texts(60, 900))
    return folder


def _values(folder: Path, runs: Any, *, data: Any = None, **teacher: Any) -> dict[str, Any]:
    given = {"source": "table", "train": str(folder / "both.csv"), "validation": str(folder / "valid.csv")}
    taught = {"training__teacher": {"runs": runs, **teacher}, "training__epochs": 1}
    return small_config(data=given | (data or {}), layers=POOLED, head=[], **taught)


def _config(folder: Path, runs: Any, **options: Any) -> Config:
    return resolved(checked_config(_values(folder, runs, **options)), folder / "runs")


def _taught(config: Config, say: Callable[[str], None] = lambda _: None) -> TrainingData:
    return with_teachers(config, prepare(config), say)


def _answers(run: Path, texts: list[str]) -> np.ndarray:
    found: np.ndarray = Classifier.load(run).probabilities(texts)
    return found


def test_several_teachers_are_averaged(folder: Path) -> None:
    """An exported folder says nothing about its training texts, so all teachers answer each text."""
    exported = folder / "exported"
    if not exported.exists():
        exported.mkdir()
        shutil.copy(folder / "runs" / "two-1" / "model.onnx", exported)
        shutil.copytree(folder / "runs" / "two-1" / "tokenizer", exported / "tokenizer")
    data = _taught(_config(folder, ["one", str(exported)]))
    texts = list(data.corpus.texts("train").texts)
    expected = (_answers(folder / "runs" / "one-1", texts) + _answers(exported, texts)) / 2
    assert data.taught is not None
    assert data.taught.train is not None
    np.testing.assert_allclose(data.taught.train, expected, rtol=1e-5)
    assert data.taught.about["seen"] is None
    assert data.taught.notes[0].endswith("the texts that they were trained on are not all known")


def test_a_text_is_judged_by_those_that_were_not_trained_on_it(folder: Path) -> None:
    data = _taught(_config(folder, ["one", "two"]))
    texts = list(data.corpus.texts("train").texts)
    assert data.taught is not None
    assert data.taught.train is not None
    known = set(_texts(20))
    one, two = (_answers(folder / "runs" / f"{name}-1", texts) for name in ("one", "two"))
    expected = np.where([[text in known] for text in texts], two, one)
    np.testing.assert_allclose(data.taught.train, expected, rtol=1e-5)
    assert data.taught.about["seen"] == 0
    assert data.taught.notes == (
        "learns from one-1, two-1 with weight 0.5; each training text is judged by teachers that were not trained on "
        "it",
    )


def test_where_all_have_seen_a_text_all_are_asked(folder: Path) -> None:
    data = _taught(_config(folder, ["one", "both"]))
    texts = list(data.corpus.texts("train").texts)
    assert data.taught is not None
    assert data.taught.train is not None
    one, both = (_answers(folder / "runs" / f"{name}-1", texts) for name in ("one", "both"))
    known = set(_texts(20))
    expected = np.where([[text in known] for text in texts], (one + both) / 2, one)
    np.testing.assert_allclose(data.taught.train, expected, rtol=1e-5)
    assert data.taught.about["seen"] == 20
    assert "20 of the 40 training texts, so they are too certain of them" in data.taught.notes[0]


def test_unlabelled_texts_within_the_bounds_are_used(folder: Path) -> None:
    more = {"unlabelled": str(folder / "more.csv")}
    data = _taught(_config(folder, ["both"], data=more, weight=0, confidence={"at_least": 0.6}))
    assert data.taught is not None
    assert data.taught.train is None
    answers = _answers(folder / "runs" / "both-1", _texts(60, 900))
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

    config = _config(folder, ["both"], data=more, weight=0, confidence={"at_least": 0.6})
    batches = task_of(config, data).batches(data.train, config, training=True)
    read = np.concatenate([pair.unlabelled for epoch in range(1, 9) for pair in batches.shuffled(0, epoch)])
    assert set(read.tolist()) == set(np.flatnonzero(certain).tolist())
    with pytest.raises(ConfigError, match=r"training\.teacher\.confidence: leaves out all 60 unlabelled texts"):
        _taught(_config(folder, ["both"], data=more, confidence={"at_least": 1.0}))


def test_unlabelled_texts_that_a_teacher_was_trained_on_bring_a_warning(folder: Path) -> None:
    data = {"unlabelled": str(folder / "one.csv")}
    told = _taught(_config(folder, ["one"], data=data, weight=0)).taught
    assert told is not None
    assert "all 20 unlabelled texts are training texts of one-1, which is too certain of them" in told.warnings[0]
    told = _taught(_config(folder, ["one", "two"], data=data, weight=0)).taught
    assert told is not None
    assert not any("training texts of" in warning for warning in told.warnings)  # the other one judges them


def test_uneven_labels_bring_a_warning(folder: Path) -> None:
    answers = _answers(folder / "runs" / "both-1", _texts(60, 900))
    highest = answers.max(axis=1).max()
    bounds = {"at_least": round(float(highest) - 0.002, 4)}
    data = _taught(_config(folder, ["both"], data={"unlabelled": str(folder / "more.csv")}, confidence=bounds))
    assert data.taught is not None
    chosen = answers[answers.max(axis=1) >= bounds["at_least"]].argmax(axis=1)
    assert len(set(chosen.tolist())) == 1
    label, other = chosen[0], 1 - chosen[0]
    warnings = "\n".join(data.taught.warnings)
    assert f'has the label "{other}" according' in warnings
    assert f'100 % of the unlabelled texts that are used have the label "{label}"' in warnings


def test_the_order_of_labels_is_that_of_the_training(folder: Path) -> None:
    texts = LabelledTexts(_texts(5), ["0"] * 5, "x")
    asked = Asked("training", "order", 5, (), lambda: texts)
    teacher = Teacher(Run(folder / "runs" / "one-1"))
    turned = ask([teacher], [teacher.fingerprint], asked, Labels(("1", "0")), lambda _: None)
    np.testing.assert_allclose(turned.probabilities[:, ::-1], _answers(teacher.run.folder, _texts(5)), rtol=1e-5)


def test_answers_are_computed_once_and_survive_an_interruption(
    folder: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_TEXTS_A_BLOCK", 4)
    texts = LabelledTexts(_texts(10), ["0"] * 10, "x")
    teacher = Teacher(Run(folder / "runs" / "one-1"))
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
    np.testing.assert_allclose(first.probabilities, _answers(teacher.run.folder, _texts(10)), rtol=1e-5)

    def read_again() -> LabelledTexts:
        raise AssertionError("the texts are read again")

    again = asked(read_again)
    assert again.digest == first.digest
    assert len(said) == 1


def test_what_teachers_are_is_checked_before_anything_is_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = folder / "runs"

    def problem(named: Any) -> str:
        with pytest.raises(ConfigError) as caught:
            find_teachers(checked_config(_values(folder, named)), runs)
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


def test_an_interrupted_teacher_brings_a_warning(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "stopped"
    shutil.copytree(folder / "runs" / "one-1", copy)
    Run(copy).update_manifest(status=INTERRUPTED)
    data = _taught(_config(folder, str(copy)))
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
def test_options_without_effect_are_refused(folder: Path, options: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        checked_config(_values(folder, options.pop("runs", "one"), **options))


def test_bounds_leave_something(folder: Path) -> None:
    more = {"unlabelled": str(folder / "more.csv")}
    with pytest.raises(ConfigError, match=r"at_least: is 0\.9, more than at_most, 0\.8"):
        checked_config(_values(folder, "one", data=more, confidence={"at_least": 0.9, "at_most": 0.8}))
    with pytest.raises(ConfigError, match="leaves out nothing with these bounds"):
        checked_config(_values(folder, "one", data=more, confidence={"at_least": 0}))
    with pytest.raises(ConfigError, match=r"data\.unlabelled: is not used: training\.teacher\.unlabelled is 0"):
        checked_config(_values(folder, "one", data=more, unlabelled=0))


def test_teachers_fit_the_texts(folder: Path, three_labels_csv: Path, tmp_path: Path) -> None:
    lists = tmp_path / "lists.jsonl"
    rows = [{"text": text, "label": ["0", "1"][: i % 3]} for i, text in enumerate(_texts(9))]
    lists.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")

    def message(train: Path, **options: Any) -> str:
        data = {"source": "table", "train": str(train), "validation": 0, **options}
        run = teacher_run(small_config(data=data, layers=POOLED, head=[]), tmp_path / "runs")
        with pytest.raises(ConfigError) as caught:
            _taught(_config(folder, str(run.folder)))
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


def test_held_out_texts_that_a_teacher_knows_bring_a_warning(folder: Path) -> None:
    data = {"validation": str(folder / "one.csv"), "test": str(folder / "two.csv"), "train": str(folder / "more.csv")}
    found = _taught(_config(folder, ["one"], data=data))
    assert found.taught is not None
    (warning,) = found.taught.warnings
    assert warning.startswith("20 of 20 validation texts are training texts of one-1: the scores say little")


def test_a_cross_validation_stands_for_its_runs(folder: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    for fold, name, status in ((1, "one", "finished"), (2, "two", "finished"), (3, "both", INTERRUPTED)):
        shutil.copytree(folder / "runs" / f"{name}-1", runs / f"cv-1-fold{fold}")
        Run(runs / f"cv-1-fold{fold}").update_manifest(status=status)
    for group in ("cv-1", "cv-2"):
        folds = [{"fold": fold, "run": f"{group}-fold{fold}", "status": "finished"} for fold in (1, 2, 3)]
        summary = {"name": group, "status": "finished", "folds": 3, "runs": folds}
        (runs / f"{group}-folds.json").write_text(json.dumps(summary), encoding="utf-8")
    for name in ("cv-1", str(runs / "cv-1-folds.json")):
        config = resolved(checked_config(_values(folder, name)), runs)
        assert config.training.teacher is not None
        assert config.training.teacher.runs == [str(runs / "cv-1-fold1"), str(runs / "cv-1-fold2")]
    with pytest.raises(ConfigError, match="no fold has finished"):
        resolved(checked_config(_values(folder, "cv-2")), runs)


def test_paths_of_teachers_are_not_shared(folder: Path) -> None:
    from seqclf.config.shareable import shareable_text

    text = shareable_text(_config(folder, ["one"]))
    assert "- one-1" in text
    assert str(folder) not in text


STEPS = {"epochs": 3, "batch_size": 16, "checkpoint_steps": 2, "accumulate_steps": 2, "unlabelled_batch_size": 7}


def _student(folder: Path) -> dict[str, Any]:
    values = _values(folder, ["one", "two"], data={"unlabelled": str(folder / "more.csv")}, temperature=2)
    values["training"] |= STEPS
    return values


def test_a_student_is_an_ordinary_run_and_resumes_bit_equally(folder: Path, tmp_path: Path, own_cache: Path) -> None:
    from seqclf.new_runs import begin_run
    from seqclf.training.options import Callbacks
    from seqclf.training.train import train

    teachers = tmp_path / "teachers"
    shutil.copytree(folder / "runs", teachers)
    config = resolved(checked_config(_student(folder)), teachers)
    with without_saved_models():
        expected = begin_run(tmp_path / "runs", "student")
        train(config, expected, TrainOptions(report=False))
        run = begin_run(tmp_path / "runs", "student")
        with pytest.raises(Killed):
            train(config, run, TrainOptions(report=False), Callbacks(listen=killed_after(4)))
        (teachers / "one-1" / "thresholds.json").write_text("{}", encoding="utf-8")  # another teacher
        with pytest.raises(InputError, match="has changed since the run that learns from it began"):
            train(load_config(run.config), run, TrainOptions(resume=True, report=False))
        shutil.rmtree(teachers)  # what they said is in the cache
        train(load_config(run.config), run, TrainOptions(resume=True, report=False))
    assert result(run) == result(expected)
    names = [(row["name"], len(row["fingerprint"])) for row in run.manifest["teacher"]["runs"]]
    assert names == [("one-1", 64), ("two-1", 64)]
    assert run.manifest["unlabelled_texts"] == {"found": 60, "left_out": {"validation": 0}}
    shown = dict(facts(read_run(run.folder), run.folder.parent, []))
    assert shown["learnt from"] == "one-1, two-1"
    assert Classifier.load(run.folder).predict(["good film"])[0].label in ("0", "1")


def test_without_a_teacher_the_weights_are_others(folder: Path, tmp_path: Path) -> None:
    """The training uses what the teacher says."""
    weights = []
    for options in ({}, {"unlabelled": 0.25}):
        values = _student(folder)
        values["training"]["teacher"] |= options
        config = resolved(checked_config(values), folder / "runs")
        from seqclf.config.loading import plain

        with without_saved_models():
            run = trained(plain(config), tmp_path)
        weights.append(result(run)["weights"])
    assert weights[0] != weights[1]


def test_check_shows_what_a_teacher_says(folder: Path, tmp_path: Path) -> None:
    import yaml

    values = _values(folder, "both", data={"unlabelled": str(folder / "more.csv")}, confidence={"at_least": 0.6})
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    shown = CliRunner().invoke(cli, ["check", str(path), "--runs", str(folder / "runs")])
    assert shown.exit_code == 0, shown.stderr
    assert "Also 60 unlabelled texts." in shown.stdout
    text = " ".join(shown.stdout.split())
    assert "The model learns from both-1 with weight 0.5; it was trained on all 40 training texts" in text
    assert "of 60 unlabelled texts have a confidence of at least 0.6" in text
    assert any(line.startswith("unlabelled ") for line in shown.stdout.splitlines()), "their tokens"
    as_json = CliRunner().invoke(cli, ["check", str(path), "--runs", str(folder / "runs"), "--json"])
    found = json.loads(as_json.stdout)["splits"]["unlabelled"]
    assert found["found"] == 60
    assert found["tokens"]["truncated"] == 0
    values["training"]["teacher"]["runs"] = ["one", "nobody"]
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    wrong = CliRunner().invoke(cli, ["check", str(path), "--runs", str(folder / "runs")])
    assert wrong.exit_code == 2
    assert "training.teacher.runs[1]: no run nobody in" in " ".join(wrong.stderr.split())
