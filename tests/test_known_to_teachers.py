"""Held-out texts that a teacher knew: they are found, and the scores on them are not taken for honest ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from conftest import POOLED, small_config
from paired_examples import made_answers
from run_folders import made_folds, made_run
from teacher_examples import config_of, teacher_run, values_of
from test_runs_command import called
from test_runs_paired import as_kept, runs_of

from seqclf.cli import cli
from seqclf.cli.exported_classifier import card
from seqclf.cli.train_summary import known_in_folds
from seqclf.config import checked_config, load_config
from seqclf.data.corpus import Corpus
from seqclf.data.prepare import prepare
from seqclf.data.taught import Taught
from seqclf.evaluation.against import seen_by
from seqclf.report import write_report
from seqclf.run_catalogue.catalogue import entries
from seqclf.run_catalogue.choice import best
from seqclf.run_teachers import KNOWN_TO_TEACHERS, KnownTexts, as_entry, known_to_any, known_to_teachers
from seqclf.runs import Run
from seqclf.training.events import Stage
from seqclf.training.options import Callbacks, TrainOptions
from seqclf.training.resolve import resolved
from seqclf.training.session import train_new
from seqclf.training.teachers.known import known_from_start, warnings_from_start
from seqclf.training.teachers.teach import with_teachers

KNOWN = as_entry({"validation": KnownTexts(20, 0, 20, 0, many=True, teachers=("first-1",))})


@pytest.fixture(scope="module")
def refit(teachers: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A teacher with the validation texts of its students, to which its n-grams were fitted, as its manifest says."""
    data = {"source": "table", "train": str(teachers / "both.csv"), "validation": str(teachers / "valid.csv")}
    run = teacher_run(small_config(name="first", data=data, layers=POOLED, head=[]), tmp_path_factory.mktemp("refit"))
    run.update_manifest(ngrams={"refit": True})
    return run


def _taught(teachers: Path, runs: Any, **data: Any) -> Taught:
    config = config_of(teachers, runs, data=data)
    found = with_teachers(config, prepare(config), lambda _: None).taught
    assert found is not None
    return found


def test_texts_that_n_grams_were_refit_to_are_found_and_the_cure_is_named(teachers: Path, refit: Run) -> None:
    told = _taught(teachers, str(refit.folder))
    assert dict(told.known) == {"validation": KnownTexts(20, 0, 20, 0, many=True, teachers=("first-1",))}
    (warning,) = told.warnings
    assert warning == (
        "20 of 20 validation texts are known to first-1: its n-grams were fitted to them at the end (ngrams.refit): "
        "the scores say little about new texts. To cure it, train the teacher again with --set ngrams.refit=false "
        f"(`seqclf train {refit.config} --set ngrams.refit=false`)"
    )
    refit.update_manifest(ngrams={"refit": False})
    try:
        honest = _taught(teachers, str(refit.folder))
    finally:
        refit.update_manifest(ngrams={"refit": True})
    assert not honest.known and not honest.warnings


def test_each_text_counts_once_and_by_its_strongest_cause(teachers: Path, refit: Run) -> None:
    """``one`` was trained on the validation texts here, ``first`` on some of the test texts and refit to others."""
    told = _taught(teachers, ["one", str(refit.folder)], validation=str(teachers / "one.csv"), train=str(
        teachers / "more.csv"), test=str(teachers / "valid.csv"))  # fmt: skip
    assert dict(told.known) == {
        "validation": KnownTexts(20, 20, 0, 0, many=True, teachers=("one-1", "first-1")),
        "test": KnownTexts(20, 0, 20, 0, many=True, teachers=("first-1",)),
    }
    assert told.warnings[0].startswith("20 of 20 validation texts are training texts of one-1, first-1: the scores")
    assert "give all runs the same splits" in told.warnings[0] and "refit" not in told.warnings[0]


def test_what_a_teachers_teacher_knew_counts(teachers: Path, refit: Run, tmp_path: Path) -> None:
    """A student of a student: its teacher saw none of the texts itself."""
    second = teacher_run(values_of(teachers, str(refit.folder)), tmp_path)
    second.update_manifest(**KNOWN)
    told = _taught(teachers, str(second.folder))
    assert dict(told.known) == {"validation": KnownTexts(20, 0, 0, 20, many=True, teachers=(second.name,))}
    assert "name teachers whose own teachers did not know these texts" in told.warnings[0]


