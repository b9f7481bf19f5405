"""``seqclf check``, ``config`` and ``schema``, as a user runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from conftest import write_csv, written_config

from seqclf.cli import cli
from seqclf.config import load_config
from seqclf.config.json_schema import json_schema
from seqclf.config.reference import reference
from seqclf.runs import Run

ROOT = Path(__file__).parents[1]


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


# --- check ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def odd_config(tmp_path: Path) -> Path:
    """A config of data with known anomalies."""
    train = [("text", "label"), *((f"good film number {i}", "pos") for i in range(40))]
    train += [(f"bad film number {i} {'word ' * 30}", "neg") for i in range(3)]
    train += [("bad film number 0 " + "word " * 30, "neg"), ("good film number 0", "neg"), ("", "pos"), (" \n", "pos")]
    validation = [("text", "label"), ("good film number 1", "pos"), ("unheard ☃ ☃ ☃ ☃ ☃", "pos"), ("x", "pos")]
    test = [("text", "label"), ("good film number 1", "pos"), ("x", "neg"), ("x", "neg"), ("bad", "neg")]
    return written_config(
        tmp_path,
        write_csv(tmp_path / "train.csv", train),
        data__validation=str(write_csv(tmp_path / "validation.csv", validation)),
        data__test=str(write_csv(tmp_path / "test.csv", test)),
    )


def test_check_counts_unusual_texts(odd_config: Path, real_steps: None) -> None:
    done = _call("check", str(odd_config), "--json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    train, validation, test = (report["splits"][name] for name in ("train", "validation", "test"))
    assert (train["texts"], train["labels"], train["empty"]) == (47, {"pos": 42, "neg": 5}, 2)
    assert (train["duplicates"], train["contradictory"]) == (3, 1)  # an empty text and one of white space
    assert validation["also_in_splits_before"] == {"texts": 1, "rows": 1, "contradictory": 0}
    assert test["also_in_splits_before"] == {"texts": 2, "rows": 3, "contradictory": 1}
    assert test["duplicates"] == 1
    assert validation["labels"] == {"pos": 3}
    assert 0 < train["tokens"]["truncated"] == pytest.approx(4 / 47)
    assert train["tokens"]["quantiles"]["1"] == max(high for high in train["tokens"]["quantiles"].values())
    assert sum(count for *_, count in train["tokens"]["histogram"]) == 47
    assert validation["tokens"]["unknown"] == pytest.approx(7 / 11)  # "unheard", five snowmen and "x"
    assert report["vocabulary"] > 10
    assert sum(row["parameters"] for row in report["layers"]) > 100
    assert [row["name"] for row in report["layers"]][:3] == ["embedding", "embedding_dropout", "layers_0_lstm"]
    assert report["epoch"]["steps"] == 3
    assert report["epoch"]["seconds"] > 0 < report["epoch"]["memory_bytes"]
    assert report["problems"] == []
    said = "\n".join(f"{warning['option']}: {warning['message']}" for warning in report["warnings"])
    for part in (
        'data.validation: has no texts with the training labels "neg"',
        "data.train: 2 of 47 texts are empty",
        'data.train: 1 text occurs with more than one label: "good film number 0" (neg; pos); `seqclf suspects CONFIG`',
        "data.validation: 1 of 3 texts (1 distinct) are also training texts: scores on them say nothing",
        "data.test: 3 of 4 texts (2 distinct) are also training or validation texts, 1 of them with another",
        "tokenizer.type: 63.6% of the validation tokens are unknown: the vocabulary (62 of 300 pieces) lacks ",
    ):
        assert part in said
    assert all(warning["source"] == str(odd_config) and warning["line"] for warning in report["warnings"])


def test_check_prints_a_report(odd_config: Path) -> None:
    done = _call("check", str(odd_config))
    assert done.exit_code == 0, done.stderr
    for part in (
        "Data: ",
        "also in an earlier split",
        "42 (89.4%)",
        "tokens a text",
        "██",
        "LSTM",
        "One epoch: 3 steps",
    ):
        assert part in done.stdout
    assert "\nNo problems, " in done.stdout
    assert max(map(len, done.stdout.partition("\nWhat to try:")[0].splitlines())) < 130
    assert "warning: data.train: 2 of 47" in done.stderr


def test_check_fails_where_training_or_evaluation_would(tmp_path: Path, odd_config: Path) -> None:
    one_label = written_config(
        tmp_path, write_csv(tmp_path / "one.csv", [("text", "label"), *[(f"t {i}", "a") for i in range(20)]])
    )
    done = _call("check", str(one_label))
    assert done.exit_code == 1
    assert 'data.train: every training text has the label "a"' in done.stderr
    write_csv(tmp_path / "test.csv", [("text", "label"), ("good", "new"), ("bad", "neg")])
    unknown = written_config(tmp_path, tmp_path / "train.csv", data__test=str(tmp_path / "test.csv"))
    done = _call("check", str(unknown), "--json")
    assert done.exit_code == 1
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["option"] == "data.test"
    assert problem["message"].startswith(
        'has labels that do not occur in the training texts: "new"; set data.unknown_labels'
    )


@pytest.mark.parametrize(
    ("weights", "monitor"), [("balanced", "val_macro_f1"), ("null", "val_macro_f1"), ("balanced", "val_loss")]
)
def test_handled_imbalance_is_not_reported(weights: str, monitor: str, tmp_path: Path) -> None:
    rows = [("text", "label"), *((f"text {n}", "rare" if n % 25 == 0 else "common") for n in range(100))]
    data = write_csv(tmp_path / "d.csv", rows)
    config = tmp_path / "c.yaml"
    config.write_text(
        f"data: {{source: table, train: {data}, validation: 0.25}}\n"
        "tokenizer: {type: byte}\nlayers: [{type: pool}]\n"
        f"training: {{class_weights: {weights}, early_stopping: {{monitor: {monitor}}}}}\n"
    )
    done = _call("check", str(config), "--json")
    assert done.exit_code == 0, done.output
    warned = any("uneven labels" in warning["message"] for warning in json.loads(done.stdout)["warnings"])
    assert warned is not (weights == "balanced" and monitor == "val_macro_f1")


def test_labels_that_are_nearly_the_same_are_a_warning() -> None:
    from seqclf.data.statistics import text_statistics, text_warnings
    from seqclf.sources.texts import LabelledTexts

    def said(labels: list[str]) -> list[str]:
        texts = LabelledTexts([f"{i}" for i in range(len(labels))], labels, "here")
        return [warning.message for warning in text_warnings({"train": text_statistics(texts)}, {})]

    assert said(["pos", "neg", "pos"]) == []
    (message,) = said(["pos", "neg", "Pos", "news paper", "newspaper"])
    assert message.endswith('different labels: "Pos", "news paper", "newspaper", "pos"')


@pytest.mark.real
def test_imdb_has_123_test_texts_among_its_training_texts(real_data: Path) -> None:
    # The quickest tokenizer and model there are.
    settings = (f"data.data_dir={real_data / 'tfds'}", "tokenizer={type: byte}", "layers=[{type: pool}]")
    options = [part for setting in settings for part in ("--set", setting)]
    done = _call("check", str(ROOT / "configs" / "imdb_lstm.yaml"), *options, "--json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["splits"]["test"]["also_in_splits_before"]["texts"] == 123
    assert report["splits"]["train"]["texts"] == 22_500


# --- config, schema ---------------------------------------------------------------------------------------------------


def test_a_group_without_a_command_prints_its_help_once() -> None:
    done = _call("config")
    assert done.exit_code == 2
    assert done.stderr.startswith("Usage: ") and done.stderr.count("Usage: ") == 1
    assert "Error" not in done.stderr and "diff" in done.stderr


def test_show_fills_in_every_default(binary_run: Run, tmp_path: Path) -> None:
    quickstart = str(ROOT / "configs" / "quickstart.yaml")
    shown = _call("config", "show", quickstart, "--set", "seed=9").stdout
    (tmp_path / "full.yaml").write_text(shown, encoding="utf-8")
    assert yaml.safe_load(shown)["training"]["log_every"] == 50
    assert load_config(tmp_path / "full.yaml").seed == 9
    of_run = _call("config", "show", binary_run.name, "--runs", str(binary_run.folder.parent)).stdout
    assert of_run == binary_run.config.read_text(encoding="utf-8")
    assert of_run == _call("config", "show", str(binary_run.folder)).stdout
    shutil.copytree(binary_run.folder, tmp_path / "runs" / "mine-1")
    assert of_run == _call("config", "show", "latest", "--runs", str(tmp_path / "runs")).stdout
    refused = _call("config", "show", "nothing", "--runs", str(tmp_path))
    assert refused.exit_code == 2
    assert "nothing: no such file, and no run nothing in" in refused.stderr


def test_diff_shows_what_differs(binary_run: Run) -> None:
    one, other = (str(ROOT / "configs" / f"{name}.yaml") for name in ("imdb_lstm", "imdb_stacked_lstm"))
    differing = json.loads(_call("config", "diff", one, other, "--json").stdout)
    assert differing["name"] == {"a": "imdb-lstm", "b": "imdb-stacked-lstm"}
    assert differing["layers[0].return_sequences"] == {"a": False, "b": True}
    assert differing["layers[1].units"] == {"b": 32}
    assert "data.dataset" not in differing
    shown = _call("config", "diff", one, other).stdout
    assert shown.splitlines()[0].split() == ["option", "imdb_lstm.yaml", "imdb_stacked_lstm.yaml"]
    assert ["layers[0].return_sequences", "false", "true"] in [line.split() for line in shown.splitlines()]
    assert _call("config", "diff", one, one).stdout == "The two configs are the same.\n"
    runs = ("--runs", str(binary_run.folder.parent))
    assert "layers[0].units" in _call("config", "diff", binary_run.name, one, *runs).stdout


def test_schema_is_printed() -> None:
    assert json.loads(_call("schema").stdout) == json_schema()
    assert _call("schema", "--markdown").stdout == reference()
