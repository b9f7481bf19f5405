"""The files that a starter finds next to the user's, and its messages about files it does not read."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from conftest import write_csv

from seqclf.cli import cli
from seqclf.config import load_config
from seqclf.errors import InputError
from seqclf.starter.make import see, starter
from seqclf.starter.request import Request

HEADER = ("text", "label")
ROWS = [(f"a text of number {i}", "ab"[i % 2]) for i in range(40)]


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def _data(path: Path, **messages: Any) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(starter(Request(str(path), **messages)).text)["data"]
    return made


@pytest.mark.parametrize(
    ("train", "validation", "test"),
    [
        ("train.csv", "dev.csv", "test.csv"),
        ("train.csv", "valid.csv", None),
        ("Train.csv", None, "Test.csv"),
        ("mails_train.csv", "mails_valid.csv", "mails_test.csv"),
        ("mails-train.csv", "mails-val.csv", None),
        ("train_5000.csv", None, "test.csv"),
        ("training.csv", "validation.csv", "testing.csv"),
        ("mails.csv", "mails_dev.csv", "mails.test.csv"),
        ("retrain.csv", None, None),
    ],
)
def test_splits_next_to_the_training_file_are_found_and_reported(
    train: str, validation: str | None, test: str | None, tmp_path: Path
) -> None:
    for name in (train, validation, test, "other_test.csv", "latest.csv"):
        if name is not None:
            write_csv(tmp_path / name, [HEADER, *ROWS])
    found = see(Request(str(tmp_path / train)))
    expected = [tmp_path / name if name else None for name in (validation, test)]
    assert [found.data[split] for split in ("validation", "test")] == [str(path) if path else 0.2 for path in expected]
    messages = "\n".join(found.notes)
    assert all(f"texts: {path}" in messages for path in expected if path)


def test_a_test_file_without_labels_is_not_taken(tmp_path: Path) -> None:
    write_csv(tmp_path / "train.csv", [HEADER, *ROWS])
    write_csv(tmp_path / "test.csv", [("id", "text"), ("1", "a text")])
    found = see(Request(str(tmp_path / "train.csv")))
    assert found.data["test"] == 0.2
    assert any(note.startswith('test.csv is not used: no column "label"') for note in found.notes)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([("a text", "")] * 5, '"label" is empty'),
        ([("a text", "-1")] * 5, "most of its texts (5 of 5) have labels that the training texts lack (-1)"),
        ([(text, label.upper()) for text, label in ROWS], "; use one"),
        ([], "contains no rows"),
    ],
)
def test_an_unusable_file_next_to_the_data_is_not_used(rows: list[tuple[str, ...]], why: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "train.csv", [HEADER, *ROWS])
    write_csv(tmp_path / "dev.csv", [HEADER, *rows])
    found = see(Request(str(tmp_path / "train.csv")))
    assert found.data["validation"] == 0.2
    assert any(note.startswith("dev.csv is not used: ") and why in note for note in found.notes)
    with pytest.raises(InputError, match="--validation: "):
        see(Request(str(tmp_path / "train.csv"), validation=str(tmp_path / "dev.csv")))


@pytest.mark.parametrize("split", ["validation", "test"])
def test_labels_missing_in_training_are_reported_and_can_be_read(split: str, tmp_path: Path) -> None:
    from seqclf.data.prepare import prepare

    write_csv(tmp_path / "train.csv", [HEADER, *ROWS])
    write_csv(tmp_path / f"{split}.csv", [HEADER, *ROWS, ("another text", "strange")])
    made = starter(Request(str(tmp_path / "train.csv")))
    assert any(f"the {split} texts have labels that the training texts lack (strange)" in n for n in made.seen.notes)
    assert re.search("unknown_labels: wrong +# .* count as errors", made.text)
    config = tmp_path / "c.yaml"
    config.write_text(made.text, encoding="utf-8")
    prepare(load_config(config))
    write_csv(tmp_path / f"{split}.csv", [HEADER, *ROWS])
    assert "unknown_labels" not in starter(Request(str(tmp_path / "train.csv"))).text


def test_a_file_of_empty_texts_is_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [HEADER, *(("", label) for _, label in ROWS)])
    with pytest.raises(InputError, match="every text is empty"):
        see(Request(str(path), text=("text",), label=("label",)))


def test_a_folder_of_tables_is_trained_on_its_training_table(tmp_path: Path) -> None:
    for name in ("train", "dev", "test"):
        write_csv(tmp_path / f"{name}.csv", [HEADER, *ROWS])
    data = _data(tmp_path)
    assert data["train"] == str(tmp_path / "train.csv")
    assert data["validation"] == str(tmp_path / "dev.csv")
    (tmp_path / "train.csv").rename(tmp_path / "first.csv")
    with pytest.raises(InputError, match=r"contains 3 tables \(dev.csv, first.csv, test.csv\) but none named train"):
        starter(Request(str(tmp_path)))


@pytest.mark.parametrize(
    "texts", [["runs/a.txt", "runs/b.txt"], ["runs/one/log.txt"], ["runs/one/log.txt", "runs/two/log.txt"]]
)
def test_the_tables_of_a_working_folder_are_named_beside_its_runs(texts: list[str], tmp_path: Path) -> None:
    for text in texts:
        (tmp_path / text).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / text).write_text("hello", encoding="utf-8")
        if text.endswith("log.txt"):
            (tmp_path / text).with_name("manifest.json").write_text("{}", encoding="utf-8")
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("text,label\nx,y\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"contains 2 tables \(a.csv, b.csv\)"):
        starter(Request(str(tmp_path)))


def test_adjacent_label_folders_are_found(tmp_path: Path) -> None:
    for split in ("train", "test"):
        for i, (text, label) in enumerate(ROWS):
            path = tmp_path / split / label / f"{i}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for given in (tmp_path, tmp_path / "train"):
        data = _data(given)
        assert data == {
            "source": "folder",
            "train": str(tmp_path / "train"),
            "validation": 0.2,
            "test": str(tmp_path / "test"),
        }


def test_a_label_missing_in_the_test_folder_is_reported(tmp_path: Path) -> None:
    for split, labels in (("train", ("neg", "pos", "other")), ("test", ("neg", "pos"))):
        for label in labels:
            (tmp_path / split / label).mkdir(parents=True)
            for i in range(20):
                (tmp_path / split / label / f"{i}.txt").write_text(f"text {i} of {label}", encoding="utf-8")
    messages = see(Request(str(tmp_path))).notes
    assert any(note.startswith("the test texts lack the labels other: ") for note in messages)


def test_splits_and_names_given_by_the_user_win(tmp_path: Path) -> None:
    for name in ("train", "test", "more"):
        write_csv(tmp_path / f"{name}.csv", [HEADER, *ROWS])
    made = starter(Request(str(tmp_path / "train.csv"), validation=str(tmp_path / "more.csv"), test="0", name="mine"))
    config = yaml.safe_load(made.text)
    assert (config["name"], config["data"]["validation"], config["data"]["test"]) == (
        "mine",
        str(tmp_path / "more.csv"),
        0.0,
    )
    for wrong, message in (("1.5", "expected a fraction"), ("no.csv", "no such file")):
        refused = _call("init", "--from", str(tmp_path / "train.csv"), "--test", wrong)
        assert refused.exit_code == 2
        assert "--test" in refused.stderr
        assert message in refused.stderr


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xlsx", b"PK\x03\x04", "not a readable spreadsheet"),
        ("a.csv.gz", gzip.compress(b"text,label\n", mtime=0), "contains no rows"),
        ("a.zip", b"PK\x03\x04", "cannot be unpacked as .zip"),
        ("a.tar.gz", gzip.compress(b"", mtime=0), "the file is an archive; unpack it first (`tar xf "),
        ("a.tgz", b"", "the file is an archive; unpack it first (`tar xzf "),
        ("a.pkl", b"\x80", "save it as csv, jsonl or parquet"),
        ("a.json", b'[{"text": "a", "label": "b"}]', 'every text has the label "b"'),
        ("a.json", b'{\n "text": "a"}', 'has only one column, "text"'),
        ("a.csv", b"", "contains no rows"),
        ("a.csv", b"text,label\na,b\n", 'every text has the label "b"'),
        ("a.csv", b"text,label\na,b\nc,d\n", "has 2 texts"),
        ("a.tsv", b"text\tlabel\n", "contains no rows"),
    ],
)
@pytest.mark.parametrize("command", [["init", "--from"], ["train"]])
def test_files_that_are_not_read_say_what_to_do(
    name: str, content: bytes, message: str, command: list[str], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused = _call(*command, str(path))
    assert refused.exit_code == 2, refused.output
    assert message in refused.stderr
    assert not list(tmp_path.glob("runs/*"))


def test_an_unknown_format_lists_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"\0\1\2")
    refused = _call("init", "--from", str(path))
    assert refused.exit_code == 2
    assert 'cannot detect the format from the extension ".bin" or from the first line' in refused.stderr


def test_the_format_of_fasttext_is_named_with_a_command_that_converts_it(tmp_path: Path) -> None:
    import subprocess

    path = tmp_path / "my train.txt"
    path.write_text("__label__a __label__b a good, funny film\n__label__c no __label__d here\n", encoding="utf-8")
    refused = _call("init", "--from", str(path))
    assert refused.exit_code == 2
    said = " ".join(refused.stderr.split())
    assert f"{path}: is in fastText's format (__label__LABEL TEXT); write labels and texts as columns: awk" in said
    subprocess.run(["sh", "-c", said.split("as columns: ")[1]], check=True)
    assert (tmp_path / "my train.tsv").read_text(encoding="utf-8") == (
        "label\ttext\na|b\ta good, funny film\nc\tno __label__d here\n"
    )


def test_numbers_to_predict_are_no_labels(tmp_path: Path) -> None:
    rows = [(text, f"{i * 1.37:.2f}") for i, (text, _) in enumerate(ROWS)]
    refused = _call("init", "--from", str(write_csv(tmp_path / "t.csv", [HEADER, *rows])))
    assert refused.exit_code == 2
    assert "40 different labels for 40 texts; if they are numbers to predict" in refused.stderr


@pytest.mark.parametrize(
    ("name", "written", "file_format"),
    [
        ("t.json", "".join(json.dumps({"text": t, "label": x}) + "\n" for t, x in ROWS), "auto"),
        ("t.log", json.dumps([{"text": t, "label": x} for t, x in ROWS]), "jsonl"),
        ("t.txt", "text;label\n" + "".join(f"{t};{x}\n" for t, x in ROWS), "csv"),
        ("t.txt", "text\tlabel\n" + "".join(f"{t}\t{x}\n" for t, x in ROWS), "tsv"),
        ("t.data", "text,label\n" + "".join(f"{t},{x}\n" for t, x in ROWS), "csv"),
    ],
)
def test_a_file_with_another_ending_is_read_by_its_content(
    name: str, written: str, file_format: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(written, encoding="utf-8")
    config = tmp_path / "c.yaml"
    assert _call("init", "--from", str(path), "-o", str(config)).exit_code == 0
    assert load_config(config).data.format == file_format  # type: ignore[union-attr]


def test_columns_without_a_name_are_called_after_their_place(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("v1,v2,,,column_4\n" + "".join(f"{x},{t},,,\n" for t, x in ROWS), encoding="utf-8")
    data = _data(path)
    assert (data["text"], data["label"]) == ("v2", "v1")
    spilt = tmp_path / "spilt.csv"
    spilt.write_text("v1,v2,,\n" + "".join(f"{x},{t},and {t} more,\n" for t, x in ROWS), encoding="utf-8")
    assert any('"column_3" contains texts too' in note for note in see(Request(str(spilt))).notes)


def test_columns_of_0_and_1_are_labels_of_their_own(tmp_path: Path) -> None:
    from seqclf.data.corpus import Corpus

    rows = [("id", "comment_text", "rude", "odd", "false")]
    rows += [(f"{i}", t, f"{i % 2}", f"{int(i % 3 == 0)}", f"{int(i % 7 == 0)}") for i, (t, _) in enumerate(ROWS)]
    path = write_csv(tmp_path / "t.csv", rows)
    config = tmp_path / "c.yaml"
    made = _call("init", "--from", str(path), "-o", str(config))
    assert made.exit_code == 0, made.stderr
    assert 'labels in 3 columns of 0 and 1 ("rude", "odd", "false"): a text can have several' in made.stderr
    loaded = load_config(config)
    assert loaded.data.label == ["rude", "odd", "false"]  # type: ignore[union-attr]
    labels = Corpus(loaded).labels()
    assert (tuple(labels), labels.multi) == (("false", "odd", "rude"), True)
    one = _data(path, label=("odd",))
    assert one["label"] == "odd"
    write_csv(path, [*rows[:20], ("20", "a text", "1", "2", "0"), *rows[20:]])
    refused = _call("check", str(config))
    assert refused.exit_code == 2
    assert '"odd" is "2", expected 0 or 1' in refused.stderr


def test_rows_from_all_over_a_large_file_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.sources.table import reader as tables
    from seqclf.starter import spread, training_texts

    for module in (tables, training_texts, spread):
        monkeypatch.setattr(module, "ROWS_LOOKED_AT", 100)
    rows = [(f"a text of number {i:04d}", "abcd"[i // 250]) for i in range(1_000)]
    for name, look in (
        ("t.csv", write_csv(tmp_path / "t.csv", [HEADER, *rows])),
        ("t.jsonl", tmp_path / "t.jsonl"),
    ):
        if name == "t.jsonl":
            lines = (json.dumps({"text": text, "label": label}) for text, label in rows)
            look.write_text("\n".join(lines), encoding="utf-8")
        found = see(Request(str(look)))
        assert 80 <= found.look.seen <= 100
        assert 900 <= found.look.rows <= 1_100
        assert [label for label, _ in found.look.labels] == ["a", "b", "c", "d"]
        assert re.match(r"\d+ of about [91]", found.summary)


def test_labels_that_differ_only_in_case_are_reported(tmp_path: Path) -> None:
    rows = [f"a text of {i} words,{label}" for i, label in enumerate(["Good", "good ", "bad"] * 8)]
    path = tmp_path / "case.csv"
    path.write_text("text,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (note,) = [note for note in starter(Request(str(path))).seen.notes if "case" in note]
    assert note.startswith(
        'warning: labels that differ only in case or spaces count as different labels: "Good", "good'
    )


def test_a_small_file_is_read_completely(tmp_path: Path) -> None:
    found = see(Request(str(write_csv(tmp_path / "t.csv", [HEADER, *ROWS]))))
    assert found.look.seen == found.look.rows == 40
    assert found.summary.startswith("40 texts with 2 labels")


def test_a_missing_file_is_compared_with_its_neighbours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my notes.csv").write_text("text,label\na,b\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for command in (["init", "--from"], ["check"], ["train"]):
        refused = CliRunner().invoke(cli, [*command, "my note.csv"])
        assert (refused.exit_code, refused.stderr) == (
            2,
            "Error: my note.csv: no such file; did you mean 'my notes.csv'?\n",
        )
    assert "did you mean" not in CliRunner().invoke(cli, ["init", "--from", "other.csv"]).stderr


def test_a_file_that_exists_is_refused_before_the_data_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("seqclf.cli.starting.made_from", look)
    (tmp_path / "c.yaml").touch()
    refused = CliRunner().invoke(cli, ["init", "--from", "any.csv", "-o", str(tmp_path / "c.yaml")])
    assert refused.exit_code == 2
    assert "c.yaml: already exists; choose another file name" in refused.stderr