def test_a_run_that_starts_from_such_a_run_inherits_it(teachers: Path, refit: Run, tmp_path: Path) -> None:
    """It has no teacher itself: what the teacher said is in the weights that it starts from."""
    origin = teacher_run(values_of(teachers, str(refit.folder)), tmp_path)
    origin.update_manifest(**KNOWN)
    own = {"source": "table", "train": str(teachers / "more.csv"), "validation": str(teachers / "valid.csv")}

    def started(**data: str) -> tuple[dict[str, KnownTexts], list[str]]:
        values = small_config(data=own | data, layers=POOLED, head=[], initialize={"from": str(origin.folder)})
        config = resolved(checked_config({key: values[key] for key in values if key != "tokenizer"}), tmp_path)
        known = known_from_start(config, prepare(config))
        return known, list(warnings_from_start(config, known))

    known, (warning,) = started(test=str(teachers / "one.csv"))
    assert known == {"validation": KnownTexts(20, 0, 20, 0, many=True, teachers=("first-1",))}
    assert warning.startswith(f"{origin.name}: first-1, from which it learnt, knew all 20 validation texts: the scores")
    known, (warning,) = started(validation=str(teachers / "one.csv"), test=str(teachers / "valid.csv"))
    assert known == {"test": KnownTexts(20, 0, 20, 0, many=True, teachers=("first-1",))}
    assert started(validation=str(teachers / "one.csv")) == ({}, []), "their texts are others"


@pytest.mark.usefixtures("no_saved_models")
def test_a_training_notes_what_it_inherits(teachers: Path, refit: Run, tmp_path: Path) -> None:
    origin = teacher_run(values_of(teachers, str(refit.folder)), tmp_path)
    origin.update_manifest(**KNOWN)
    values = small_config(
        data={"source": "table", "train": str(teachers / "more.csv"), "validation": str(teachers / "valid.csv")},
        layers=POOLED, head=[], initialize={"from": str(origin.folder)}, training__epochs=1, training__baseline=False,
    )  # fmt: skip
    said: list[str] = []
    listen = Callbacks(lambda event: said.append(event.what) if isinstance(event, Stage) else None)
    config = checked_config({key: values[key] for key in values if key != "tokenizer"})
    run, _ = train_new(config, tmp_path / "runs", TrainOptions(report=False), listen)
    assert run.manifest[KNOWN_TO_TEACHERS] == KNOWN[KNOWN_TO_TEACHERS]
    assert (
        sum(one.startswith(f"warning: {origin.name}: first-1, from which it learnt, knew all 20") for one in said) == 1
    )


def test_a_comparison_names_the_texts_that_teachers_of_either_run_knew(
    teachers: Path, refit: Run, tmp_path: Path
) -> None:
    """The texts are those of a file; the run with the teacher is the opponent."""
    student = teacher_run(values_of(teachers, str(refit.folder)), tmp_path)
    student.update_manifest(**KNOWN)
    config = load_config(student.config)
    texts = Corpus(config).texts("validation")
    seen = seen_by(student, config, texts)
    assert seen is not None and (seen.known_to_teachers, seen.validated_on) == (20, 20)
    arguments = ["eval", "--run", str(refit.folder), "--against", str(student.folder)]
    done = CliRunner().invoke(cli, [*arguments, "--data", str(teachers / "valid.csv")])
    assert done.exit_code == 0, done.output
    knew = f"warning: teachers of {student.name} knew all of these 20 texts, so its scores are too good; `seqclf runs"
    assert f"{knew} show {student.name}` says more" in " ".join(done.stderr.split())
    other = CliRunner().invoke(cli, [*arguments, "--data", str(teachers / "one.csv")])
    assert other.exit_code == 0 and "teachers of" not in other.stderr


