"""How errors and warnings about configs and data look on the terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import write_csv, written_config

from seqclf.cli import cli
from seqclf.runs import Run


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_a_broken_config_is_shown_with_its_lines_and_ends_with_2(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("data: {source: sample}\nlayers:\n  - {type: lstm, unitz: 3, dropout: 1}\n", encoding="utf-8")
    for command in ("train", "check", "config"):
        done = _call(*(["config", "show"] if command == "config" else [command]), str(path))
        assert done.exit_code == 2
        assert done.stdout == ""
        assert done.stderr.splitlines() == [
            f'{path}:3:18: layers[0].unitz: unknown option; did you mean "units"?',
            "    3 |   - {type: lstm, unitz: 3, dropout: 1}",
            "      |                  ^",
            f"{path}:3:28: layers[0].dropout: expected less than 1, found 1",
            "    3 |   - {type: lstm, unitz: 3, dropout: 1}",
            "      |                            ^",
            "2 problems; nothing was done.",
        ]


def test_colour_is_for_terminals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("sed: 3\n", encoding="utf-8")
    runner = CliRunner()
    assert "\x1b[31m" in runner.invoke(cli, ["train", str(path)], color=True).stderr
    assert "\x1b" not in runner.invoke(cli, ["train", str(path)]).stderr
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in runner.invoke(cli, ["train", str(path)], color=True).stderr


def test_configs_are_refused_before_anything_heavy_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("sed: 3\n", encoding="utf-8")
    program = (
        "import sys\nfrom seqclf.cli import cli\n"
        "try: cli(sys.argv[1:])\nexcept SystemExit as end: assert end.code == 2\n"
        "print(sorted({'tensorflow', 'keras', 'numpy', 'tokenizers', 'rich'} & set(sys.modules)))"
    )
    for command in ("train", "check"):
        done = subprocess.run([sys.executable, "-c", program, command, str(path)], capture_output=True, text=True)
        assert done.stdout == "[]\n", done.stderr


def test_files_that_cannot_be_used_have_the_place_of_their_option(tmp_path: Path, sample_csv: Path) -> None:
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("the 1 2 3\n", encoding="utf-8")
    path = tmp_path / "config.yaml"
    path.write_text(
        f"data:\n  source: table\n  train: {sample_csv}\n  test: nothing.csv\n  validation: {tmp_path}\n"
        f"embedding:\n  vectors: {vectors}\nlayers: [{{type: pool}}]\n"
        f"tokenizer: {{type: subword_file, file: {vectors}}}\n",
        encoding="utf-8",
    )
    for command in ("train", "check"):
        done = _call(command, str(path))
        assert done.exit_code == 2
        messages = [line for line in done.stderr.splitlines() if line.startswith(str(path))]
        assert messages[0].startswith(f"{path}:4:3: data.test: nothing.csv: no such file")
        assert messages[1].startswith(f"{path}:5:3: data.validation: {tmp_path}: is a folder")
        assert messages[2] == f"{path}:6:1: embedding.dim: is 64, but {vectors} has vectors of 3 numbers; set it to 3"
        assert messages[3].startswith(
            f'{path}:9:33: tokenizer.file: {vectors}:1: expected one piece, found "the 1 2 3"'
        )
    done = _call("check", str(path), "--json")
    assert done.exit_code == 2
    assert [(p["option"], p["line"], p["column"]) for p in json.loads(done.stdout)["problems"]] == [
        ("data.test", 4, 3),
        ("data.validation", 5, 3),
        ("embedding.dim", 6, 1),
        ("tokenizer.file", 9, 33),
    ]


def test_wrong_columns_are_reported_at_their_place(tmp_path: Path) -> None:
    rows = [("Body", "stars"), ("a", "b"), ("c", "d")]
    write_csv(tmp_path / "t.csv", rows)
    path = tmp_path / "config.yaml"
    path.write_text(
        f"data:\n  source: table\n  train: {tmp_path / 't.csv'}\n  test: {tmp_path / 't.csv'}\n  label: star\n"
        "layers: [{type: pool}]\n",
        encoding="utf-8",
    )
    done = _call("train", str(path), "--set", "data.text=body")
    assert done.exit_code == 2
    messages = [line for line in done.stderr.splitlines() if "no column" in line]
    assert len(messages) == 2
    assert messages[0].startswith(
        f'{path}:5:3: data.label: {tmp_path / "t.csv"}: no column "star"; did you mean "stars"?'
    )
    assert messages[1].startswith(f'--set data.text: {tmp_path / "t.csv"}: no column "body"; did you mean "Body"?')


def test_bad_rows_of_all_files_are_reported(tmp_path: Path) -> None:
    good = [("text", "label"), *[(f"t {i}", "ab"[i % 2]) for i in range(20)]]
    for name in ("validation", "test"):
        write_csv(tmp_path / f"{name}.csv", [("text", "label"), ("x", ""), ("y", "a"), ("z",)])
    path = written_config(
        tmp_path,
        write_csv(tmp_path / "train.csv", good),
        data__validation=str(tmp_path / "validation.csv"),
        data__test=str(tmp_path / "test.csv"),
    )
    done = _call("check", str(path), "--json")
    assert done.exit_code == 2
    problems = json.loads(done.stdout)["problems"]
    assert [problem["option"] for problem in problems] == ["data.test", "data.validation"]
    for name, problem in zip(("test", "validation"), problems, strict=True):
        assert problem["line"]
        for line in (2, 4):
            assert f"{tmp_path / name}.csv:{line}: " in problem["message"]


@pytest.mark.parametrize("parts", [{"validation": 0.2}, {"validation": 0.2, "test": 0.2}, {"folds": 3, "fold": 1}])
def test_a_bad_row_of_the_training_texts_is_one_problem(parts: dict[str, float], tmp_path: Path) -> None:
    rows = [("text", "label"), *[(f"t {i}", "ab"[i % 2]) for i in range(20)], ("x", "a", "b")]
    options = {f"data__{name}": value for name, value in parts.items()}
    path = written_config(tmp_path, write_csv(tmp_path / "train.csv", rows), **options)
    done = _call("check", str(path), "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["option"] == "data.train"
    assert "train.csv:22: " in problem["message"]


def test_what_fits_no_memory_is_a_sentence(binary_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    from seqclf.inference import Classifier

    for error in (MemoryError(), tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")):

        def fail(*_: object, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(Classifier, "probabilities", fail)
        done = _call("predict", "x", "--run", str(binary_run.folder))
        assert done.exit_code == 1
        assert done.stderr.startswith("Error: out of memory: lower training.batch_size")


def test_all_bad_rows_are_reported(tmp_path: Path) -> None:
    rows = [("text", "label"), ("fine", "a"), ("no label", ""), ("three", "b", "c"), ("fine", "b"), ("one",)]
    done = _call("check", str(written_config(tmp_path, write_csv(tmp_path / "bad.csv", rows))))
    assert done.exit_code == 2
    for place in (':3: "label" is empty', ":4: 3 fields, but the header has 2", ":6: 1 field, but the header has 2"):
        assert f"{tmp_path / 'bad.csv'}{place}" in done.stderr
    with (tmp_path / "bad.csv").open("a", encoding="utf-8") as file:
        file.write('fine,"a\nfine,b\n')
    done = _call("check", str(tmp_path / "config.yaml"))
    assert f"{tmp_path / 'bad.csv'}:7: a quote that starts in this row is never closed" in done.stderr
    assert ':3: "label" is empty' in done.stderr
