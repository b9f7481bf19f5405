"""Files to predict whose extension does not say their format, and tables without a header line."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seqclf.cli import cli
from seqclf.runs import Run

ROWS = [("a match, again", "sport"), ("the moon", "space")]
CONTENT = {
    "csv": 'text,label\n"a match, again",sport\nthe moon,space\n',
    "tsv": "text\tlabel\na match, again\tsport\nthe moon\tspace\n",
    "jsonl": "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in ROWS),
}


def _predict(run: Run, path: Path, *options: str) -> tuple[Result, str]:
    done = CliRunner().invoke(cli, ["predict", "--run", str(run.folder), "--input", str(path), *options])
    return done, " ".join(done.stderr.split())


def _texts(done: Result) -> list[str]:
    assert done.exit_code == 0, done.output
    return [json.loads(line)["text"] for line in done.stdout.splitlines()]


@pytest.fixture
def run_of(three_label_run: Run, tmp_path: Path) -> Callable[..., Run]:
    """A copy of a run with other options of ``data`` in its config."""

    def copied(**options: str) -> Run:
        folder = tmp_path / "run"
        shutil.copytree(three_label_run.folder, folder, dirs_exist_ok=True)
        config = Run(folder).config
        lines = config.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if line.strip().partition(":")[0] not in options]
        at = kept.index("data:") + 1
        kept[at:at] = [f"  {name}: {value}" for name, value in options.items()]
        config.write_text("\n".join(kept), encoding="utf-8")
        return Run(folder)

    return copied


@pytest.mark.parametrize("kind", CONTENT)
@pytest.mark.parametrize("ending", [".txt", ".dat", ""])
def test_a_file_without_a_known_extension_has_the_format_of_the_run(
    kind: str, ending: str, run_of: Callable[..., Run], tmp_path: Path
) -> None:
    path = tmp_path / f"reviews{ending}"
    path.write_text(CONTENT[kind], encoding="utf-8")
    run = run_of(format=kind)
    done, said = _predict(run, path)
    assert _texts(done) == [text for text, _ in ROWS]
    assert f"Reading {path} as {kind}, like the run's files (see --input-format)" in said
    exported = tmp_path / "exported"
    to = ["export", "--format", "onnx", "--to", str(exported), "--run", str(run.folder)]
    assert CliRunner().invoke(cli, to).exit_code == 0
    assert _texts(_predict(Run(exported), path)[0]) == [text for text, _ in ROWS]


@pytest.mark.parametrize("kind", CONTENT)
def test_the_first_line_of_a_txt_file_shows_a_table(kind: str, three_label_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "reviews.txt"
    path.write_text(CONTENT[kind], encoding="utf-8")
    done, said = _predict(three_label_run, path)
    assert _texts(done) == [text for text, _ in ROWS]
    assert f"as {kind}, because of its first line" in said
    assert len(_texts(_predict(three_label_run, path, "--input-format", "txt")[0])) == len(CONTENT[kind].splitlines())


@pytest.mark.parametrize("content", ["text\nthe moon\n", "the text, a label\nthe moon\n", '{"a": 1}\n', "\n"])
def test_lines_stay_lines(content: str, three_label_run: Run, run_of: Callable[..., Run], tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text(content, encoding="utf-8")
    assert _texts(_predict(three_label_run, path)[0]) == content.splitlines()
    if not content.startswith("text\n"):
        done, said = _predict(run_of(format="csv"), path)
        assert _texts(done) == content.splitlines()
        assert "each line is a text: unlike the run's csv files" in said


def test_lines_for_a_run_of_whole_files_are_noted(run_of: Callable[..., Run], tmp_path: Path) -> None:
    path = tmp_path / "a review.txt"
    path.write_text("one line\nand one more\n", encoding="utf-8")
    done, said = _predict(run_of(source="folder"), path)
    assert len(_texts(done)) == 2
    assert (
        'each line is a text, but the run read whole files as texts; to predict a whole file, write "$(cat FILE)" '
        "instead of --input FILE" in said
    )


NUMBERED = [(f"{number}", f"a long text of many words about the moon {number}", "5") for number in range(20)]


@pytest.mark.parametrize(("kind", "mark"), [("csv", ","), ("csv", ";"), ("tsv", "\t")])
def test_a_missing_header_line_is_named_with_a_command(
    kind: str, mark: str, three_label_run: Run, tmp_path: Path
) -> None:
    path = tmp_path / f"no header.{kind}"
    path.write_text("".join(f"{mark.join(row)}\n" for row in NUMBERED), encoding="utf-8")
    done, said = _predict(three_label_run, path)
    assert done.exit_code == 2
    assert "seems to have no header line, because its first line looks like the other rows" in said
    assert "--column" not in said
    command = done.stderr[done.stderr.index("(") :].replace("\n", " ").strip()
    command = " ".join(command.split())
    subprocess.run(["bash", "-c", command], check=True, cwd=tmp_path)
    assert _texts(_predict(three_label_run, tmp_path / f"NEW.{kind}")[0]) == [text for _, text, _ in NUMBERED]


def test_a_header_with_another_name_is_no_row(three_label_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("".join(f"{','.join(row)}\n" for row in [("number", "body", "stars"), *NUMBERED]), encoding="utf-8")
    done, said = _predict(three_label_run, path)
    assert done.exit_code == 2 and "name the right one with --column" in said


def test_a_folder_is_refused_with_a_loop(three_label_run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "some texts"
    folder.mkdir()
    done, said = _predict(three_label_run, folder)
    assert done.exit_code == 2
    run = three_label_run.folder
    assert f'for file in \'{folder}\'/*; do seqclf predict --run {run} -- "$(cat "$file")"; done' in said
