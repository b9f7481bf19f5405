"""Tables in a folder given to ``init`` that are not read: it names them."""

from __future__ import annotations

from pathlib import Path

from conftest import write_csv

from seqclf.starter.make import see
from seqclf.starter.request import Request

HEADER = ("text", "label")
ROWS = [(f"a text of number {i}", "ab"[i % 2]) for i in range(40)]


def test_tables_beside_the_chosen_folder_or_file_are_named(tmp_path: Path) -> None:
    for number, (text, label) in enumerate(ROWS):
        path = tmp_path / "folder" / label / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "notes.md").write_text("nothing", encoding="utf-8")
    assert not any("not read" in note for note in see(Request(str(tmp_path))).notes)
    for name in ("b.csv", "a.csv"):
        write_csv(tmp_path / name, [HEADER, *ROWS])
    found = see(Request(str(tmp_path)))
    assert found.data["train"] == str(tmp_path / "folder")
    said = "tables in the same folder are not read: a.csv, b.csv; name one instead of the folder to use it"
    assert said in found.notes
    assert not any("not read" in note for note in see(Request(str(tmp_path / "folder"))).notes)


def test_a_table_beside_the_splits_is_named(tmp_path: Path) -> None:
    for name in ("train.csv", "test.csv", "all.csv"):
        write_csv(tmp_path / name, [HEADER, *ROWS])
    notes = see(Request(str(tmp_path))).notes
    assert "a table in the same folder is not read: all.csv; name it instead of the folder to use it" in notes
