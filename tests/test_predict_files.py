"""``seqclf predict`` for many files at once, on this machine. ``test_predict_ray.py`` has the same on Ray."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bulk_files import read_rows, written
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from many_files import Deadly, assert_each_row_once, files_of

from seqclf.cli import cli
from seqclf.errors import InputError, SeqclfError
from seqclf.inference.bulk.dispatch import TRIALS, Dispatcher, Outcome
from seqclf.inference.bulk.file_list import listed_files, name_of_predictions
from seqclf.inference.bulk.local_workers import LocalWorkers
from seqclf.runs import Run


def call(run: Run, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["predict", "--run", str(run.folder), *arguments])


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four files in two folders of the working folder; a call's paths are relative to it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in" / "more").mkdir(parents=True)
    for place, name in enumerate(("a.csv", "b.parquet", "c.jsonl", "more/a.csv")):
        written(tmp_path / "in" / name, [{"n": f"{place}-{row}", "text": f"a match {row}"} for row in range(7 + place)])
    return tmp_path


def test_each_file_has_one_of_its_name_and_format(three_label_run: Run, tables: Path) -> None:
    done = call(three_label_run, "--input", "in/**/*.*", "--output", "out")
    assert done.exit_code == 0, done.output
    assert "4 files with 34 rows in " in done.stderr and " rows/s -> out" in done.stderr
    for name in ("a.csv", "b.parquet", "c.jsonl", "more/a.csv"):
        rows = read_rows(tables / "out" / name)
        assert [row["n"] for row in rows] == [row["n"] for row in read_rows(tables / "in" / name)]
        assert {row["prediction"] for row in rows} <= {"sport", "money", "space"}
    alone = call(three_label_run, "--input", "in/a.csv", "--output", "alone.csv")
    assert alone.exit_code == 0 and Path("alone.csv").read_bytes() == Path("out/a.csv").read_bytes()


def test_complete_files_are_skipped_and_changed_ones_done_again(three_label_run: Run, tables: Path) -> None:
    command = ("--input", "in", "--output", "out")
    assert call(three_label_run, *command).exit_code == 0
    times = {path: path.stat().st_mtime_ns for path in Path("out").glob("*.*")}
    again = call(three_label_run, *command)
    assert "Nothing predicted, 3 files already complete -> out" in again.stderr
    assert times == {path: path.stat().st_mtime_ns for path in times}
    written(Path("in/a.csv"), [{"n": "new", "text": "the moon"}])
    Path("out/c.jsonl").unlink()
    changed = call(three_label_run, *command)
    assert "2 files with 10 rows" in changed.stderr and "1 file already complete" in changed.stderr
    assert [row["n"] for row in read_rows(Path("out/a.csv"))] == ["new"]
    other = call(three_label_run, *command, "--prefix", "x_")
    assert "3 files with 18 rows" in other.stderr and "x_prediction" in Path("out/a.csv").read_text()


def test_files_of_others_are_kept(three_label_run: Run, tables: Path) -> None:
    Path("out").mkdir()
    Path("out/a.csv").write_text("mine", encoding="utf-8")
    refused = call(three_label_run, "--input", "in/*.*", "--output", "out")
    assert refused.exit_code == 2 and Path("out/a.csv").read_text(encoding="utf-8") == "mine"
    assert "error: in/a.csv: out/a.csv: already exists, and is not of this command; use --overwrite" in refused.stderr
    assert Path("out/b.parquet").exists() and Path("out/c.jsonl").exists()
    assert call(three_label_run, "--input", "in/*.*", "--output", "out", "--overwrite").exit_code == 0
    with Path("out/a.csv").open("a", encoding="utf-8") as file:
        file.write("mine")
    written(Path("in/a.csv"), [{"n": "new", "text": "the moon"}])
    edited = call(three_label_run, "--input", "in/*.*", "--output", "out")
    assert edited.exit_code == 2 and "out/a.csv: was changed after it was written" in edited.stderr


def test_what_is_wrong_with_a_file_does_not_stop_the_others(three_label_run: Run, tables: Path) -> None:
    Path("in/broken.parquet").write_bytes(b"PAR1 and no more")
    Path("in/other.csv").write_text("n,body\n1,a match\n2,the moon\n", encoding="utf-8")
    Path("in/row.csv").write_text("n,text\n1,a match\n2\n", encoding="utf-8")
    done = call(three_label_run, "--input", "in/*.*", "--output", "out", "--errors", "errors")
    assert done.exit_code == 2
    assert 'error: in/other.csv: no column "text" (columns: n, body)' in done.stderr
    assert "error: in/broken.parquet: " in done.stderr and "warning: in/row.csv:3: " in done.stderr
    assert "2 files were not predicted: in/broken.parquet, in/other.csv; mend" in done.stderr
    assert "4 files with 26 rows" in done.stderr and "1 malformed row skipped" in done.stderr
    assert "in/row.csv:3: " in Path("errors/row.csv.txt").read_text(encoding="utf-8")
    assert sorted(path.name for path in Path("out").glob("*.*")) == [
        ".seqclf",
        "a.csv",
        "b.parquet",
        "c.jsonl",
        "row.csv",
    ]


def test_workers_write_what_one_process_does(three_label_run: Run, tables: Path) -> None:
    assert call(three_label_run, "--input", "in/*.*", "--output", "one").exit_code == 0
    (tables / "in" / "other.csv").write_text("n,body\n1,a match\n2,the moon\n", encoding="utf-8")
    done = call(three_label_run, "--input", "in/*.*", "--output", "two", "--workers", "2")
    assert done.exit_code == 2 and 'error: in/other.csv: no column "text"' in done.stderr
    for name in ("a.csv", "c.jsonl", "b.parquet"):
        assert read_rows(Path("two", name)) == read_rows(Path("one", name))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--input", "in/*.csv", "--input", "in/more/a.csv", "-o", "out"), "both would be written to out/a.csv"),
        (("--input", "in/*.xml", "-o", "out"), "in/*.xml: no file matches this pattern"),
        (("--input", "in/*.csv", "-o", "in"), "in/*.csv: no file matches this pattern outside of --output"),
        (("--input", "in", "-o", "in"), "in/a.csv: would be replaced by its predictions"),
        (("--input", "in", "-o", "taken"), "need a folder, not taken"),
        (("--input", "in/a.csv", "--workers", "2"), "--workers: works only with --input and a folder for --output"),
        (("--input", "in", "-o", "out", "--address", "auto"), "--address names a cluster of Ray; add --engine ray"),
        (("--input", "in", "-o", "out", "--errors", "taken"), "--errors taken: is a file; name a folder"),
        (("a text", "--engine", "local"), "--engine: works only with --input"),
    ],
)
def test_what_cannot_be_done_is_said_before_any_work(
    arguments: tuple[str, ...], message: str, three_label_run: Run, tables: Path
) -> None:
    Path("taken").touch()
    refused = call(three_label_run, *arguments)
    assert refused.exit_code == 2 and message in refused.stderr, refused.stderr
    assert not Path("out").exists()


def test_names_do_not_depend_on_how_many_files_there_are(tables: Path) -> None:
    def below(*inputs: str) -> list[str]:
        return [file.below for file in listed_files(inputs, Path("in/out"))]

    assert below("in/*/*.csv") == below("in/**/a.csv")[1:] == ["more/a.csv"]
    assert below("in/more") == below("in/more/a.csv", "./in/more/a.csv") == ["a.csv"]
    Path("in/out").mkdir()
    Path("in/out/a.csv").touch()
    assert below("in/*/*.csv") == ["more/a.csv"]
    with pytest.raises(InputError, match="no file matches this pattern outside of --output"):
        below("in/out/*")


@pytest.mark.parametrize(
    ("name", "kind", "written_as"),
    [
        ("a.csv.gz", None, "a.csv.gz"),
        ("a.json", None, "a.jsonl"),
        ("x/a.txt", None, "x/a.csv"),
        ("a.xlsx", None, "a.csv"),
        ("a.csv", "parquet", "a.parquet"),
        ("a.tsv.zip", None, "a.tsv"),
        ("a.log", None, "a.log.csv"),
        ("a.ndjson", "jsonl", "a.ndjson"),
    ],
)
def test_the_name_of_predictions(name: str, kind: str | None, written_as: str) -> None:
    assert name_of_predictions(name, kind) == written_as


def test_a_killed_worker_loses_no_row_and_doubles_none(tmp_path: Path) -> None:
    requests = files_of(tmp_path, 4)
    job = Deadly(tmp_path, fatal="1.csv", lives=TRIALS - 1)
    with LocalWorkers(job) as pool:
        found = dict(Dispatcher(pool, requests, 2).results())
    assert found == dict.fromkeys(requests, Outcome(40))
    assert len(list(tmp_path.glob("1.csv-*"))) == TRIALS and len(list(tmp_path.glob("*.csv-*"))) == 3 + TRIALS
    assert_each_row_once(requests)


def test_a_file_that_kills_all_workers_is_named_and_the_others_done(tmp_path: Path) -> None:
    requests = files_of(tmp_path, 3)
    with LocalWorkers(Deadly(tmp_path, fatal="1.csv", lives=99)) as pool:
        found = dict(Dispatcher(pool, requests, 2).results())
    failed = found.pop(requests[1])
    assert failed.exit_code == 1 and "ended 3 workers, one after another: killed by SIGKILL" in failed.error
    assert not Path(requests[1][1]).exists()
    assert_each_row_once([requests[0], requests[2]])


def test_workers_that_cannot_start_end_the_work(tmp_path: Path) -> None:
    class Broken:
        def __reduce__(self) -> object:
            return (os._exit, (3,))

    with LocalWorkers(Broken()) as pool, pytest.raises(SeqclfError, match="end before they are ready: exit code 3"):  # type: ignore[arg-type]
        list(Dispatcher(pool, ["x"], 2).results())


class _Simulated:
    """A pool whose workers end at the choice of ``draw``."""

    def __init__(self, losses: list[bool]) -> None:
        from seqclf.inference.bulk.dispatch import Lost, News, Ready

        self._losses, self._news, self._started = losses, list[tuple[int, News]](), 0
        self._lost, self._ready = Lost("drawn"), Ready()
        self.done: list[int] = []

    def start(self) -> int:
        self._started += 1
        self._news.append((self._started, self._ready))
        return self._started

    def send(self, worker: int, request: int) -> None:
        lost = bool(self._losses) and self._losses.pop()
        if not lost:
            self.done.append(request)
        self._news.append((worker, self._lost if lost else Outcome(request)))

    def wait(self) -> list[tuple[int, object]]:
        news, self._news = self._news, []
        assert news, "the dispatcher waits for nothing"
        return news


@given(st.integers(0, 9), st.integers(1, 4), st.lists(st.booleans(), max_size=20))
def test_each_request_has_one_outcome_whoever_is_lost(requests: int, workers: int, losses: list[bool]) -> None:
    pool = _Simulated(losses)
    found = list(Dispatcher(pool, range(1000, 1000 + requests), workers).results())  # type: ignore[arg-type]
    assert sorted(request for request, _ in found) == list(range(1000, 1000 + requests))
    assert sorted(pool.done) == sorted(request for request, outcome in found if not outcome.error)


def test_ctrl_c_leaves_complete_files_only_and_the_same_command_does_the_rest(
    three_label_run: Run, tmp_path: Path
) -> None:
    """The last file is so long that the call is certainly at work on it when Ctrl-C comes."""

    def write(name: int, rows: int) -> None:
        text = "".join(f"{row},a match {row}\n" for row in range(rows))
        (tmp_path / "in" / f"{name}.csv").write_text(f"n,text\n{text}", encoding="utf-8")

    (tmp_path / "in").mkdir()
    for name in range(6):
        write(name, 3_000 if name < 5 else 600_000)
    command = [sys.executable, "-m", "seqclf", "predict", "--run", str(three_label_run.folder), "--workers", "2"]
    command += ["--input", str(tmp_path / "in"), "--output", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    # A shell's background job, such as these tests may be, ignores SIGINT, and so would its processes.
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    receipts = tmp_path / "out" / ".seqclf"
    while process.poll() is None and not any('"written": [' in path.read_text() for path in receipts.glob("*.json")):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130 and "The same command does the rest" in said, said
    complete = list((tmp_path / "out").glob("*.csv"))
    assert complete and "5.csv" not in [path.name for path in complete]
    assert all(len(read_rows(path)) == 3_000 for path in complete)
    write(5, 3_000)
    again = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert "already complete" in again.stderr
    for name in range(6):
        assert [row["n"] for row in read_rows(tmp_path / "out" / f"{name}.csv")] == [str(n) for n in range(3_000)]


def test_ray_is_named_where_it_is_absent(three_label_run: Run, tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    refused = call(three_label_run, "--input", "in", "--output", "out", "--engine", "ray")
    assert refused.exit_code == 1 and 'pip install "seqclf[ray]"' in refused.stderr
