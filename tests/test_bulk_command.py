"""``seqclf predict`` for whole files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from bulk_files import read_rows
from click.testing import CliRunner, Result

from seqclf.cli import cli
from seqclf.runs import Run


def _call(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin)


def test_the_command(three_label_run: Run, three_labels_csv: Path, tmp_path: Path) -> None:
    run = ["--run", str(three_label_run.folder)]
    out = tmp_path / "out.parquet"
    done = _call("predict", "--input", str(three_labels_csv), "--output", str(out), *run)
    assert done.exit_code == 0, done.output
    assert "150 texts in " in done.stderr and f"-> {out}" in done.stderr
    rows = read_rows(out)
    assert sum(row["prediction"] == row["label"] for row in rows) > 120
    again = _call("predict", "--input", str(three_labels_csv), "--output", str(out), "--resume", *run)
    assert again.exit_code == 0 and "out.parquet: already complete" in again.stderr
    lines = ["predict", "-i", "-", "--input-format", "txt", *run]
    piped = _call(*lines, stdin=b"a match\nthe moon\n")
    texts = _call("predict", "a match", "the moon", "--json", *run).stdout.splitlines()
    expected = [json.loads(line)["label"] for line in texts]
    assert [json.loads(line)["prediction"] for line in piped.stdout.splitlines()] == expected
    as_tsv = _call(*lines, "--output-format", "tsv", stdin=b"a match\n").stdout
    assert as_tsv.startswith("text\tprediction\tprobability\na match\tsport\t")

    def written_as(name: str, content: str) -> Path:
        (tmp_path / name).write_text(content, encoding="utf-8")
        return tmp_path / name

    for arguments, message in (
        (
            ["-i", str(three_labels_csv), "-o", str(tmp_path / "out.xyz")],
            'out.xyz: unknown file extension ".xyz" (known: .csv, .tsv, .jsonl, .parquet, also packed, ',
        ),
        (["-i", str(three_labels_csv), "-o", "-", "--errors", "x"], "--errors: works only with --output FILE"),
        (["-i", ""], "'--input' / '-i': expected a path, found nothing"),
        (["-i", str(three_labels_csv), "-o", ""], "'--output' / '-o': expected a path, found nothing"),
        (["-i", str(three_labels_csv), "--resume"], "--resume: standard output cannot be resumed"),
        (["-i", str(three_labels_csv), "-o", str(out), "--json"], "--json is for texts"),
        (["-i", str(written_as("empty.csv", "text\n"))], "empty.csv: contains no rows"),
        (["-i", str(written_as("bad.csv", "text,x\na\n"))], "bad.csv: contains no valid rows"),
        (
            ["-i", str(written_as("README.md", "a\n"))],
            '".md" (known: .csv, .tsv, .jsonl, .json, .parquet, .xlsx, .txt); name',
        ),
        (
            ["-i", str(three_labels_csv), "--column", "body"],
            '"body" (columns: text, label); name the right one with --column',
        ),
    ):
        refused = _call("predict", *arguments, *run)
        assert refused.exit_code == 2, arguments
        assert message in refused.stderr


_STDIN = ("--input", "-", "--input-format", "csv")


def test_the_texts_are_in_the_column_of_the_run(three_label_run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "named"
    shutil.copytree(three_label_run.folder, folder)
    run = Run(folder)
    assert run.text_column == "text"
    config = run.config.read_text(encoding="utf-8")
    run.config.write_text(config.replace("  text: text\n", "  text: 'Was: gesagt'\n"), encoding="utf-8")
    assert run.text_column == "Was: gesagt"
    same, other, neither = tmp_path / "same.csv", tmp_path / "other.csv", tmp_path / "neither.csv"
    same.write_text("text,Was: gesagt\nx,a match\n", encoding="utf-8")
    other.write_text("id,text\n7,a match\n", encoding="utf-8")
    neither.write_text("id,body\n7,a match\n", encoding="utf-8")
    expected = json.loads(_call("predict", "a match", "--json", "--run", str(folder)).stdout)["label"]
    for path, says in ((same, False), (other, True)):
        done = _call("predict", "--input", str(path), "--run", str(folder))
        assert json.loads(done.stdout)["prediction"] == expected
        assert ('lacks the run\'s column "Was: gesagt"; using its column "text"' in done.stderr) is says
        piped = _call("predict", *_STDIN, "--run", str(folder), stdin=path.read_bytes())
        assert (piped.exit_code, piped.stdout) == (0, done.stdout)
        assert ('standard input lacks the run\'s column "Was: gesagt"; using' in piped.stderr) is says
    refused = _call("predict", "--input", str(neither), "--run", str(folder))
    assert refused.exit_code == 2
    assert 'no column "Was: gesagt" (columns: id, body); name the right one with --column' in refused.stderr
    exported = tmp_path / "exported"
    assert _call("export", "--format", "onnx", "--to", str(exported), "--run", str(folder)).exit_code == 0
    assert Run(exported).text_column == "Was: gesagt"
    for given, stdin in ((("--input", str(same)), None), (_STDIN, same.read_bytes())):
        done = _call("predict", *given, "--run", str(exported), stdin=stdin)
        assert json.loads(done.stdout)["prediction"] == expected
    (exported / "texts.json").unlink()
    assert Run(exported).text_column == "text", "as exported by earlier versions"
    run.config.unlink()
    assert run.text_column == "text"
