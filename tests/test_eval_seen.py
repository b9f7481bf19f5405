"""``seqclf eval`` on texts that the run was trained on."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import POOLED, small_config, trained, write_csv

from seqclf.cache import cache_folder
from seqclf.cli import cli
from seqclf.config import load_config
from seqclf.data.corpus import Corpus
from seqclf.data.seen import Seen, seen_in_training
from seqclf.runs import Run
from seqclf.sources.texts import LabelledTexts


def _eval(run: Run, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["eval", "--runs", str(run.folder.parent), "--run", run.name, *arguments])


def _seen(run: Run, texts: list[str]) -> Seen | None:
    given = LabelledTexts(texts, ["sport"] * len(texts), "given")
    return seen_in_training([(load_config(run.config), run.manifest["data_fingerprint"])], given)


def test_texts_of_the_training_are_counted(three_label_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus(load_config(three_label_run.config))
    train, validation, test = (list(corpus.texts(name).texts) for name in ("train", "validation", "test"))
    found = _seen(three_label_run, [f"  {text.upper()}\n" for text in train[:5]] + validation[:3] + test)
    assert found == Seen(8 + len(test), 5, 3)
    monkeypatch.setattr(Corpus, "_training_part", lambda self: pytest.fail("read again"))
    assert _seen(three_label_run, test) == Seen(len(test), 0, 0)


def test_the_training_file_is_named(three_label_run: Run, three_labels_csv: Path, tmp_path: Path) -> None:
    copy = shutil.copy(three_labels_csv, tmp_path / "copy.csv")
    found = _eval(three_label_run, "--data", str(copy), "--json")
    assert found.exit_code == 0, found.output
    metrics = json.loads(found.stdout)
    assert (metrics["trained_on"], metrics["validated_on"]) == (90, 30)
    messages = " ".join(found.stderr.split())
    assert "warning: these 150 texts include 90 training texts and 30 validation texts of the run" in messages
    new = write_csv(tmp_path / "new.csv", [("text", "label"), ("quite another goal", "sport")])
    found = _eval(three_label_run, "--data", str(new), "--json")
    assert json.loads(found.stdout)["trained_on"] == 0
    assert "warning" not in found.stderr


@pytest.mark.usefixtures("no_saved_models")
def test_a_test_file_used_for_training_is_reported(sample_csv: Path, tmp_path: Path) -> None:
    with sample_csv.open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["label"]) for row in csv.DictReader(file)]
    test = write_csv(tmp_path / "test.csv", [("text", "label"), *rows[:8], ("Something new", rows[0][1])])
    config = small_config(
        data={"source": "table", "train": str(sample_csv), "validation": 0.0, "test": str(test)},
        layers=POOLED,
        training={"epochs": 1},
    )
    run = trained(config, tmp_path / "runs")
    found = _eval(run, "--json")
    assert found.exit_code == 0, found.output
    assert "warning: these 9 texts include 8 training texts of the run" in " ".join(found.stderr.split())
    assert json.loads(found.stdout)["trained_on"] == run.metrics["test"]["trained_on"] == 8
    config["data"]["validation"] = str(test)
    run = trained(config, tmp_path / "runs")
    calibrated = CliRunner().invoke(cli, ["calibrate", "--runs", str(run.folder.parent), "--run", run.name])
    assert calibrated.exit_code == 0, calibrated.output
    assert "warning: these 9 texts include 8 training texts of the run" in " ".join(calibrated.stderr.split())
    assert run.metrics["validation"]["trained_on"] == 8
    found = _eval(run, "--json", "--split", "validation")
    assert json.loads(found.stdout)["trained_on"] == 8
    assert "test" not in run.metrics
    asked = ["calibrate", "--runs", str(run.folder.parent), "--run", run.name, "--split", "test"]
    found = CliRunner().invoke(cli, asked)
    assert found.exit_code == 0 and "test" not in run.metrics, "it had this calibration already"
    assert "warning: these 9 texts include 8 training texts and 1 validation text of the run" in " ".join(
        found.stderr.split()
    )
    assert CliRunner().invoke(cli, [*asked[:5], "--undo"]).exit_code == 0
    found = CliRunner().invoke(cli, asked)
    assert found.exit_code == 0, found.output
    assert (run.metrics["test"]["trained_on"], run.metrics["test"]["validated_on"]) == (8, 1)
    assert run.metrics["test"]["texts"] == 9
    new = write_csv(tmp_path / "new.csv", [("text", "label"), ("Something new", rows[0][1])])
    config["data"]["validation"] = str(new)
    run = trained(config, tmp_path / "runs")
    assert "warning" not in _eval(run, "--json", "--split", "validation").stderr


@pytest.mark.usefixtures("no_saved_models")
def test_seen_texts_are_known_without_the_data_or_without_the_cache(
    sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))
    table = Path(shutil.copy(sample_csv, tmp_path / "t.csv"))
    validation = write_csv(tmp_path / "v.csv", [("text", "label"), ("seen while choosing", "positive")])
    run = trained(
        small_config(
            data={"source": "table", "train": str(table), "validation": str(validation)},
            layers=POOLED,
            training__epochs=1,
        ),
        tmp_path / "runs",
    )
    with table.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    expected = Seen(len(texts) + 2, len(texts), 1)
    given = [*texts, "Seen while  choosing", "new"]
    away = table.rename(tmp_path / "away.csv")
    assert _seen(run, given) == expected
    away.rename(table)
    shutil.rmtree(cache_folder() / "digests")
    assert _seen(run, given) == expected
    shutil.rmtree(cache_folder() / "digests")
    monkeypatch.setattr("seqclf.sources.table._QUICK_TO_READ", 10)
    assert _seen(run, given) is None, "a large file is not read for this"
    monkeypatch.undo()
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))
    table.write_text("text,label\nother,positive\nnow,negative\n")
    assert _seen(run, given) is None
    table.unlink()
    assert _seen(run, given) is None


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (Seen(5, 5, 0), "all of these texts are training texts"),
        (Seen(5, 0, 5), "all of these texts are validation texts"),
        (Seen(1000, 0, 101), "these 1,000 texts include 101 validation texts of the run (10 %): the scores say little"),
        (Seen(500, 8, 3), "8 training texts and 3 validation texts of the run (2.2 %): the scores are slightly too"),
        (Seen(1000, 1, 0), "1 of these 1,000 texts was also trained on (0.1 %)"),
        (Seen(10_000, 12, 4), "16 of these 10,000 texts were also trained on or validated on (0.16 %)"),
        (Seen(100_000, 0, 1), "1 of these 100,000 texts was also validated on (less than 0.01 %)"),
    ],
)
def test_the_warning_about_seen_texts(seen: Seen, words: str) -> None:
    assert words in str(seen.sentence())
    assert seen.are_many is ("say little" in str(seen.sentence()))
    assert seen.matters is (": the scores" in str(seen.sentence()))
    assert Seen(5, 0, 0).sentence() is None
