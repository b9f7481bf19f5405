"""``seqclf predict`` for whole files."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result
from test_bulk import read_rows

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
    assert again.exit_code == 0 and "is whole already" in again.stderr
    lines = ["predict", "-i", "-", "--input-format", "txt", *run]
    piped = _call(*lines, stdin=b"a match\nthe moon\n")
    texts = _call("predict", "a match", "the moon", "--json", *run).stdout.splitlines()
    expected = [json.loads(line)["label"] for line in texts]
    assert [json.loads(line)["prediction"] for line in piped.stdout.splitlines()] == expected
    as_tsv = _call(*lines, "--output-format", "tsv", stdin=b"a match\n").stdout
    assert as_tsv.startswith("text\tprediction\tprobability\na match\tsport\t")
    for arguments, message in (
        (["-i", str(three_labels_csv), "-o", str(tmp_path / "out.xyz")], "--output: cannot tell the format"),
        (["-i", str(three_labels_csv), "-o", "-", "--errors", "x"], "--errors: bad rows go to standard error"),
        (["-i", str(three_labels_csv), "--resume"], "--resume: standard output cannot be gone on with"),
        (["-i", str(three_labels_csv), "-o", str(out), "--json"], "--json is of texts"),
        (["-i", str(three_labels_csv), "--column", "body"], '"body" (columns: text, label); --column names it'),
    ):
        refused = _call("predict", *arguments, *run)
        assert refused.exit_code == 2, arguments
        assert message in refused.stderr
