"""Hints for users who type the syntax of other tools: always a command that works."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from seqclf.cli import cli
from seqclf.cli.hint import Hint
from seqclf.config.typed import is_flag, is_key, meant_key
from seqclf.tables.names import no_such_file


def said(line: str) -> str:
    done = CliRunner().invoke(cli, shlex.split(line))
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("train c.yaml --epochs 3", "train c.yaml --set training.epochs=3"),
        ("train --epochs=3 c.yaml", "train c.yaml --set training.epochs=3"),
        ("train c.yaml --bs 8 --name n --lr 1e-3", "train c.yaml --name n --set training.batch_size=8 --set "
         "training.optimizer.learning_rate=1e-3"),
        ("train c.yaml --epochs 3 --seed 1", "train c.yaml --set training.epochs=3 --set seed=1"),
        ("train c.yaml -e 3", "train c.yaml --set training.epochs=3"),
        ("train c.yaml --learning-rate 1", "train c.yaml --set training.optimizer.learning_rate=1"),
        ("train c.yaml --max-tokens 9", "train c.yaml --set tokenizer.max_tokens=9"),
        ("train c.yaml --vocab-size 9", "train c.yaml --set tokenizer.vocab_size=9"),
        ("train c.yaml --units 9", "train c.yaml --set 'layers[0].units=9'"),
        ("train c.yaml --patience 9", "train c.yaml --set training.early_stopping.patience=9"),
        ("train c.yaml --data my.csv", "train c.yaml --set data.train=my.csv"),
        ("train c.yaml --label-separator '|'", "train c.yaml --set 'data.label_separator=|'"),
        ("train d.csv --extra price", "train d.csv --set 'data.extra={price: number}'"),
        ("train c.yaml --seed 3", "train c.yaml --set seed=3"),
        ("train --bidirectional c.yaml", "train c.yaml --set 'layers[0].bidirectional=true'"),
        ("train c.yaml --epocs 3", "train c.yaml --set training.epochs=3"),
        ("train c.yaml --units", "train c.yaml --set 'layers[0].units=VALUE'"),
        ("train c.yaml training.epochs=3", "train c.yaml --set training.epochs=3"),
        ("train --config c.yaml", "train c.yaml"),
        ("train c.yaml --output-dir out", "train c.yaml --runs out"),
        ("train c.yaml --ouput out", "train c.yaml --runs out"),
        ("check c.yaml --epochs 3", "check c.yaml --set training.epochs=3"),
        ("config show c.yaml --epochs 3", "config show c.yaml --set training.epochs=3"),
        ("predict '-bad product' --run r", "predict --run r -- '-bad product'"),
        ("predict '--not good' '-instead'", "predict -instead -- '--not good'"),
        ("predict '-instead of this'", "predict -- '-instead of this'"),
        ("predict '-or so'", "predict -- '-or so'"),
        ("predict --model m hi", "predict --run m hi"),
        ("predict --file=x.csv", "predict --input=x.csv"),
        ("predict --scores hi", "predict --score hi"),
        ("predict --probs hi", "predict --probabilities hi"),
        ("predict my.csv", "predict --input my.csv --output my-predicted.csv"),
        ("why text", "explain text"),
        ("dashboard r-1", "report r-1"),
        ("report r-1 --browser", "report r-1 --open"),
        ("report r-1 --html x.html", "report r-1 --output x.html"),
        ("explain text --vs negative", "explain text --against negative"),
        ("eval r-1", "eval --run r-1"),
        ("eval my.csv --run r-1", "eval --data my.csv --run r-1"),
        ("eval c.yaml", "eval --run RUN"),
        ("eval --data-dir d", "eval --set data.data_dir=d"),
        ("export r-1 --format onnx", "export --run r-1 --format onnx"),
        ("export --onnx", "export --format onnx"),
        ("export my_model", "export --to my_model"),
        ("export my_model --to d", "export --run my_model --to d"),
        ("train my.csv --layers lstm", "init --from my.csv --layers lstm -o my.yaml"),
        ("train --layers=GRU my.csv --name n", "init --from my.csv --layers gru -o my.yaml"),
        ("train my.csv --cell bag", "init --from my.csv --layers bag -o my.yaml"),
        ("train my.csv --template trec --epochs 3", "init --template trec --from my.csv -o my-trec.yaml"),
        ("train --template=trec", "init --template trec -o trec.yaml"),
        ("init --from my.csv --text txt -o m.yaml", "init --from my.csv --text text -o m.yaml"),
        ("init --from my.csv --extra labl=number", "init --from my.csv --extra label=number"),
        ("init --from my.csv --label=lable", "init --from my.csv --label=label"),
        ("predict --run mine", "predict --run mine 'a text'"),
        ("explain", "explain 'a text'"),
        ("train c.yaml --layers lstm", "train c.yaml --set 'layers[0].type=lstm'"),
        ("train my.csv -n foo", "train my.csv --name foo"),
        ("predict --text hi", "predict hi"),
        ("predict --input my.csv --text body", "predict --input my.csv --column body"),
        ("init my.csv -o c.yaml", "init --from my.csv -o c.yaml"),
        ("init sst2", "init --template sst2"),
        ("bench --cell gru", "bench --cells gru"),
    ],
)  # fmt: skip
def test_the_line_to_type(line: str, instead: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.csv").write_text("text,label\na,b\n", encoding="utf-8")
    assert said(line).endswith(f": seqclf {instead}")
    context = click.Context(cli, info_name="seqclf")
    words = shlex.split(instead)
    name, command, words = cli.resolve_command(context, words)
    if isinstance(command, click.Group):
        name, command, words = command.resolve_command(context, words)
    assert command is not None
    command.make_context(name, list(words))  # which raises for a line that the command does not take


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("init --from part_1.csv part_2.csv part_10.csv", "init --from 'part_*.csv'"),
        ("init --from=part_1.csv -o c.yaml part_2.csv part_10.csv", "init --from 'part_*.csv' -o c.yaml"),
        ("train part_1.csv part_2.csv part_10.csv --name n", "train 'part_*.csv' --name n"),
        ("train part_1.csv part_2.csv", "data.train: [A, B]"),
        ("eval --data part_1.csv part_2.csv part_10.csv", "eval --data 'part_*.csv'"),
    ],
)
def test_a_pattern_without_quotes(line: str, instead: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("part_1.csv", "part_2.csv", "part_10.csv"):
        Path(name).touch()
    assert said(line).endswith(instead) or instead in said(line)


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ("--group author", "add to its data: group: author"),
        ("--sample-weight votes", "--weight votes"),
        ("--features price=number", "--extra price=number"),
    ],
)
def test_init_names_the_option_for_further_columns(options: str, written: str) -> None:
    assert said(f"init --from d.csv {options}").endswith(written)


def test_a_pattern_where_one_file_is_expected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("part_1.csv").write_text("text,label\na,b\n", encoding="utf-8")
    message = str(no_such_file("part_*.csv"))
    assert message == (
        "part_*.csv: expected one file here, not a pattern; give one of the files that it matches, such as part_1.csv"
    )


@pytest.mark.parametrize(
    ("line", "named", "options"),
    [
        ("predict --input 'my 1.csv' 'my 2.csv' -o out.csv", "--input 'my *.csv'", ""),
        (
            "predict -i 'my 1.csv' --input='my 2.csv' --top 2 -oout.csv",
            "--input 'my 1.csv' --input 'my 2.csv'",
            " --top 2",
        ),
        ("predict 'my 1.csv' --column text -- 'my 2.csv'", "--input 'my *.csv'", " --column text"),
        ("predict --resume --input 'm*.csv' --run 'a b'", "--input 'm*.csv'", " --resume --run 'a b'"),
        ("predict --input 'my 1.csv' x.csv", "--input 'my 1.csv' --input x.csv", ""),
        ("predict --input .", "--input .", ""),
    ],
)
def test_several_files_need_a_folder_for_their_predictions(
    line: str, named: str, options: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("my 1.csv", "my 2.csv", "x.csv"):
        Path(name).touch()
    done = CliRunner().invoke(cli, shlex.split(line))
    assert done.exit_code == 2
    assert done.stderr.rstrip().endswith(f": seqclf predict {named} --output predicted{options}"), done.stderr


def test_the_suggested_name_of_predictions_is_one_that_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, written in (
        ("a.json", "a-predicted.jsonl"),
        ("b.xlsx", "b-predicted.csv"),
        ("c.tsv.gz", "c-predicted.tsv"),
    ):
        Path(name).touch()
        assert said(f"predict {name}").endswith(f"--output {written}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("predict hi --overwrite --output-format csv", "--overwrite, --output-format: works only with --input"),
        ("predict hi --input-format txt", "--input-format: works only with --input"),
        ("predict --input x.csv -o y.csv --errors -", "name a file; standard error names the kinds of errors"),
        ("predict --input x.csv --overwrite", "--overwrite works only with --output FILE"),
        ("predict --input x.csv --overwrite -o -", "--overwrite works only with --output FILE"),
        ("init --from a.csv --from b.csv", "expected one value, found 2 (a.csv, b.csv)"),
        ("eval --data a.csv --data b.csv", "expected one value, found 2 (a.csv, b.csv)"),
    ],
)
def test_no_option_of_files_is_ignored(line: str, message: str) -> None:
    assert said(line).endswith(message)


def test_unknown_options_list_the_known_ones() -> None:
    assert said("train c.yaml --gpu").endswith("; change options of the config with --set KEY=VALUE")
    assert "--split" in said("eval --batch-size 3")
    assert "--set KEY" not in said("predict hi --epochs 3")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("generate -k5 --run x", "seqclf generate --top-k 5 --run x"),
        ("generate -run x the", "seqclf generate --run x the"),
        ("generate -prompt the", "seqclf generate the"),
        ("generate -the --run x", "seqclf generate --run x -- -the"),
        ("predict -the --top 2", "seqclf predict --top 2 -- -the"),
    ],
)
def test_words_with_one_dash(line: str, meant: str) -> None:
    """click reads them as options of one letter each."""
    assert said(line).endswith(meant)


def test_a_file_in_the_place_of_a_text_keeps_the_other_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").touch()
    call = "seqclf predict --input a.csv --output a-predicted.csv"
    assert said("predict --score a.csv --run x --json").endswith(f"{call} --score --run x")
    assert said("predict hello a.csv --column body --field c=d").endswith(f"{call} --column body")


def test_the_column_of_a_file_is_named_with_another_option() -> None:
    for score in ("", "--score "):
        message = "name the column of the texts in a file with --column"
        assert said(f"predict {score}--input a.csv --field body").endswith(message)


def test_a_text_may_have_the_name_of_no_file() -> None:
    assert "is a file" not in said("predict good.csv --runs /nothing")
    assert "is a file" not in said("predict 'x\0y.csv' --runs /nothing")


@pytest.mark.parametrize(
    "name", ["epochs", "lr", "batch_size", "seed", "hidden_size", "dropout", "optimizer", "type", "val_data"]
)  # fmt: skip
def test_intended_keys_are_keys(name: str) -> None:
    key = meant_key(f"--{name.replace('_', '-')}")
    assert key is not None
    assert is_key(key)
    assert not is_flag(key)


def test_keys_given_as_options_are_themselves() -> None:
    assert meant_key("--tokenizer.lowercase") == "tokenizer.lowercase"
    assert is_flag("tokenizer.lowercase")
    assert meant_key("--tokenizer.epochs") is None
    assert meant_key("--verbose") is None


def test_a_command_is_wrapped_with_line_continuations() -> None:
    words = ("seqclf", "train", *(f"--set=training.option_{number}=3" for number in range(9)))
    shown = Hint("Type", words).lines(60)
    assert max(map(len, shown.splitlines())) <= 60
    assert shlex.split("".join(shown.splitlines(keepends=True)[1:]).replace("\\\n", "")) == list(words)
    assert "\n" not in str(Hint("Type", words))
