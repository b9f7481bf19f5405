"""Runs of tables with columns beside the text, from the training to every way of prediction."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from conftest import trained, write_csv
from extra_examples import OFFERS, offers, offers_config
from trainings import killed_after, result

from seqclf.cli import cli
from seqclf.cli.eval_source import source_of
from seqclf.config import load_config
from seqclf.runs import Run


@pytest.fixture(scope="module")
def table(offers_csv: Path) -> Path:
    return offers_csv


@pytest.fixture(scope="module")
def run(offers_run: Run) -> Run:
    return offers_run


def _command(*arguments: Any) -> Result:
    done = CliRunner().invoke(cli, list(map(str, arguments)))
    assert done.exit_code == 0, done.output
    return done


def test_the_model_learns_from_the_columns(run: Run) -> None:
    assert run.metrics["validation"]["accuracy"] > 0.9, "the texts say nothing"
    assert run.extra is not None and run.extra.names == ("price", "country")


def test_every_side_answers_the_same(run: Run) -> None:
    import tensorflow as tf

    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.inference import Classifier

    texts = ["some words", "", "words of no use", "no"]
    given = {"price": ["12.5", None, 1e12, 3], "country": ["fr", "de", None, "xx"]}
    keras, light = KerasClassifier.load(run), Classifier.load(run.folder)
    expected = keras.probabilities(texts, given)
    np.testing.assert_allclose(light.probabilities(texts, given), expected, atol=1e-5)
    saved = tf.saved_model.load(str(run.saved_model)).signatures
    columns = {
        "price": tf.constant([12.5, np.nan, 1e12, 3], tf.float64),
        "country": tf.constant(["fr", "de", "", "xx"]),
    }
    found = saved["with_columns"](text=tf.constant(texts), **columns)
    np.testing.assert_allclose(found["probabilities"], expected, atol=1e-5)
    alone = keras.probabilities(texts)
    np.testing.assert_allclose(light.probabilities(texts), alone, atol=1e-5)
    np.testing.assert_allclose(saved["serving_default"](text=tf.constant(texts))["probabilities"], alone, atol=1e-5)
    nothing = {"price": [None] * 4, "country": [""] * 4}
    np.testing.assert_allclose(light.probabilities(texts, nothing), alone, atol=1e-5)
    assert run.prior is not None
    np.testing.assert_allclose(alone[1], run.prior.frequencies, atol=1e-5)
    assert expected[1, 1] > 0.8, "an empty text with a country is no text about which nothing is known"


def test_ordinary_objects_in_python(run: Run) -> None:
    from seqclf.errors import InputError
    from seqclf.inference import Classifier

    light = Classifier.load(run.folder)
    assert [one.label for one in light.predict(["a", "b"], extra={"country": ["de", "fr"]})] == ["yes", "no"]
    many = light.stream((f"{number}" for number in range(9000)), extra={"country": iter(["fr", "de"] * 4500)})
    assert [one.label for one in many] == ["no", "yes"] * 4500
    with pytest.raises(InputError, match='no column "land" beside the text; the model knows "price", "country"'):
        light.predict(["a"], extra={"land": ["de"]})
    with pytest.raises(InputError, match='"country" is "de", expected a list with a value for each text'):
        light.predict(["a", "b"], extra={"country": "de"})
    with pytest.raises(InputError, match='"country" has more values than there are texts'):
        light.predict(["a"], extra={"country": ["de", "fr"]})


def test_eval_reads_the_columns_and_does_without(run: Run, tmp_path: Path) -> None:
    report = json.loads(_command("eval", "--run", run.folder, "--json").stdout)
    assert report["accuracy"] > 0.9
    rows = offers(60)
    both = write_csv(tmp_path / "both.csv", [OFFERS, *rows])
    alone = write_csv(tmp_path / "alone.csv", [OFFERS[:2], *(row[:2] for row in rows)])
    measured = [_command("eval", "--run", run.folder, "--json", "--data", path) for path in (both, alone)]
    accuracies = [json.loads(one.stdout)["accuracy"] for one in measured]
    assert accuracies[0] > 0.9 > 0.7 > accuracies[1], "without the columns the model cannot know"
    assert 'no columns "price", "country"' in measured[1].stderr
    for part in (0, 1):
        write_csv(tmp_path / f"part_{part}.csv", [OFFERS, *rows[part::2]])
    parts = _command("eval", "--run", run.folder, "--json", "--data", tmp_path / "part_*.csv")
    assert json.loads(parts.stdout)["accuracy"] == accuracies[0]


def test_eval_reads_columns_that_only_later_rows_fill(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("seqclf.sources.table.reader.ROWS_LOOKED_AT", 3)
    rows = [("a", "yes", "", ""), ("b", "no", "", ""), ("c", "no", "", ""), *offers(5)]
    table, lines = write_csv(tmp_path / "in.csv", [OFFERS, *rows]), tmp_path / "in.jsonl"
    filled = [{name: value for name, value in zip(OFFERS, row, strict=True) if value != ""} for row in rows]
    lines.write_text("".join(json.dumps(row) + "\n" for row in filled), encoding="utf-8")
    config = load_config(run.config)
    found = [
        source_of(path, config, text=(), label=None, label_separator=None, encoding=None).read(str(path)).extra
        for path in (table, lines)
    ]
    assert run.extra is not None
    features = [run.extra.encode(dict(one or {}), len(rows)) for one in found]
    np.testing.assert_array_equal(*features)
    assert run.extra.is_given(features[0]).tolist() == [False] * 3 + [True] * 5
    assert "in.csv" not in capsys.readouterr().err, "an empty column is there"


def test_files_are_predicted_with_the_columns_that_they_have(run: Run, tmp_path: Path) -> None:
    rows = [("text", "country", "price"), ("a", "de", "7"), ("b", "fr", "cheap"), ("c", "fr", "")]
    done = _command("predict", "--run", run.folder, "--input", write_csv(tmp_path / "in.csv", rows))
    assert [json.loads(line)["prediction"] for line in done.stdout.splitlines()] == ["yes", "no"]
    assert 'in.csv:3: "price" is "cheap", expected a number, or nothing' in done.stderr
    lines = [{"text": "a", "country": "fr"}, {"text": "b"}, {"text": "c", "country": None}]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    out = tmp_path / "out.csv"
    done = _command("predict", "--run", run.folder, "--input", tmp_path / "in.jsonl", "--output", out)
    warning = 'in.jsonl: no column "price"; its texts were predicted without it'
    assert warning in " ".join(done.stderr.split())
    values = _command("predict", "--run", run.folder, "a", "--field", "country=fr", "--json")
    assert json.loads(values.stdout)["label"] == "no"


def test_an_exported_folder_reads_the_columns(run: Run, tmp_path: Path) -> None:
    _command("export", "--run", run.folder, "--format", "onnx", "--to", tmp_path / "onnx")
    done = _command("predict", "--run", tmp_path / "onnx", "a", "--field", "country=de", "--json")
    assert json.loads(done.stdout)["label"] == "yes"
    again = Run(tmp_path / "again")
    shutil.copytree(run.folder, again.folder)
    again.onnx.unlink()
    shutil.rmtree(again.saved_model)
    for form in ("onnx", "saved_model"):
        _command("export", "--run", again.folder, "--format", form)
    done = _command("predict", "--run", again.folder, "a", "--field", "country=de", "--json")
    assert json.loads(done.stdout)["label"] == "yes"


@pytest.mark.parametrize("form", ["saved_model", "onnx", "keras"])
def test_the_code_of_a_card_gives_the_answers(
    run: Run, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from seqclf.inference import Classifier

    _command("export", "--run", run.folder, "--format", form, "--to", tmp_path / "out")
    card = (tmp_path / "out" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "It also reads columns beside the text: `price` (number), `country` (category)." in card
    scripts = [part.partition("```")[0] for part in card.split("```python\n")[1:]]
    monkeypatch.chdir(tmp_path / "out")
    for script in scripts:
        exec(script, {})
    shown = [float(number) for number in re.findall(r"\d\.\d+", capsys.readouterr().out)]
    light = Classifier.load(run.folder)
    given = {"price": [12.5], "country": ["a word"]}
    for probability in light.probabilities(["a text"], given)[0, 1:]:
        assert min(abs(number - probability) for number in shown) < 1e-4


def test_other_formats_give_the_same_features(table: Path, tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    from seqclf.config import checked_config
    from seqclf.data.prepare import prepare

    rows = [dict(zip(OFFERS, row, strict=True)) for row in offers(240)]
    typed = [{**row, "price": float(row["price"]) if row["price"] else None} for row in rows]
    lines = [{name: value for name, value in row.items() if value not in ("", None)} for row in typed]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(typed), tmp_path / "t.parquet")
    tabs = "".join("\t".join(row) + "\n" for row in [OFFERS, *offers(240)])
    (tmp_path / "t.tsv").write_text(tabs, encoding="utf-8")
    expected = prepare(checked_config(offers_config(table)))
    assert expected.train.extra is not None
    for name in ("t.jsonl", "t.parquet", "t.tsv"):
        data = prepare(checked_config(offers_config(tmp_path / name)))
        assert data.extra == expected.extra
        np.testing.assert_array_equal(data.train.extra, expected.train.extra)


@pytest.mark.usefixtures("no_saved_models")
def test_a_resumed_training_ends_as_if_it_had_never_stopped(table: Path, tmp_path: Path) -> None:
    from trainings import TRAINING, Killed

    from seqclf.training.options import Callbacks
    from seqclf.training.session import resume

    config = offers_config(table, training={**TRAINING, "baseline": False})
    whole = trained(config, tmp_path / "whole")
    with pytest.raises(Killed):
        trained(config, tmp_path / "killed", listen=killed_after(11))
    killed = Run(next((tmp_path / "killed").glob("small-*")))
    resume(killed, callbacks=Callbacks())
    assert result(killed) == result(whole)


def test_columns_beside_n_grams_alone(table: Path, tmp_path: Path) -> None:
    ngrams = {"orders": [1], "buckets": 64}
    config = offers_config(table, layers=[], ngrams=ngrams, head=[{"type": "dense", "units": 4, "activation": "relu"}])
    made = trained(config, tmp_path)
    assert made.metrics["validation"]["accuracy"] > 0.85


def test_folds_fit_the_columns_to_their_own_training_texts(table: Path) -> None:
    from seqclf.config import checked_config
    from seqclf.data.prepare import prepare
    from seqclf.training.folds import fold_config

    config = checked_config(offers_config(table, data__folds=3, data__fold=1, data__test=None))
    fits = [prepare(fold_config(config, fold)).extra for fold in (1, 2)]
    assert fits[0] is not None and fits[1] is not None
    assert fits[0].fingerprint != fits[1].fingerprint
