"""``seqclf runs tail``: the epochs of a run that another process trains."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from run_folders import epoch_line, made_folds, made_run, training
from test_runs_command import called

from seqclf.cli import cli, run_tail
from seqclf.run_catalogue.follow import Follower
from seqclf.runs import FAILED, FINISHED, INTERRUPTED, RUNNING, Run

STEPS = json.dumps({"type": "steps", "epoch": 2, "step": 30, "loss": 0.25, "tokens_per_second": 900.0}) + "\n"


def steps_of_another_process(monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], None]) -> None:
    """Each wait for news lets the other process take one step."""
    rest = iter(steps)
    monkeypatch.setattr(run_tail.time, "sleep", lambda seconds: next(rest)())


def test_epochs_of_a_live_run_until_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_run(tmp_path, "other-1")
    run = made_run(tmp_path, "a-1", RUNNING, validation=None, config={"training__epochs": 3})
    lock = training(run)
    lock.__enter__()

    def end() -> None:
        write(epoch_line(2, 0.625) + epoch_line(3, 0.5, best=False))()
        run.update_manifest(status=FINISHED, best_epoch=2, wall_seconds=9.0)
        lock.__exit__(None, None, None)

    def write(text: str) -> Callable[[], None]:
        return lambda: run.history.write_text((run.history.read_text() if run.history.exists() else "") + text)

    half = epoch_line(1)
    steps_of_another_process(monkeypatch, write(half[:20]), write(half[20:]), write(STEPS), lambda: None, end)
    lines = called(tmp_path, "tail").stdout.splitlines()
    assert [line.split()[:5] for line in lines[2:5]] == [
        ["1/3", "0.5000", "0.7500", "0.4000", "0.5000"],
        ["2/3", "0.5000", "0.7500", "0.4000", "0.6250"],
        ["3/3", "0.5000", "0.7500", "0.4000", "0.5000"],
    ]
    assert lines[5:] == ["a-1: finished after 9.0 s with epoch 2 as the best"]


def test_a_return_to_a_checkpoint_shows_the_epochs_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run(tmp_path, "a-1", RUNNING, validation=None)
    run.history.write_text(epoch_line(1) + STEPS + epoch_line(2, 0.75))
    lock = training(run)
    lock.__enter__()

    def go_back() -> None:
        run.history.write_text(epoch_line(1) + STEPS + STEPS + epoch_line(2, 0.875) + "{not json}\n")

    steps_of_another_process(monkeypatch, go_back, lambda: lock.__exit__(None, None, None))
    done = called(tmp_path, "tail", "a-1", code=1)
    shown = [line.split()[0] for line in done.stdout.splitlines()[2:]]
    assert shown == ["1/2", "2/2", "Back", "2/2", "warning:", "a-1:", "To"]
    assert "a-1: killed" in done.stdout and "0.8750" in done.stdout and "seqclf train --resume" in done.stdout


@pytest.mark.parametrize(("status", "code"), [(FINISHED, 0), (INTERRUPTED, 0), (FAILED, 1)])
def test_a_run_that_has_ended(status: str, code: int, tmp_path: Path) -> None:
    run = made_run(tmp_path, "a-1", status, error="NaN")
    run.history.write_text(epoch_line(1) + epoch_line(2))
    done = called(tmp_path, "tail", "a-1", code=code)
    assert "1/2" in done.stdout and f"a-1: {status}" in done.stdout
    assert ("(NaN)" in done.stdout) == (status == FAILED)
    lines = [json.loads(line) for line in called(tmp_path, "tail", "--json", "a-1", code=code).stdout.splitlines()]
    assert [line["type"] for line in lines] == ["epoch", "epoch", "end"]
    assert lines[-1]["state"] == status


def test_language_models_and_multi_label_runs_have_their_own_columns(tmp_path: Path) -> None:
    for name, line in (
        ("lm", {"type": "epoch", "epoch": 1, "loss": 2.0, "perplexity": 7.4, "val_loss": 1.5, "val_perplexity": 4.5}),
        ("multi", json.loads(epoch_line(1)) | {"val_micro_f1": 0.25}),
        ("alone", {name: value for name, value in json.loads(epoch_line(1)).items() if not name.startswith("val_")}),
    ):
        made_run(tmp_path, name).history.write_text(json.dumps(line) + "\n")
    heads = {
        name: " ".join(called(tmp_path, "tail", name).stdout.split("1/2")[0].split())
        for name in ("lm", "multi", "alone")
    }
    assert heads["lm"].endswith("epoch loss perplexity loss perplexity tokens/s time best")
    assert heads["multi"].endswith("epoch loss loss accuracy macro F1 micro F1 tokens/s time best")
    assert heads["alone"].endswith("epoch loss accuracy tokens/s time best")


def test_on_a_terminal_the_latest_steps_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run(tmp_path, "a-1")
    run.history.write_text(epoch_line(1) + STEPS)
    rows: list[str] = []
    steps: list[str] = []
    entry = run_tail.read_run(run.folder)
    run_tail.follow(entry, run_tail.EpochsListener(entry, 60, rows.append, steps.append))
    assert max(map(len, rows)) <= 60 and rows[-1].split()[0] == "1/2"
    assert steps == ["epoch 2, step 30: loss 0.2500, 900 tokens/s"]


def test_what_cannot_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_folds(tmp_path, "x-1")
    assert "follow a fold: x-1-fold1, x-1-fold2" in called(tmp_path, "tail", "x-1", code=2).stderr
    run = made_run(tmp_path, "a-1", RUNNING)

    def fail() -> None:
        import shutil

        shutil.rmtree(run.folder)

    with training(run):
        steps_of_another_process(monkeypatch, fail)
        assert "a-1: is gone" in called(tmp_path, "tail", "a-1", code=1).stderr
    (made_run(tmp_path, "b-1").folder / "manifest.json").write_text("{")
    assert "manifest.json: cannot be read" in called(tmp_path, "tail", "b-1", code=2).stderr
    done = CliRunner().invoke(cli, ["runs", "tail", "--runs", str(tmp_path / "nothing")])
    assert done.exit_code == 2 and "Train one with" in done.stderr


@given(
    lines=st.lists(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=2), max_size=8),
    cuts=st.lists(st.integers(0, 200), max_size=6),
)
def test_every_line_is_read_once_however_the_file_grows(
    lines: list[dict[str, int | str]], cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("history") / "history.jsonl"
    content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    follower, read = Follower(path), []
    assert follower.read().lines == ()
    for end in [*sorted(min(cut, len(content)) for cut in cuts), len(content)]:
        path.write_bytes(content[:end])
        news = follower.read()
        assert not news.rewound and not news.malformed
        read += news.lines
    assert read == lines


def test_a_file_that_was_cut_is_read_again(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.history.write_text("".join(epoch_line(number) for number in range(1, 6)))
    follower = Follower(run.history)
    assert len(follower.read().lines) == 5
    run.history.write_text(epoch_line(1))
    news = follower.read()
    assert (news.rewound, len(news.lines)) == (True, 1)
    assert follower.read().lines == ()
