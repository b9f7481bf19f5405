"""``seqclf runs rm``, ``gc``, ``rename`` and ``note``: nothing of the user's is lost by mistake."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from run_folders import initialized, made_folds, made_run, make_old, taught, training
from test_runs_command import called

from seqclf.files import delete
from seqclf.new_runs import this_process
from seqclf.run_catalogue.catalogue import exact_entry
from seqclf.runs import FAILED, INTERRUPTED, RUNNING, Run


def left(runs: Path) -> list[str]:
    return sorted(path.name for path in runs.iterdir())


# --- rm ---------------------------------------------------------------------------------------------------------------


def test_deleting_asks_first(tmp_path: Path) -> None:
    for name in ("a-1", "a-2", "b c-1"):
        made_run(tmp_path, name)
    done = called(tmp_path, "rm", "a-1", code=1, given="n\n")
    assert "Delete a-1 (" in done.stderr and "Nothing was deleted." in done.stderr
    assert "add --yes" in called(tmp_path, "rm", "a-1", code=2, given="").stderr
    assert "Would delete these 2 runs" in called(tmp_path, "rm", "a-1", "b c-1", "--dry-run").stdout
    assert left(tmp_path) == ["a-1", "a-2", "b c-1"]
    called(tmp_path, "rm", "a-1", str(tmp_path / "a-1"), given="y\n")
    called(tmp_path / "elsewhere", "rm", str(tmp_path / "b c-1"), "--yes")
    assert left(tmp_path) == ["a-2"]


def test_a_running_run_is_never_deleted_nor_anything_beside_it(tmp_path: Path) -> None:
    made_run(tmp_path, "a-1")
    run = made_run(tmp_path, "a-2", RUNNING)
    with training(run):
        for command in (["rm", "a-1", "a-2", "--yes"], ["rename", "a-2", "b"]):
            assert "a-2: is being trained by process" in called(tmp_path, *command, code=2).stderr
    assert left(tmp_path) == ["a-1", "a-2"]
    called(tmp_path, "rm", "a-2", "--yes")
    assert left(tmp_path) == ["a-1"]


@pytest.mark.parametrize("name", ["a", "latest", "my_onnx", "file", "nothing"])
def test_only_a_full_name_of_a_run_deletes(name: str, tmp_path: Path) -> None:
    made_run(tmp_path, "a-1")
    (tmp_path / "my_onnx").mkdir()
    (tmp_path / "my_onnx" / "model.onnx").touch()
    (tmp_path / "file").touch()
    called(tmp_path, "rm", name, "--yes", code=2)
    called(tmp_path, "rename", name, "b", code=2)
    assert left(tmp_path) == ["a-1", "file", "my_onnx"]


@pytest.mark.parametrize("command", [["rm", "again"], ["rename", "again", "b"]], ids=lambda command: command[0])
def test_a_name_without_its_number_gets_the_full_ones(command: list[str], tmp_path: Path) -> None:
    for number in (2, 10):
        made_run(tmp_path, f"again-{number}")
    told = " ".join(called(tmp_path, *command, code=2).stderr.split())
    assert "again: is a name without its number; deleting and renaming need the full one: again-10, again-2" in told
    assert called(tmp_path, "show", "again").exit_code == 0


@pytest.mark.parametrize("command", ["rm", "compare"])
def test_the_usage_shows_several_runs(command: str, tmp_path: Path) -> None:
    assert "RUN..." in called(tmp_path, command, "--help").stdout.split()


def test_runs_that_started_from_a_deleted_one_are_named(tmp_path: Path) -> None:
    origin = made_run(tmp_path, "lm-1")
    initialized(tmp_path, "tuned-1", origin)
    waiting = initialized(tmp_path, "tuned-2", origin, files=(), status=RUNNING)
    manifest = waiting.manifest
    del manifest["initialize"]  # written with the weights
    (waiting.folder / "manifest.json").write_text(json.dumps(manifest))
    said = called(tmp_path, "rm", "lm-1", "--dry-run").stderr
    assert "tuned-1, tuned-2 started from it" in said
    assert "warning: tuned-2 still needs it" in said
    said = called(tmp_path, "rename", "lm-1", "lm").stderr
    assert "old path stays in the configs of tuned-1, tuned-2" in said and "tuned-2 cannot be resumed" in said


def test_runs_that_learnt_from_a_deleted_one_are_named(tmp_path: Path) -> None:
    teacher = made_run(tmp_path, "large-1")
    taught(tmp_path, "small-1", teacher)
    made_folds(tmp_path, "folds-1")
    taught(tmp_path, "small-2", Run(tmp_path / "folds-1-fold2"))
    (taught(tmp_path, "damaged-1", teacher).config).write_text("training: {teacher: [", encoding="utf-8")
    said = called(tmp_path, "rm", "large-1", "folds-1", "--dry-run").stderr
    assert [line.strip() for line in said.splitlines() if "learnt from it" in line] == [
        "small-1 learnt from it, and could not be trained again",
        "small-2 learnt from it, and could not be trained again",
    ]
    assert "learnt from it" not in called(tmp_path, "rm", "large-1", "small-1", "--dry-run").stderr
    assert "teacher of\tsmall-1\n" in called(tmp_path, "show", "large-1").stdout
    assert json.loads(called(tmp_path, "show", "folds-1", "--json").stdout)["teacher_of"] == ["small-2"]
    assert json.loads(called(tmp_path, "show", "small-1", "--json").stdout)["learnt_from"] == ["large-1"]
    said = " ".join(called(tmp_path, "rename", "large-1", "larger-1").stderr.split())
    assert "The old path stays in the configs of small-1: change it before you train them again." in said


def test_of_a_link_only_the_link_is_deleted(tmp_path: Path) -> None:
    run = made_run(tmp_path / "disk", "a-1")
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / "linked-1").symlink_to(run.folder)
    assert "only the link" in called(runs, "rm", "linked-1", "--yes").stderr
    assert left(runs) == [] and run.model.is_file()


def test_damaged_runs_and_their_notes(tmp_path: Path) -> None:
    run = made_run(tmp_path, "a-1")
    called(tmp_path, "note", "a-1", "keep me")
    (run.folder / "manifest.json").write_text("{")
    assert "its note: keep me" in called(tmp_path, "rm", "a-1", "--dry-run").stderr
    called(tmp_path, "rm", "a-1", "--yes")
    assert left(tmp_path) == []


def test_a_cross_validation_is_deleted_with_its_folds(tmp_path: Path) -> None:
    made_folds(tmp_path, "x-1")
    made_folds(tmp_path, "x-10")
    assert ", 2 folds)" in called(tmp_path, "rm", "x-1", "--yes").stderr
    assert left(tmp_path) == ["x-10-fold1", "x-10-fold2", "x-10-folds.json"]
    summary = made_folds(tmp_path, "y-1", RUNNING, **this_process())
    assert "is being trained" in called(tmp_path, "rm", "y-1", "--yes", code=2).stderr
    assert "is a fold of y-1, which is running" in called(tmp_path, "rm", "y-1-fold1", "--yes", code=2).stderr
    assert summary.is_file() and (tmp_path / "y-1-fold1").is_dir()


def test_files_that_cannot_be_deleted_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_run(tmp_path, "a-1")

    def refuse(*arguments: object) -> None:
        raise OSError(30, "Read-only file system", str(tmp_path / "a-1"))

    monkeypatch.setattr(Path, "rename", refuse)
    said = called(tmp_path, "rm", "a-1", "--yes", code=1).stderr
    assert "a-1: cannot be deleted (Read-only file system)" in said
    assert "a-1: cannot be renamed (Read-only file system)" in called(tmp_path, "rename", "a-1", "b", code=2).stderr
    assert left(tmp_path) == ["a-1"]


def test_what_a_kill_leaves_of_a_deletion_has_a_temporary_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run(tmp_path, "a-1")
    monkeypatch.setattr("seqclf.files.shutil.rmtree", lambda path: None)
    delete(run.folder)
    (name,) = left(tmp_path)
    assert name.startswith(".a-1.")
    assert called(tmp_path, "list", "--json").stdout == "[]\n"


# --- gc ---------------------------------------------------------------------------------------------------------------


def test_what_is_of_no_use(tmp_path: Path) -> None:
    for name, status in (("failed-1", FAILED), ("killed-1", RUNNING), ("noted-1", FAILED), ("stopped-1", INTERRUPTED)):
        made_run(tmp_path, name, status, files=(), validation=None)
    called(tmp_path, "note", "noted-1", "why did this fail?")
    kept = made_run(tmp_path, "resumable-1", RUNNING, files=("checkpoint/epoch000001-step00000000.state",))
    made_run(tmp_path, "with_a_model-1", FAILED, files=("model.keras",))
    made_run(tmp_path, "finished-1", files=())
    (made_run(tmp_path, "damaged-1", files=()).folder / "manifest.json").write_text("{")
    for place in (tmp_path, kept.folder, kept.checkpoints):
        for name, is_old in ((f".old.{2**22 + 9}-0123abcd", True), (f".new.{2**22 + 9}-0123abcd", False)):
            (place / name).write_bytes(b"0" * 500)
            if is_old:
                make_old(place / name)
    (tmp_path / f".mine.{os.getpid()}-0123abcd").touch()
    make_old(tmp_path / f".mine.{os.getpid()}-0123abcd")
    for name in ("reserved-1", "reserved-2"):
        (tmp_path / name).mkdir()
    make_old(tmp_path / "reserved-1")
    (tmp_path / "empty-1-folds.json").touch()
    make_old(tmp_path / "empty-1-folds.json")
    before = left(tmp_path)

    found = json.loads(called(tmp_path, "gc", "--json").stdout)
    gone = [str(Path(one["path"]).relative_to(tmp_path)) for one in found]
    old = f".old.{2**22 + 9}-0123abcd"
    assert sorted(gone) == sorted(
        ["failed-1", "killed-1", "stopped-1", "reserved-1", "empty-1-folds.json", old, f"resumable-1/{old}",
         f"resumable-1/checkpoint/{old}"]
    )  # fmt: skip
    assert "Would delete all 8 (" in called(tmp_path, "gc", "--dry-run").stdout
    called(tmp_path, "gc", code=1, given="n\n")
    assert left(tmp_path) == before
    done = called(tmp_path, "gc", given="y\n")
    assert "killed-1 (killed before its first checkpoint" in done.stderr and "Deleted 8 of 8" in done.stdout
    assert left(tmp_path) == [name for name in before if name not in gone]
    assert not (kept.folder / old).exists() and kept.has_checkpoint
    assert "Nothing to delete" in called(tmp_path, "gc").stderr


def test_a_run_that_is_resumed_while_gc_asks_stays(tmp_path: Path) -> None:
    from seqclf.run_catalogue.catalogue import entries
    from seqclf.run_catalogue.removal import remove_waste, waste_in

    run = made_run(tmp_path, "a-1", RUNNING, files=())
    (waste,) = waste_in(tmp_path, entries(tmp_path))
    with training(run):
        assert waste_in(tmp_path, entries(tmp_path)) == []
        assert not remove_waste(waste)
    assert run.has_manifest
    assert "Nothing to delete" in called(tmp_path / "nothing", "gc").stderr


# --- rename -----------------------------------------------------------------------------------------------------------


def test_a_run_gets_another_name(tmp_path: Path) -> None:
    made_run(tmp_path, "a-1")
    assert called(tmp_path, "rename", "a-1", "best model é").stdout == "Renamed a-1 to best model é\n"
    assert left(tmp_path) == ["best model é"]
    assert exact_entry(tmp_path, "best model é").run.manifest["epochs"] == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "without blanks"), (" a", "without blanks"), ("a/b", "without slashes"), ("a\nb", "line ends"),
        (".a", "a dot or a dash"), ("..", "a dot or a dash"), ("latest", "the newest run"), ("x" * 201, "too long"),
        ("a-1", "already"), ("a-2", "already exists"), ("file", "already exists"), ("x-1", "already exists"),
    ],
)  # fmt: skip
def test_names_that_cannot_be_used(name: str, said: str, tmp_path: Path) -> None:
    made_run(tmp_path, "a-1")
    made_run(tmp_path, "a-2")
    made_folds(tmp_path, "x-1")
    (tmp_path / "file").touch()
    before = left(tmp_path)
    assert said in called(tmp_path, "rename", "a-1", name, code=2).stderr
    assert left(tmp_path) == before


def test_a_cross_validation_and_its_folds_get_another_name(tmp_path: Path) -> None:
    made_folds(tmp_path, "x-1")
    called(tmp_path, "rename", "x-1", "reviews cv")
    assert left(tmp_path) == ["reviews cv-fold1", "reviews cv-fold2", "reviews cv-folds.json"]
    content = json.loads((tmp_path / "reviews cv-folds.json").read_text())
    assert (content["name"], content["runs"][1]["run"]) == ("reviews cv", "reviews cv-fold2")
    called(tmp_path, "rename", "reviews cv-fold1", "first")
    assert exact_entry(tmp_path, "reviews cv").folds == ("first", "reviews cv-fold2")


def test_a_renaming_that_was_killed_can_be_completed(tmp_path: Path) -> None:
    made_folds(tmp_path, "x-1", folds=3)
    (tmp_path / "x-1-fold1").rename(tmp_path / "y-fold1")
    called(tmp_path, "rename", "x-1", "y")
    assert left(tmp_path) == ["y-fold1", "y-fold2", "y-fold3", "y-folds.json"]
    assert exact_entry(tmp_path, "y").folds == ("y-fold1", "y-fold2", "y-fold3")


# --- note -------------------------------------------------------------------------------------------------------------


def test_notes(tmp_path: Path) -> None:
    run = made_run(tmp_path, "a-1")
    before = (run.folder / "manifest.json").read_bytes()
    assert "has no note" in called(tmp_path, "note", "a-1").stderr
    called(tmp_path, "note", "a-1", "wide layers\nare slow")
    assert called(tmp_path, "note", "latest").stdout == "wide layers\nare slow\n"
    assert called(tmp_path, "list").stdout.endswith("\twide layers\\nare slow\n")
    assert "note\twide layers\\nare slow\n" in called(tmp_path, "show", "a-1").stdout
    with training(run):
        assert "had this note before: wide layers" in called(tmp_path, "note", "a-1", "other").stderr
    assert "had this note before: other" in called(tmp_path, "note", "a-1", "--remove").stderr
    assert "has no note" in called(tmp_path, "note", "a-1").stderr
    assert (run.folder / "manifest.json").read_bytes() == before
    for wrong in (["x", "--remove"], [""]):
        called(tmp_path, "note", "a-1", *wrong, code=2)
    made_folds(tmp_path, "x-1")
    assert "such as x-1-fold1" in called(tmp_path, "note", "x-1", "text", code=2).stderr


def test_a_note_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_run(tmp_path, "a-1")

    def refuse(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("seqclf.run_catalogue.notes.write_text", refuse)
    assert "note.txt: cannot be written (No space left" in called(tmp_path, "note", "a-1", "text", code=2).stderr
    assert Run(tmp_path / "a-1").has_manifest