@pytest.mark.usefixtures("no_saved_models")
def test_it_is_said_wherever_the_scores_are(
    teachers: Path, refit: Run, tmp_path: Path, real_reports: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {"unlabelled": str(teachers / "more.csv")}
    values = values_of(teachers, str(refit.folder), data=more) | {"name": "second"}
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    runs = tmp_path / "runs"
    done = CliRunner().invoke(cli, ["train", str(path), "--runs", str(runs), "--no-report"])
    assert done.exit_code == 0, done.output
    sentence = (
        "first-1, from which it learnt, knew all 20 validation texts: the scores say little about new texts; train "
        "the teacher again with --set ngrams.refit=false"
    )
    _, summary = done.stdout.split("Validation ")
    run = Run(runs / "second-1")
    read = run.manifest["unlabelled_read"]["read"]
    assert read in (44, 48), "three batches of 16, of which one may be the last"
    were_read = f"{read} of 60 texts were read ({100 * read / 60:.2g} %)"
    assert f"Warning     {sentence}\nUnlabelled  {were_read}\n" in summary
    planned = f"an epoch reads {read} of 60 unlabelled texts, the planned 1 epoch reads {read}"
    assert f"{planned}; training.unlabelled_batch_size=20 reads all" in " ".join(done.output.split())
    assert run.manifest[KNOWN_TO_TEACHERS] == KNOWN[KNOWN_TO_TEACHERS]
    shown = dict(line.split("\t", 1) for line in called(runs, "show", "second-1").stdout.splitlines())
    assert shown["warning"] == sentence
    assert shown["unlabelled texts"] == were_read
    assert f"Warning: {sentence}." in write_report(run).read_text(encoding="utf-8")
    assert "knew all 20 validation texts, so the validation scores say little about new texts." in card(
        run, "onnx", None
    )
    again = CliRunner().invoke(cli, ["eval", "--run", str(run.folder), "--split", "validation"])
    assert again.exit_code == 0, again.output
    assert f"warning: second-1: {sentence}" in again.stderr


def test_an_honest_run_is_the_best(tmp_path: Path) -> None:
    made_run(tmp_path, "second-1", validation=0.9, **KNOWN)
    doubtful = called(tmp_path, "best")
    assert doubtful.stdout == "second-1\n"
    warning = "warning: the teachers of second-1 knew validation texts, so the validation scores are too good"
    assert f"{warning}; `seqclf runs show second-1` says how to cure it" in doubtful.stderr
    assert warning in called(tmp_path, "list").stderr
    made_run(tmp_path, "first-1", validation=0.8)
    found = best(entries(tmp_path))
    assert (found.entry.name, found.compared, found.known, found.is_doubtful) == ("first-1", 1, ("second-1",), False)
    said = called(tmp_path, "best").stderr
    assert said.startswith("first-1: validation accuracy 0.8000, the only run to choose from\n")
    assert "Left out, because their teachers knew validation texts, so the validation scores are too good: " in said
    assert json.loads(called(tmp_path, "best", "--json").stdout)["known_to_teachers"] == ["second-1"]
    made_run(tmp_path, "other-1", validation=0.7, metrics={"test": {"accuracy": 0.9, "loss": 1.0}}, **KNOWN)
    assert best(entries(tmp_path), split="test").known == (), "its test texts were new"


def test_a_comparison_does_not_mark_its_scores(tmp_path: Path) -> None:
    made_run(tmp_path, "first-1", validation=0.8)
    made_run(tmp_path, "third-1", validation=0.7)
    run = made_run(tmp_path, "second-1", validation=0.9)
    assert r"0.9000 \*" in called(tmp_path, "compare", "first-1", "third-1", "second-1", "--markdown").stdout
    run.update_manifest(**KNOWN)
    done = called(tmp_path, "compare", "first-1", "third-1", "second-1", "--markdown")
    assert r"0.8000 \*" in done.stdout and r"0.9000 \*" not in done.stdout
    assert "warning: second-1: first-1, from which it learnt, knew all 20 validation texts" in done.stderr
    assert "Its validation scores do not compare with those of other runs, and are not marked" in done.stderr


def test_a_paired_test_in_its_favour_says_little(tmp_path: Path) -> None:
    good, bad = made_answers(1, 400, 2, skill=3.0)
    runs = runs_of(tmp_path, "validation", as_kept(bad), as_kept(good))
    honest = called(tmp_path, "compare", "a-1", "b-1", "--markdown").stdout
    assert "all of which are its own validation texts" in " ".join(honest.split())
    runs[1].update_manifest(**as_entry({"validation": KnownTexts(400, 300, 0, 0, many=True, teachers=("t-1",))}))
    shown = " ".join(called(tmp_path, "compare", "a-1", "b-1", "--markdown").stdout.split())
    assert "on these texts, 300 of which its teachers knew, so this says little about new texts: its" in shown


def test_models_that_are_made_of_such_runs_have_it_too() -> None:
    few = KnownTexts(20, 1, 0, 0, many=False, teachers=("a",))
    many = KnownTexts(20, 0, 0, 20, many=True, teachers=("b",))
    manifests = [as_entry({"validation": few, "test": few}), {}, as_entry({"validation": many})]
    assert known_to_any(manifests) == {"validation": many, "test": few}


@pytest.mark.parametrize("saved", [None, [], {"validation": []}, {"validation": {"texts": "many"}}])
def test_malformed_entries_are_none(saved: Any) -> None:
    assert known_to_teachers({KNOWN_TO_TEACHERS: saved}) == {}
    assert known_to_teachers(KNOWN)["validation"].refit == 20


def test_a_cross_validation_says_in_how_many_folds(tmp_path: Path) -> None:
    made_folds(tmp_path, "a-1", folds=2)
    folds = [Run(tmp_path / f"a-1-fold{number}") for number in (1, 2)]
    assert known_in_folds(folds) is None
    folds[1].update_manifest(**KNOWN)
    said = known_in_folds(folds)
    sentence = "in 1 fold, first-1, from which it learnt, knew all 20 validation texts: the scores say little about new"
    assert said is not None and said.startswith(f"Warning     {sentence}")
    shown = dict(line.split("\t", 1) for line in called(tmp_path, "show", "a-1").stdout.splitlines())
    assert shown["warning"].startswith(sentence)
    listed = called(tmp_path, "list").stderr
    assert "warning: the teachers of a-1 knew validation texts, so the validation scores are too good" in listed
    made_run(tmp_path, "b-1", validation=0.1)
    done = called(tmp_path, "compare", "b-1", "a-1", "--markdown")
    assert f"warning: a-1: {sentence}" in done.stderr and r"\*" not in done.stdout
    assert "a-1 is a cross-validation" in done.stderr and "b-1 is a cross" not in done.stderr
