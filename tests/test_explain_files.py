"""``seqclf explain --input FILE``: the texts of a file, in every form of output."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_explain_command import POOLED, TEXTS, call, objects
from untrained_classifiers import export_untrained, untrained_classifier

from seqclf.cli.explain_input import Limit, TextToExplain

ODD = ['a "quoted" goal, said', "the\nmoon", ""]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exported models and files of the same texts in each format."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = tmp_path_factory.mktemp("explained")
    for name, options in (("one", {}), ("columns", {"columns": ("title", "body")}), ("beside", {"extra": True})):
        export_untrained(made / name, untrained_classifier(TEXTS, layers=POOLED, head=[], **options))
    texts = [*TEXTS, *ODD]
    with (made / "texts.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["number", "text"], *enumerate(texts)])
    (made / "texts.tsv").write_text("text\n" + "".join(f"{text}\n" for text in TEXTS))  # which has no quotes
    (made / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    (made / "texts.txt").write_text("".join(f"{text}\n" for text in TEXTS))
    pq.write_table(pa.table({"text": texts}), made / "texts.parquet")
    return made


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "txt", "parquet"])
def test_rows_are_explained_as_the_same_texts(kind: str, folder: Path) -> None:
    run, file = ("--run", str(folder / "one"), "--json"), folder / f"texts.{kind}"
    done = call("--input", str(file), *run)
    expected = objects(call(*TEXTS, *([] if kind in ("txt", "tsv") else ODD), *run))
    found = objects(done)
    places = [one.pop("where") for one in found]
    assert found == expected
    assert places == list(dict.fromkeys(places)) and all(place.startswith(f"{file}:") for place in places)
    assert f"{len(expected)} texts in " in done.stderr


def test_columns_of_files(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "two.csv"
    file.write_text("head,body,price\nthe moon,a new goal,3\n")
    run = ("--run", str(folder / "columns"), "--json")
    (found,) = objects(call("--input", str(file), "--column", "head", "--column", "body", *run))
    (typed,) = objects(call("the moon", "--field", "body=a new goal", *run))
    assert {**typed, "where": found["where"]} == found
    assert "give it once for each" in call("--input", str(file), "--column", "head", *run, code=2).stderr
    beside = ("--run", str(folder / "beside"), "--json")
    (found,) = objects(call("--input", str(file), "--column", "head", *beside))
    (typed,) = objects(call("the moon", "--field", "price=3", *beside))
    assert found["output"] == typed["output"]
    assert "works only with" not in (
        refused := call("--input", str(file), "--field", "price=3", *beside, code=2).stderr
    )
    assert "--field is for texts on the command line" in refused


@pytest.mark.parametrize(
    ("name", "form"), [("out.jsonl", "{"), ("out.html", "<!DOCTYPE html>"), ("out.txt", "[+word]")]
)
def test_a_file_has_what_standard_output_has(name: str, form: str, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / name
    source = ("--input", str(folder / "texts.csv"), "--run", str(folder / "one"))
    done = call(*source, "-o", str(path))
    assert done.stdout == "" and f"Wrote {path}: 6 explanations" in " ".join(done.stderr.split())
    written = path.read_text(encoding="utf-8")
    assert written.startswith(form)
    same = {"out.jsonl": ("--json",), "out.html": ("--html", "-"), "out.txt": ()}[name]
    assert call(*source, *same).stdout == written
    assert "already exists" in call(*source, "-o", str(path), code=2).stderr
    call(*source, "--limit", "1", "-o", str(path), "--overwrite")
    assert len(path.read_text(encoding="utf-8")) < len(written)


def test_a_file_is_complete_or_absent(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes((folder / "texts.parquet").read_bytes()[:-30])
    run = ("--run", str(folder / "one"))
    call("--input", str(broken), *run, "-o", str(tmp_path / "out.jsonl"), code=2)
    wrong = tmp_path / "in.jsonl"
    wrong.write_text('{"text": "the moon"}\n' * 3)
    assert "is the input" in call("--input", str(wrong), *run, "-o", str(wrong), "--overwrite", code=2).stderr
    assert {path.name for path in tmp_path.iterdir()} == {"broken.parquet", "in.jsonl"}


def test_an_error_in_the_middle_leaves_no_file(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.inference.classifier import Classifier

    calls = iter(range(4))
    before = Classifier.logits_of_ids

    def fails(self: Any, *given: Any) -> Any:
        if next(calls, None) is None:
            raise OSError(28, "No space left on device")
        return before(self, *given)

    monkeypatch.setattr(Classifier, "logits_of_ids", fails)
    output = tmp_path / "out.jsonl"
    with pytest.raises(AssertionError):  # click's runner has the exception as its result
        call("--input", str(folder / "texts.csv"), "--run", str(folder / "one"), "-o", str(output))
    assert not list(tmp_path.iterdir())


def test_malformed_rows_are_left_out(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "the moon"}\n{"text": 3}\n{"text": "a goal"}\n')
    done = call("--input", str(file), "--run", str(folder / "one"), "--json")
    assert [one["text"] for one in objects(done)] == ["the moon", "a goal"]
    said = " ".join(done.stderr.split())
    assert f'{file}:2: "text" is 3, expected a string' in said and "1 of 3 rows were skipped as malformed" in said
    file.write_text('{"text": 3}\n')
    assert "contains no valid rows" in call("--input", str(file), "--run", str(folder / "one"), code=2).stderr


@pytest.mark.parametrize("name", ["out", "out.jsonl", "out.html"])
def test_a_file_without_texts_is_refused(name: str, folder: Path, tmp_path: Path) -> None:
    """As by ``predict``: a job that goes wrong upstream must not look like one that worked."""
    file = tmp_path / "empty.csv"
    file.write_text("text\n")
    to_file = ("--run", str(folder / "one"), "-o", str(tmp_path / name))
    said = " ".join(call("--input", str(file), *to_file, code=2).stderr.split())
    assert f"{file}: contains no rows, so there is nothing to explain" in said
    assert [path.name for path in tmp_path.iterdir()] == ["empty.csv"]


def test_no_lines_make_no_page(folder: Path, tmp_path: Path) -> None:
    run = ("--run", str(folder / "one"))
    said = call("-", *run, "--html", str(tmp_path / "out.html"), stdin="", code=2).stderr
    assert "standard input: contains no text to explain" in said
    assert not list(tmp_path.iterdir())
    assert call("-", *run, stdin="").stdout == ""  # a filter of no lines prints none


def test_rows_are_read_one_by_one(folder: Path) -> None:
    """Each is explained before the next one is read, so that a pipe has its answers at once."""
    done = call("--input", "-", "--input-format", "txt", "--run", str(folder / "one"), "--json", "--limit", "2",
                stdin="the moon\na goal\nnever read\n")  # fmt: skip
    assert [one["where"] for one in objects(done)] == ["standard input:1", "standard input:2"]
    read = 0

    def texts() -> Iterator[TextToExplain]:
        nonlocal read
        for read in (1, 2, 3):  # noqa: B007
            yield TextToExplain("x", {})

    assert len(list(Limit(2).of(texts()))) == 2 and read == 2


def test_a_page_has_a_limit_that_it_names(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.cli import explain_output

    monkeypatch.setattr(explain_output, "TEXTS_OF_A_PAGE", 4)
    source = ("--input", str(folder / "texts.csv"), "--run", str(folder / "one"), "--html", "-")
    done = call(*source)
    assert done.stdout.count("<section>") == 4 and str(folder / "texts.csv:2") in done.stdout
    assert "The page has the first 4 texts; --limit N takes more" in " ".join(done.stderr.split())
    assert "4 texts in " in done.stderr
    more = call(*source, "--limit", "5")
    assert more.stdout.count("<section>") == 5 and "The page has" not in more.stderr


def test_the_terminal_names_the_place(folder: Path) -> None:
    shown = call("--input", str(folder / "texts.txt"), "--run", str(folder / "one")).stdout
    assert f"{folder / 'texts.txt'}:1  " in shown and f"{folder / 'texts.txt'}:3  " in shown


def test_names_of_files_in_the_place_of_texts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    refused = " ".join(call("texts.csv", "--run", "one", code=2).stderr.split())
    assert "texts.csv is a file" in refused
    assert "seqclf explain --input texts.csv --output texts-explained.jsonl --run one" in refused
    refused = " ".join(call("-i", "texts.csv", "-i", "texts.tsv", code=2).stderr.split())
    assert "explain reads one file at a time" in refused and 'explained/$(basename "$file").jsonl' in refused
