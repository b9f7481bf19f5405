"""The paired test of ``seqclf runs compare``, on answers that runs have kept."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import write_csv
from paired_examples import made_answers
from rich.console import Console
from run_folders import made_folds, made_run, scores
from test_runs_command import called, on_a_terminal

from seqclf.data.equal_texts import text_digests
from seqclf.evaluation.comparison import compared, usual_scores
from seqclf.evaluation.differing import differing_rows
from seqclf.evaluation.evidence.store import model_fingerprint
from seqclf.evaluation.paired_runs import WhyNot, in_terms_of, paired
from seqclf.labels import Labels
from seqclf.metrics.paired import holm
from seqclf.run_answers import Bound, KeptAnswers, answers_file, fingerprint_of
from seqclf.runs import Run
from seqclf.tasks.classification import resamples
from seqclf.tasks.classification.answers import Answers

TEXTS = 60


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resamples, "RESAMPLES", 300)


def as_kept(one: Answers) -> KeptAnswers:
    probabilities = None
    if not one.labels.multi:
        probabilities = one.probabilities[np.arange(len(one)), one.predicted].astype(np.float32)
    weights = None if one.weights is None else one.weights.astype(np.float32)
    return KeptAnswers(one.labels, one.ids, one.predicted, one.losses.astype(np.float32), probabilities, weights)


def keep(run: Run, split: str, answers: KeptAnswers, texts: str = "texts", model: str | None = None) -> None:
    answers.write(answers_file(run.answers, split), Bound(texts, model or model_fingerprint(run)))


def runs_of(folder: Path, split: str, *answers: KeptAnswers, **options: Any) -> list[Run]:
    """Runs ``a-1``, ``b-1`` and so on with these answers."""
    found = []
    for letter, one in zip("abcdef", answers, strict=False):
        found.append(made_run(folder, f"{letter}-1", **options))
        found[-1].write_labels(one.labels)
        keep(found[-1], split, one)
    return found


@pytest.mark.parametrize(
    "kind", [{}, {"multi": True}, {"weighted": True}], ids=["one label", "several labels", "weights"]
)
def test_two_runs_are_compared_as_by_eval(tmp_path: Path, kind: dict[str, Any]) -> None:
    better, worse = made_answers(0, TEXTS, 3, skill=2.0, **kind)
    runs = runs_of(tmp_path, "validation", as_kept(worse), as_kept(better))
    found = paired(runs)
    names = usual_scores(better.labels.multi)
    expected = compared(better, worse, names, label_names=better.labels.names)
    assert found.split == "validation" and not found.why_not and len(found.pairs) == 1
    one = found.pairs[0].comparison
    assert found.pairs[0].place == 1 and list(one.scores) == list(names)
    for name in names:
        assert one.scores[name].first == pytest.approx(expected.scores[name].first, abs=1e-6)
        assert one.scores[name].spread.p_value == pytest.approx(expected.scores[name].spread.p_value, abs=0.02)
        assert one.scores[name].test == expected.scores[name].test
    assert (one.both, one.only_first, one.only_second, one.mcnemar) == (
        expected.both, expected.only_first, expected.only_second, expected.mcnemar
    )  # fmt: skip
    np.testing.assert_array_equal(one.differing, expected.differing)
    assert one.scores["accuracy"].difference == pytest.approx(
        np.average(better.right, weights=better.weights) - np.average(worse.right, weights=worse.weights), abs=1e-6
    )


def test_several_are_each_compared_with_the_first_and_adjusted(tmp_path: Path) -> None:
    good, bad = made_answers(1, 400, 2, skill=3.0)
    same = made_answers(1, 400, 2, skill=3.0)[1]
    found = paired(runs_of(tmp_path, "test", as_kept(bad), as_kept(good), as_kept(same)))
    assert [pair.place for pair in found.pairs] == [1, 2]
    p_values = [pair.comparison.scores["accuracy"].spread.p_value for pair in found.pairs]
    assert [pair.adjusted for pair in found.pairs] == holm(p_values) and p_values[1] == 1.0  # type: ignore[arg-type]
    assert list(found.pairs[0].comparison.scores) == ["accuracy"]
    assert found.pairs[0].adjusted == 2 * p_values[0] < 0.05  # type: ignore[operator]


def test_labels_in_another_order_are_the_same_labels(tmp_path: Path) -> None:
    first, second = map(as_kept, made_answers(2, TEXTS, 3))
    order = np.array([2, 0, 1])  # the new id of each label
    names = tuple(second.labels[place] for place in np.argsort(order).tolist())
    other = replace(second, labels=Labels(names), ids=order[second.ids], predicted=order[second.predicted])
    back = in_terms_of(first, other)
    assert back is not None and back.labels == first.labels
    np.testing.assert_array_equal(back.predicted, second.predicted)
    assert in_terms_of(first, replace(other, ids=np.roll(other.ids, 1))) is None


def test_test_texts_come_first_if_all_have_answered_them(tmp_path: Path) -> None:
    answers = list(map(as_kept, made_answers(3, TEXTS, 2)))
    runs = runs_of(tmp_path, "validation", *answers, answers[1])
    keep(runs[0], "test", answers[0])
    assert paired(runs[:2]).split == "validation"
    keep(runs[1], "test", answers[1])
    assert paired(runs[:2]).split == "test"
    assert paired(runs).split == "validation", "the third has not been measured on test texts"
    keep(runs[2], "test", answers[1], model="another")
    found = paired(runs)
    assert found.split == "validation" and len(found.pairs) == 2


def test_why_runs_are_not_compared(tmp_path: Path) -> None:
    one, other = map(as_kept, made_answers(4, TEXTS, 2))
    runs = runs_of(tmp_path, "validation", one, other, other, other, other)
    keep(runs[1], "validation", other, texts="other texts")
    keep(runs[2], "validation", other, model="earlier weights")
    answers_file(runs[3].answers, "validation").write_bytes(b"no archive")
    runs[4].write_labels(Labels(("label 0", "maybe")))
    more = [made_run(tmp_path, "none-1"), made_run(tmp_path, "running-1", "failed"), made_run(tmp_path, "t-1")]
    for run in more:
        run.write_labels(one.labels)
    keep(more[2], "validation", replace(other, ids=1 - other.ids))
    found = paired([*runs, *more])
    assert not found.pairs and found.split is None
    assert [found.why_not[place] for place in range(1, 8)] == [
        WhyNot.OTHER_TEXTS, WhyNot.OUTDATED, WhyNot.DAMAGED, WhyNot.OTHER_LABELS, WhyNot.NO_ANSWERS, WhyNot.INCOMPLETE,
        WhyNot.OTHER_TRUTH,
    ]  # fmt: skip
    assert paired([more[0], runs[0], runs[1]]).why_not == {0: WhyNot.NO_ANSWERS}
    told = " ".join(called(tmp_path, "compare", "none-1", "a-1", "b-1").stderr.split())
    assert "note: none-1 has kept no answers to validation texts, so there is no paired test; `seqclf eval" in told
    told = " ".join(called(tmp_path, "compare", "a-1", "b-1").stderr.split())
    assert "b-1 answered other texts" in told or "--against b-1" in told
    told = " ".join(called(tmp_path, "compare", "a-1", "none-1", "t-1").stderr.split())
    assert "note: none-1 has kept no answers to validation texts, so it is not tested against a-1; " in told
    assert f"`seqclf eval --runs {tmp_path} --run none-1 --split validation` keeps them" in told
    assert "t-1 answered the same texts with other labels, so it is not tested" in told
    assert "a-1 has other labels" not in told


def test_soft_and_hard_labels_have_no_common_loss(tmp_path: Path) -> None:
    one, other = map(as_kept, made_answers(5, TEXTS, 3))
    found = paired(runs_of(tmp_path, "test", one, replace(other, soft=True)))
    assert list(found.pairs[0].comparison.scores) == ["accuracy", "macro_f1"]


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    """A folder of three runs that have been measured on a test file; the first is the worst."""
    good, bad = map(as_kept, made_answers(6, TEXTS, 2, skill=3.0))
    names = list(good.labels)
    rows = [(f"text {place} [red]{'word ' * 30}", names[int(label)]) for place, label in enumerate(good.ids)]
    rows[3] = ("evil \x1b[31m line\nbreak", rows[3][1])
    path = write_csv(tmp_path / "test.csv", [("text", "label"), *rows])
    write_csv(tmp_path / "train.csv", [("text", "label"), ("a", names[0]), ("b", names[1])])
    config = {"data__train": str(tmp_path / "train.csv"), "data__test": str(path)}
    for name, answers in (("a-1", bad), ("b-1", good), ("c-1", bad)):
        config["training__epochs"] = 3 if name == "b-1" else 2  # type: ignore[assignment]
        folder = tmp_path / "runs"
        run = made_run(folder, name, metrics={"test": scores(0.7)}, config=config)
        run.write_labels(good.labels)
        with path.open(encoding="utf-8", newline="") as file:
            texts = [row["text"] for row in csv.DictReader(file)]
        keep(run, "test", answers, fingerprint_of(text_digests(texts)))
    return tmp_path / "runs"


def _on_a_screen(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """Also for what rich prints, without colours."""
    on_a_terminal(monkeypatch, width)
    made = partial(Console, width=width, force_terminal=True, color_system=None, highlight=False)
    monkeypatch.setattr("seqclf.cli.console.console", made)


@pytest.mark.parametrize("width", [70, 80, 120])
def test_a_person_sees_test_and_texts(shown: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    _on_a_screen(monkeypatch, width)
    done = called(shown, "compare", "a-1", "b-1")
    assert max(map(len, done.stdout.splitlines())) <= width
    flat = " ".join(done.stdout.split())
    assert "Paired test on 60 test texts: b-1 (B) against a-1 (A)" in flat
    assert "b-1 is better than a-1 on texts like these: its accuracy is higher by 0." in flat
    assert re.search(r"accuracy 0\.\d+ 1\.0000 \+0\.\d+ \+0\.\d+ to \+0\.\d+ < 0\.0001", flat) or width < 80
    assert "both right" in flat and "only B right" in flat and "--against" not in done.stderr
    assert re.search(r"\d+ texts get different answers; the first 4 \(--texts \d+ shows all\):", flat)
    assert "\x1b" not in done.stdout and "[red]" in done.stdout
    none = called(shown, "compare", "a-1", "b-1", "--texts", "0").stdout
    assert "different answers" not in none and "Paired test" in none


def test_three_on_a_terminal(shown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _on_a_screen(monkeypatch, 80)
    done = called(shown, "compare", "a-1", "b-1", "c-1")
    assert max(map(len, done.stdout.splitlines())) <= 80
    flat = " ".join(done.stdout.split())
    assert "each run against a-1 (A) A a-1 B b-1 C c-1" in flat
    assert "adjusted for 2 comparisons by Holm's method" in flat
    assert "Better than a-1: b-1 Not shown to differ from a-1: c-1" in flat
    lines = done.stdout.splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith("text "))
    assert re.fullmatch(r"text \d+ \[red\]word word .*", lines[place]) and len(lines[place]) > 70, "a line for itself"
    assert re.fullmatch(
        r"    label (label \d)   A label \d 0\.\d\d   B \1 [01]\.\d\d   C label \d 0\.\d\d", lines[place + 1]
    )
    markdown = called(shown, "compare", "a-1", "b-1", "c-1", "--markdown").stdout
    assert "| text | label | A | B | C |" in markdown


def test_json_and_lines_have_the_same_numbers(shown: Path) -> None:
    found = json.loads(called(shown, "compare", "a-1", "b-1", "--json", "--texts", "2").stdout)["paired"]
    assert (found["split"], found["against"], list(found["runs"]), found["why_not"]) == ("test", "a-1", ["b-1"], {})
    one = found["runs"]["b-1"]
    assert one["conclusion"].startswith("b-1 is better") and one["right"]["only_run"] > one["right"]["only_against"]
    assert len(found["texts"]) == 2 <= found["differing"]
    first = found["texts"][0]
    assert first["answers"]["b-1"]["prediction"] != first["answers"]["a-1"]["prediction"]
    assert first["text"].startswith(f"text {first['place']} ") or first["place"] == 3
    rows = {
        title: values
        for title, *values in (line.split("\t") for line in called(shown, "compare", "a-1", "b-1").stdout.splitlines())
    }
    accuracy = one["scores"]["accuracy"]
    assert rows["paired.test.accuracy.difference"] == ["-", str(accuracy["difference"])]
    assert rows["paired.test.accuracy.p_value"] == ["-", str(accuracy["p_value"])]
    assert "paired.test.accuracy.p_value_holm" not in rows
    three = called(shown, "compare", "a-1", "b-1", "c-1").stdout
    assert "paired.test.accuracy.p_value_holm\t-\t" in three


def test_markdown_shows_everything_as_it_is(shown: Path) -> None:
    done = called(shown, "compare", "a-1", "b-1", "--markdown").stdout
    assert "| training.epochs | 2 | 3 |" in done.replace("\\", "") and "## Paired test on 60 test texts" in done
    assert "\\[red\\]" in done and "| accuracy | 0." in done
    refused = called(shown, "compare", "a-1", "b-1", "--markdown", "--json", code=2)
    assert "different forms" in refused.stderr


def test_texts_that_have_changed_are_not_shown(shown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch, 80)
    path = shown.parent / "test.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("text 5 ", "text 99 "), encoding="utf-8")
    done = called(shown, "compare", "a-1", "b-1")
    told = " ".join(done.stderr.split())
    assert "Paired test" in done.stdout and "texts get" not in done.stdout
    assert "are not shown" in told and "test.csv: has changed since the runs were measured" in told
    assert f"to predict them again: `seqclf eval --runs {shown} --run b-1 --against a-1`" in told
    path.unlink()
    told = " ".join(called(shown, "compare", "a-1", "b-1").stderr.split())
    assert "are not shown" in told and "test.csv" in told


def test_what_runs_have_seen_is_said(shown: Path) -> None:
    for name in ("a-1", "b-1"):
        run = Run(shown / name)
        assert "of these 60 texts" not in called(shown, "compare", "a-1", "b-1").stderr
        run.write_metrics("test", run.metrics["test"] | {"trained_on": 0, "validated_on": 0})
    run.write_metrics("test", run.metrics["test"] | {"trained_on": 30, "validated_on": 1})
    told = " ".join(called(shown, "compare", "a-1", "b-1").stderr.split())
    assert "warning: of these 60 texts, b-1 was trained on 30 and validated on 1; so the comparison favours it" in told
    one = json.loads(called(shown, "compare", "a-1", "b-1", "--json").stdout)["paired"]["runs"]["b-1"]
    assert "on these texts, some of which are its own training or validation texts" in one["conclusion"]


def test_malformed_files_are_named(shown: Path) -> None:
    file = answers_file(Run(shown / "b-1").answers, "test")
    file.write_bytes(file.read_bytes()[:100])
    told = " ".join(called(shown, "compare", "a-1", "b-1").stderr.split())
    assert "note: b-1 has answers that cannot be read, so it is not tested against a-1; `seqclf eval" in told
    (shown / "b-1" / "metrics.json").write_text("{")
    told = " ".join(called(shown, "compare", "a-1", "b-1").stderr.split())
    assert "b-1/metrics.json: " in told


def test_runs_of_other_columns_are_tested_by_eval(tmp_path: Path) -> None:
    one, other = map(as_kept, made_answers(11, TEXTS, 2))
    runs_of(tmp_path, "validation", one)
    run = made_run(tmp_path, "b-1", data_fingerprint={"train": "t", "validation": "other columns"})
    run.write_labels(one.labels)
    keep(run, "validation", other, texts="other columns")
    told = " ".join(called(tmp_path, "compare", "a-1", "b-1").stderr.split())
    assert "b-1 answered other texts, so it is not tested against a-1; if they read other columns of the same" in told
    assert f"`seqclf eval --runs {tmp_path} --run b-1 --against a-1` tests them" in told


def test_validation_texts_are_said_to_have_chosen(tmp_path: Path) -> None:
    runs_of(tmp_path, "validation", *map(as_kept, made_answers(7, TEXTS, 2)))
    told = " ".join(called(tmp_path, "compare", "a-1", "b-1").stderr.split())
    assert "validation texts, by which each training chose its best epoch" in told


def test_equal_texts_of_other_sources_bring_no_warning(tmp_path: Path) -> None:
    one, other = map(as_kept, made_answers(8, TEXTS, 2))
    runs_of(tmp_path, "validation", one)
    made_run(tmp_path, "b-1", data_fingerprint={"train": "t", "validation": "of another file"}).write_labels(one.labels)
    assert "do not compare well" in " ".join(called(tmp_path, "compare", "a-1", "b-1").stderr.split())
    keep(Run(tmp_path / "b-1"), "validation", other)
    assert "do not compare well" not in " ".join(called(tmp_path, "compare", "a-1", "b-1").stderr.split())


def test_a_calibrated_run_is_named_and_no_loss_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch, 80)
    for name, accuracy in (("a-1", 0.75), ("b-1", 0.5)):
        made_run(tmp_path, name, validation=accuracy)
    assert "0.2500 *" in called(tmp_path, "compare", "a-1", "b-1").stdout
    (tmp_path / "b-1" / "calibration.json").write_text("{}")
    done = called(tmp_path, "compare", "a-1", "b-1")
    assert "0.2500 *" not in done.stdout and "0.7500 *" in done.stdout
    assert "only b-1 is calibrated (seqclf calibrate), which lowers the loss" in " ".join(done.stderr.split())


def test_cross_validations_have_no_paired_test(tmp_path: Path) -> None:
    runs_of(tmp_path, "validation", *map(as_kept, made_answers(9, TEXTS, 2)))
    made_folds(tmp_path, "cv-1")
    told = " ".join(called(tmp_path, "compare", "a-1", "b-1", "cv-1").stderr.split())
    assert "cv-1 is a cross-validation, and its folds have other texts each, so it is not tested against a-1" in told
    told = " ".join(called(tmp_path, "compare", "cv-1", "a-1").stderr.split())
    assert "so there is no paired test" in told


def test_differing_rows_of_several_are_those_of_two() -> None:
    first, second = made_answers(10, 200, 3)
    expected = compared(first, second, ["accuracy"], label_names=first.labels.names).differing
    np.testing.assert_array_equal(differing_rows([as_kept(first), as_kept(second)]), expected)


def test_no_heavy_library_is_loaded(shown: Path) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from seqclf.cli import cli; "
        f"done = CliRunner().invoke(cli, ['runs', 'compare', '--runs', {str(shown)!r}, 'a-1', 'b-1', '--json']); "
        "assert done.exit_code == 0 and 'better' in done.stdout, done.output; "
        "print({'tensorflow', 'keras', 'onnxruntime', 'sklearn', 'matplotlib'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
