"""``seqclf train DATA``: no config needed; the generated one stays with the run."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import write_csv

from seqclf.cli import cli
from seqclf.cli.options import runs_argument
from seqclf.cli.starting import as_settings, load_or_make, overrides_of
from seqclf.config import load_config, read_config
from seqclf.config.files import read_file
from seqclf.config.loading import with_absolute_paths
from seqclf.runs import Run
from seqclf.training.folds import fold_config

QUICK = ("--set", "layers=[{type: pool}]", "--set", "training.epochs=1", "--set", "training.baseline=false")


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.mark.usefixtures("no_saved_models")
def test_a_file_is_trained_on_and_its_config_can_be_trained_again(
    sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEQCLF_RUNS", str(tmp_path / "runs"))
    trained = _call("train", str(sample_csv), *QUICK, "--set", "embedding.dim=5", "--name", "mine")
    assert trained.exit_code == 0, trained.output
    run = Run(tmp_path / "runs" / "mine-1")
    assert 'Found 200 texts with 2 labels (texts in "text", labels in "label")' in trained.stderr
    assert str(run.starter) in trained.stdout
    assert "--runs" not in trained.stdout
    starter, kept = load_config(run.starter), load_config(run.config)
    assert starter == kept
    assert (kept.training.epochs, kept.embedding.dim, kept.name) == (1, 5, "mine")
    assert "# seed of all random numbers" in run.starter.read_text(encoding="utf-8")
    evaluated = _call("eval")
    assert evaluated.exit_code == 0, evaluated.output


@pytest.mark.parametrize(
    "settings",
    [
        ["data.weight=votes", "data.extra={price: number, country: category}", "embedding.dim=32"],
        [
            "layers=[{type: conv1d, filters: 8, kernel_size: 3}, {type: pool}]",
            "layers[0].filters=9",
            "head=[]",
            "ngrams=null",
        ],
        [
            "data.test=null",
            "training.optimizer.learning_rate=1e-5",
            "tokenizer={type: word}",
            "ngrams=null",
            "training.early_stopping=null",
        ],
        ["data.validation=reviews.csv", "ngrams={}"],
        ["data.folds=3", "data.fold=1"],
    ],
)
def test_a_starter_has_the_settings_that_a_run_was_trained_with(
    settings: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [(f"text {i} of many", "ab"[i % 2], i % 5, i / 7, ["NL", "no"][i % 3 > 1]) for i in range(60)]
    data = write_csv(tmp_path / "reviews.csv", [("text", "label", "votes", "price", "country"), *rows])
    loaded, starter = load_or_make(data, overrides_of(settings, name="other", folds=None))
    assert starter is not None
    config = with_absolute_paths(loaded.config)
    if config.data.folds is not None:
        config = fold_config(config, 2)
    text = starter(config)
    assert read_config("starter.yaml", (), text).config == config
    assert "# seed of all random numbers" in text
    assert "# Set on the command line: " in text


def test_a_starter_is_no_part_of_a_run_with_a_config(binary_run: Run) -> None:
    assert not binary_run.starter.exists()


@pytest.mark.parametrize(
    ("setting", "message"),
    [("training.epoch=3", 'did you mean "epochs"?'), ("data.text=txt", 'no column "txt"; did you mean "text"?')],
)
def test_settings_are_checked_as_those_of_a_config(
    setting: str, message: str, sample_csv: Path, tmp_path: Path
) -> None:
    refused = _call("train", str(sample_csv), "--set", setting, "--runs", str(tmp_path / "runs"))
    assert refused.exit_code == 2
    assert message in refused.stderr
    assert not (tmp_path / "runs").exists()


def test_a_run_is_no_data(binary_run: Run) -> None:
    refused = _call("train", str(binary_run.folder))
    assert refused.exit_code == 2
    assert f"`seqclf train --resume {binary_run.folder}` resumes it" in refused.stderr


def test_runs_outside_the_default_folder_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEQCLF_RUNS", raising=False)
    assert runs_argument(Path("runs")) == ""
    assert runs_argument(tmp_path / "my runs") == f" --runs '{tmp_path / 'my runs'}'"
    monkeypatch.setenv("SEQCLF_RUNS", str(tmp_path))
    assert runs_argument(tmp_path) == ""
    assert runs_argument(Path("runs")) == " --runs runs"


def test_a_config_is_read_from_a_text_with_places() -> None:
    written = read_file(Path("starter.yaml"), text="name: a\nseed: 3\n")
    assert written.value == {"name": "a", "seed": 3}
    assert str(written.place(("seed",))) == "starter.yaml:2:1"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("--label stars takes the first", "--set data.label=stars takes the first"),
        ('--label "the stars" takes the first', '--set data.label="the stars" takes the first'),
        ("--label p_a --label p_b takes all", "--set 'data.label={a: p_a, b: p_b}' takes all"),
        ('--label "p a" --label "p 1" takes all', """--set 'data.label={a: "p a", "1": "p 1"}' takes all"""),
        ("name one with --label", "name one with --set data.label=COLUMN"),
        ("named by --text", "named by --set data.text=COLUMN"),
        ("use --label-separator if a field", "use --set data.label_separator=TEXT if a field"),
        ("named by --weight", "named by --set data.weight=COLUMN"),
        ("(columns: a, b; --extra names one)", "(columns: a, b; --set data.extra='{COLUMN: KIND}' names one)"),
        ("but --header none takes it for names", "but --set data.header=null takes it for names"),
        ("--weight n_votes weighs the texts", "--set data.weight=n_votes weighs the texts"),
        ("--text title --text text reads both", "--set 'data.text=[title, text]' reads both"),
        ("--extra price=number lets the model", "--set 'data.extra={price: number}' lets the model"),
        (
            '--extra price=number --extra "the land"=category lets the model',
            """--set 'data.extra={price: number, "the land": category}' lets the model""",
        ),
        ("a--text and no-label", "a--text and no-label"),
    ],
)
def test_options_of_init_are_settings_of_train(said: str, meant: str) -> None:
    assert as_settings(said) == meant


def test_a_separator_of_yaml_punctuation_is_text(tmp_path: Path) -> None:
    rows = [("text", "label")] + [(f"text number {i}", ("a|b", "a", "b")[i % 3]) for i in range(60)]
    path = str(write_csv(tmp_path / "t.csv", rows))
    hinted = _call("train", path, "--label-separator", "|").stderr
    setting = "data.label_separator=|"
    assert f"seqclf train {path} --set '{setting}'" in hinted
    checked = _call("check", path, *QUICK, "--set", setting)
    assert checked.exit_code == 0, checked.output
    assert "2 labels" in checked.stderr
    empty = _call("check", path, "--set", "data.label_separator=''")
    assert empty.exit_code == 2
    assert "--set data.label_separator: expected a non-empty text: --set 'data.label_separator=|'" in empty.stderr


def test_columns_are_named_by_settings(tmp_path: Path) -> None:
    rows = [("number", "said", "mood")]
    rows += [(f"{i * 37}", f"it was said that {i} is a number", ("good", "bad")[i % 2]) for i in range(60)]
    path = write_csv(tmp_path / "t.csv", rows)
    refused = _call("train", str(path), "--set", "data.label=number")
    assert refused.exit_code == 2
    assert "60 different labels for 60 texts" in refused.stderr
    assert "name another column with --set data.label=COLUMN" in refused.stderr
    checked = _call("check", str(path), *QUICK, "--set", "data.label=mood", "--json")
    assert checked.exit_code == 0, checked.output
    assert 'labels in "mood": named by --set data.label=COLUMN' in checked.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--resume", "x", "--presets"], "omit CONFIG, --name, --init-from, --folds, --presets and"),
        (["init", "--from", "x.csv", "--try", "--layers", "gru"], "omit --layers"),
        (["init", "--from", "x.csv", "--template", "trec", "--try"], "omit --layers and --try"),
        (["init", "--from", "x.csv", "--label-separator", ""], "expected a non-empty text, such as '|'"),
        (["init", "--try"], "only --template and -o work without --from; add --from DATA"),
    ],
)
def test_options_that_cannot_be_combined(arguments: list[str], message: str) -> None:
    refused = _call(*arguments)
    assert refused.exit_code == 2
    assert message in refused.stderr
