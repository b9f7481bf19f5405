"""One rule for the names of runs: a name without its number is the newest run of that name that fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqclf.errors import InputError
from seqclf.new_runs import begin_run
from seqclf.run_choice import find_origin, find_resumable, find_run
from seqclf.runs import FINISHED, INTERRUPTED, LANGUAGE_MODEL, Run


def begun(runs: Path, name: str, status: str | None = None, *, ended: str = "2026", task: str | None = None) -> Run:
    run = begin_run(runs, name)
    run.config.touch()
    if status is not None:
        run.update_manifest(status=status, ended=ended, **({} if task is None else {"task": task}))
    if status == FINISHED:
        run.checkpoints.mkdir()
        (run.checkpoints / "epoch000001.state").touch()
    return run


def test_a_name_without_its_number_is_the_newest_finished_run(tmp_path: Path) -> None:
    for status, ended in ((FINISHED, "2025"), (FINISHED, "2026"), (INTERRUPTED, "2027"), (None, "")):
        begun(tmp_path, "lm", status, ended=ended)
    begun(tmp_path, "lm-2-fold", FINISHED, ended="2030")
    assert find_run(tmp_path, "lm").name == find_origin(tmp_path, "lm").name == "lm-2"
    assert find_resumable(tmp_path, "lm").name == "lm-4", "the one started last"
    assert find_resumable(tmp_path, "lm", further=True).name == "lm-4"
    (tmp_path / "lm").mkdir()
    Run(tmp_path / "lm").update_manifest(status=FINISHED)
    assert find_run(tmp_path, "lm").name == "lm", "a run of exactly this name"


def test_only_runs_that_fit_the_command_count(tmp_path: Path) -> None:
    begun(tmp_path, "x", FINISHED, ended="2025", task=LANGUAGE_MODEL)
    begun(tmp_path, "x", FINISHED, ended="2026")
    assert find_run(tmp_path, "x", LANGUAGE_MODEL).name == "x-1"
    assert find_run(tmp_path, "x").name == "x-2"
    begun(tmp_path, "x", INTERRUPTED, ended="2024")
    begun(tmp_path, "x", FINISHED, ended="2027")
    assert find_resumable(tmp_path, "x").name == "x-3", "others are finished"
    assert find_resumable(tmp_path, "x", further=True).name == "x-4"


def test_if_none_fits_the_error_is_of_the_newest(tmp_path: Path) -> None:
    begun(tmp_path, "x", FINISHED)
    with pytest.raises(InputError, match=r"x-1: is already finished.*--epochs N"):
        find_resumable(tmp_path, "x")
    with pytest.raises(InputError, match=r"x-1: is a classifier, but this command needs a language model"):
        find_run(tmp_path, "x", LANGUAGE_MODEL)
    begun(tmp_path, "y")
    with pytest.raises(InputError, match=r"y-1: the run is incomplete"):
        find_run(tmp_path, "y")


def test_messages_name_a_few_runs_the_newest_numbers_first(tmp_path: Path) -> None:
    for _ in range(9):
        begun(tmp_path, "stopped")
    for find in (find_run, find_resumable):
        with pytest.raises(InputError) as caught:
            find(tmp_path, "nope")
        assert len(str(caught.value)) < len(str(tmp_path)) + 120
    assert str(caught.value).endswith(
        "(stopped ones: stopped-9, stopped-8, stopped-7, stopped-6, stopped-5 and 4 more)"
    )
    for _ in range(9):
        begun(tmp_path, "abc", FINISHED)
    with pytest.raises(InputError, match=r"\(runs: abc-9, abc-8, abc-7, abc-6, abc-5 and 4 more\)"):
        find_run(tmp_path, "zzzz")
