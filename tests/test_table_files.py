"""Parts of several files, columns that nobody asked for, and paths in the home folder."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from bulk_files import ROWS, predict, read_rows, written
from click.testing import CliRunner
from conftest import write_csv
from sheets import write_sheets

from seqclf.cli import cli
from seqclf.config import checked_config, load_config
from seqclf.config.loading import with_absolute_paths
from seqclf.data.corpus import Corpus
from seqclf.data.prepare import preparation_problems, preparation_warnings
from seqclf.data.written_splits import write_splits
from seqclf.errors import InputError
from seqclf.evaluation.input_rows import InputRows
from seqclf.files import expanded
from seqclf.inference.bulk.reader import Reader, Source
from seqclf.sources.parts import part_of
from seqclf.sources.table.files import files_of
from seqclf.sources.table.reader import TableSource
from seqclf.starter.formats import format_of
from seqclf.tables.names import no_such_file
from seqclf.tables.row import ReadingStopped


def _file(folder: Path, name: str, texts: str, label: str = "n") -> Path:
    """A file with a text for each letter."""
    path = folder / name
    if path.suffix == ".json":
        path.write_text(json.dumps([{"text": text, "label": label} for text in texts]), encoding="utf-8")
    elif path.suffix == ".xlsx":
        write_sheets(path, {"s": [["text", "label"], *([text, label] for text in texts)]})
    else:
        content = "label,text\n" + "".join(f"{label},{text}\n" for text in texts)
        path.write_bytes(gzip.compress(content.encode()) if path.suffix == ".gz" else content.encode())
    return path


def _source(**options: Any) -> TableSource:
    return TableSource("text", "label", **options)


def _texts(part: str) -> str:
    return "".join(_source().read(part).texts)


def _data(train: object, **options: Any) -> dict[str, Any]:
    return {"data": {"source": "table", "train": train, **options}, "layers": [{"type": "pool"}]}


def test_files_are_read_in_the_given_order_and_those_of_a_pattern_by_name(tmp_path: Path) -> None:
    for name, texts in {"p10.csv": "cd", "p2.csv": "ef", "p1.csv": "ab"}.items():
        _file(tmp_path, name, texts)
    more = _file(tmp_path, "more.json", "gh")
    pattern = str(tmp_path / "p*.csv")
    assert _texts(pattern) == "abcdef"
    assert _texts(part_of([str(more), pattern])) == "ghabcdef"
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    _file(deep, "p1.csv", "xy")
    assert _texts(str(tmp_path / "a" / "**" / "*.csv")) == "xy"


def test_files_may_differ_in_format_and_in_other_columns(tmp_path: Path) -> None:
    paths = [_file(tmp_path, name, texts) for name, texts in {"a.csv.gz": "ab", "b.json": "cd", "c.xlsx": "ef"}.items()]
    config = checked_config(_data([str(path) for path in paths], validation=str(_file(tmp_path, "v.csv", "gh", "p"))))
    assert not preparation_problems(config)
    assert "".join(Corpus(config).texts("train").texts) == "abcdef"
    assert config.data.describe() == f"{paths[0]} and 2 more"


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    """Texts are read several times; and opening a pipe waits for a program that writes to it."""
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for call in (lambda: TableSource("text", "label").check(str(pipe)), lambda: format_of(str(pipe))):
        with pytest.raises(InputError, match=r"pipe\.csv: is a pipe or a device, which cannot be read twice"):
            call()


def test_init_takes_a_pattern(tmp_path: Path) -> None:
    for name in ("p1.csv", "p2.csv"):
        write_csv(tmp_path / name, [("text", "label"), *((f"{name} {i}", "ab"[i % 2]) for i in range(20))])
    config = tmp_path / "c.yaml"
    done = CliRunner().invoke(cli, ["init", "--from", str(tmp_path / "p*.csv"), "-o", str(config)])
    assert done.exit_code == 0, done.output
    assert "Found 40 texts" in done.stderr
    loaded = load_config(config)
    assert (loaded.name, loaded.data.train) == ("p", str(tmp_path / "p*.csv"))  # type: ignore[union-attr]


def test_a_name_with_pattern_characters_is_a_file_if_it_exists(tmp_path: Path) -> None:
    assert _texts(str(_file(tmp_path, "a[1].csv", "ab"))) == "ab"


def test_the_fingerprint_covers_all_files_and_their_order(tmp_path: Path) -> None:
    paths = [str(_file(tmp_path, name, "ab")) for name in ("a.csv", "b.csv")]
    source = _source()
    alone, both = source.fingerprint(paths[0]), source.fingerprint(part_of(paths))
    assert source.fingerprint(part_of(paths[:1])) == alone
    _file(tmp_path, "b.csv", "ac")
    assert source.fingerprint(part_of(paths)) != both
    assert source.fingerprint(part_of(paths[::-1])) != source.fingerprint(part_of(paths))
    assert source.fingerprint(str(tmp_path / "*.csv")) == source.fingerprint(part_of(paths))


def test_errors_name_the_file_and_its_line(tmp_path: Path) -> None:
    good, bad, other = _file(tmp_path, "a.csv", "ab"), tmp_path / "b.csv", tmp_path / "c.csv"
    bad.write_text('label,text\nn,a\n,b\np,"c "d" e"\n', encoding="utf-8")
    other.write_text("label,body\nn,a\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        _source().read(part_of([str(good), str(bad)]))
    assert f'{bad}:3: "label" is empty' in str(caught.value)
    assert f"{bad}:4: a quote inside a quoted field is not doubled" in str(caught.value)
    assert "backslash" not in str(caught.value)
    bad.write_text('label,text\nn,"2\\" seam,\nblue"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r':2: .* here a backslash seems to mark quotes inside a field \(\\"\)'):
        _source().read(str(bad))
    for read in (TableSource.check, TableSource.read):
        with pytest.raises(InputError, match=re.escape(f'{other}: no column "text"')):
            read(_source(), part_of([str(good), str(other)]))
    with pytest.raises(InputError, match="is named twice, by "):
        _source().check(part_of([str(good), str(tmp_path / "a*.csv")]))
    with pytest.raises(InputError, match=r"x\*\.csv: no file matches this pattern"):
        _source().check(str(tmp_path / "x*.csv"))


def test_what_stops_the_reading_is_listed_with_other_errors(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('label,text\n,a\nn,"cut off', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        _source().read(str(path))
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f'{path}:2: "label" is empty')
    assert lines[1].startswith(f"{path}:3: a quote that starts in this row is never closed; reading stopped here")


def test_splits_and_predictions_of_several_files(tmp_path: Path) -> None:
    texts = {"a.csv": "abcdefgh", "b.csv": "ijklmnop"}
    same = [str(_file(tmp_path, name, inside, name[0])) for name, inside in texts.items()]
    mixed = [same[0], str(_file(tmp_path, "c.json", "qrstuvwx", "b"))]
    for paths, ending in ((same, "csv"), (mixed, "jsonl")):
        config = checked_config(_data(paths, validation=0.25))
        folder = tmp_path / ending
        write_splits(config, folder)
        assert sorted(path.name for path in folder.iterdir()) == [f"train.{ending}", f"validation.{ending}"]
        found = [text for path in folder.iterdir() for text in _source().read(str(path)).texts]
        assert sorted(found) == sorted(_source().read(part_of(paths)).texts)
        rows = InputRows(Corpus(config).source, part_of(paths))
        assert len(list(rows)) == 16
        assert set(rows.columns) == {"text", "label"}
        assert set(map(str, rows.arrow_types().values())) == {"string"}


def test_parquet_files_of_one_schema_keep_their_types(tmp_path: Path) -> None:
    import pyarrow.parquet

    for name in ("a", "b"):
        table = pyarrow.table({"text": list("abcdefgh"), "label": list("npnpnpnp"), "n": range(8)})
        pyarrow.parquet.write_table(table, tmp_path / f"{name}.parquet")
    part = str(tmp_path / "*.parquet")
    assert str(InputRows(_source(), part).arrow_types()["n"]) == "int64"
    write_splits(checked_config(_data(part, validation=0.25)), tmp_path / "out")
    assert str(pyarrow.parquet.read_schema(tmp_path / "out" / "train.parquet").field("n").type) == "int64"


def test_text_in_unnamed_columns_is_counted_once(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "spam.csv",
        [("v1", "v2", "", ""), *((label, f"text {i}", "more" * (i % 3 == 0), "") for i, label in enumerate("ab" * 15))],
    )
    data = {"text": "v2", "label": "v1", "validation": 0.2}
    (warning,) = preparation_warnings(checked_config(_data(str(path), **data)))
    assert warning.path == ("data", "train")
    assert warning.message == f"{path}: 10 rows have text in a column without a name, which is not read"
    named = checked_config(_data(str(path), **{**data, "text": "column_3"}))
    assert not preparation_warnings(named), "a column that is read"
    empty = write_csv(tmp_path / "e.csv", [("v1", "v2", "", ""), *((label, "text", "7", "") for label in "ab")])
    assert not preparation_warnings(checked_config(_data(str(empty), **data)))
    done = CliRunner().invoke(cli, ["init", "--from", str(path), "-o", str(tmp_path / "c.yaml")])
    assert done.stderr.count("10 rows have text in a column without a name") == 1


def test_repeated_columns_matter_only_if_they_are_used(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [("id", "text", "id", "label"), ("1", "a", "2", "n"), ("3", "b", "4", "p")])
    assert _texts(str(path)) == "ab"
    with pytest.raises(InputError, match=r'no column "id"; 2 columns have this name: rename one, or name one'):
        TableSource("text", "id").read(str(path))
    assert list(TableSource("text", "id (column 3)").read(str(path)).labels) == ["2", "4"]
    report = predict(path, tmp_path / "out.csv")
    assert (report.rows, report.bad) == (2, 0)
    assert [row["id (column 1)"] for row in read_rows(tmp_path / "out.csv")] == ["1", "3"]


@pytest.mark.parametrize("packing", ["gz", "bz2", "xz", "zst", "zip"])
def test_predictions_are_packed_by_the_extension(packing: str, tmp_path: Path) -> None:
    plain = written(tmp_path / "in.csv", ROWS)
    target = tmp_path / f"out.jsonl.{packing}"
    predict(plain, target)
    found = list(Reader(Source.of(str(target), None, "text")).values())
    assert [row["text"] for row in found if not isinstance(row, InputError)] == [row["text"] for row in ROWS]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "model", f"out.jsonl.{packing}"]


def test_a_packed_input_that_is_cut_off_gives_no_complete_output(tmp_path: Path) -> None:
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(written(tmp_path / "in.csv", ROWS * 900).read_bytes())[:-20])
    with pytest.raises(ReadingStopped, match="ends too early"):
        predict(path, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_the_url_of_a_local_file_is_replaced_by_its_path() -> None:
    said = "file:///data/my file.csv: a local file is named by its path: '/data/my file.csv'"
    assert str(no_such_file("file:///data/my file.csv")) == said


URL = "https://example.org/data/train.csv"


def test_a_url_is_named_as_one(tmp_path: Path) -> None:
    said = f"{URL}: is a URL; only data in a config may be remote (data.train: URL): download it first (curl -LO {URL})"
    config = tmp_path / "c.yaml"
    config.write_text(json.dumps(_data(URL)), encoding="utf-8")
    assert with_absolute_paths(load_config(config)).data.train == URL  # type: ignore[union-attr]
    for command in (["init", "--from", URL], ["train", URL]):
        done = CliRunner().invoke(cli, command)
        assert done.exit_code != 0
        assert said in done.stderr.replace("\n", " "), command
    with pytest.raises(InputError, match="is a URL"):
        Source.of(URL, None, "text")


def test_the_home_folder_in_every_path_of_a_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    _file(tmp_path, "a.csv", "abcdefgh")
    values = _data(["~/a.csv", "~/b*.csv"], validation="~/v.csv") | {"embedding": {"dim": 2, "vectors": "~/v.txt"}}
    values["tokenizer"] = {"type": "word"}
    path = tmp_path / "c.yaml"
    path.write_text(json.dumps(values), encoding="utf-8")
    config = load_config(path)
    assert config.data.train == [f"{tmp_path}/a.csv", f"{tmp_path}/b*.csv"]  # type: ignore[union-attr]
    assert config.data.validation == f"{tmp_path}/v.csv"
    assert config.embedding.vectors == f"{tmp_path}/v.txt"
    assert expanded("~no-such-user/a.csv") == Path("~no-such-user/a.csv")
    done = CliRunner().invoke(cli, ["init", "--from=~/none.csv"])
    assert f"{tmp_path}/none.csv: no such file" in done.stderr
    done = CliRunner().invoke(cli, ["config", "show", "~/c.yaml"])
    assert done.exit_code == 0, done.output


def test_a_name_that_no_file_can_have_is_a_missing_file() -> None:
    for name in ("a" * 5_000 + ".csv", "[" + "a" * 5_000 + ".csv"):
        with pytest.raises(InputError, match="no such file|no file matches"):
            TableSource("text", "label").check(name)


def test_files_of_a_part_need_not_exist() -> None:
    assert files_of(part_of(["a.csv", "b/c.csv"])) == [Path("a.csv"), Path("b/c.csv")]
