"""Unusual and broken files of texts, with the expected message for each."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

Row = dict[str, Any]
KINDS = ("csv", "tsv", "jsonl")
GOOD: list[Row] = [{"text": f"a {'good' if i % 2 else 'bad'} film {i}", "label": "np"[i % 2]} for i in range(24)]


@dataclass(frozen=True)
class Case:
    """A file and its result: ``refused`` (part of the error), or ``rows`` that are read, with a ``warning``
    (part of one) if it is unusual. A function makes a content that is too large to be made for every process."""

    name: str
    ending: str
    content: bytes | Callable[[], bytes]
    refused: str | None = None
    rows: int | None = None
    warning: str | None = None
    options: tuple[tuple[str, Any], ...] = ()


def written(rows: list[Row], kind: str) -> bytes:
    if kind == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8", "surrogatepass")
    text = io.StringIO(newline="")
    if kind == "csv":
        writer = csv.writer(text, lineterminator="\n")
    else:
        writer = csv.writer(text, "excel-tab", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return text.getvalue().encode()


def _bytes_of(kind: str) -> Iterator[Case]:
    """Encodings and line ends."""
    good = written([*GOOD[:-1], {"text": "été", "label": "n"}], kind)
    text = good.decode()
    for name, content in {
        "latin-1": text.encode("latin-1"),
        "utf-16": text.encode("utf-16"),
        "utf-16 without mark": text.encode("utf-16-le"),
        "gzip": gzip.compress(good),
        "half a character": good[: good.index("é".encode()) + 1],
        "surrogate": good.replace("é".encode(), b"\xed\xa0\x80", 1),
        "zeros": b"\0" * 100,
        "noise": bytes(range(256)) * 4,
    }.items():
        yield Case(name, kind, content, refused="table." + kind)
    for name, content in {
        "byte order mark": b"\xef\xbb\xbf" + good,
        "CRLF": good.replace(b"\n", b"\r\n"),
        "no newline at the end": good.rstrip(b"\n"),
        "blank lines": good.replace(b"\n", b"\n\n"),
        "blank lines at the end": good + b"\n\n\n",
    }.items():
        yield Case(name, kind, content, rows=24)
    yield Case("nothing", kind, b"", refused="contains no rows")
    yield Case("blank lines alone", kind, b"\n\n\n", refused="table." + kind)
    yield Case(
        "a NUL byte", kind, good.replace(b"film 3", b"film\x003", 1), refused=f"table.{kind}:{4 + (kind != 'jsonl')}"
    )


def _labels_of(kind: str) -> Iterator[Case]:
    """Possible contents of the label column."""

    def labelled(*labels: Any) -> bytes:
        return written([{**row, "label": next(given)} for row, given in zip(GOOD, itertools.repeat(itertools.cycle(labels)))], kind)  # fmt: skip  # noqa: E501

    def with_one(label: Any, row: int = 7) -> bytes:
        return written([{**one, "label": label} if i == row else one for i, one in enumerate(GOOD)], kind)

    line = 9 if kind != "jsonl" else 8
    for name, label in {"empty": "", "space": " ", "tab and space": "\u00a0 "}.items():
        yield Case(f"label: {name}", kind, with_one(label), refused=f"table.{kind}:{line}")
    yield Case("one label", kind, labelled("x"), refused='has the label "x"; a classifier needs at least two')
    yield Case("numbers", kind, labelled("0", "1"), rows=24)
    yield Case("negative numbers", kind, labelled("-1", "1"), rows=24)
    yield Case("numbers and words", kind, labelled("0", "1", "good"), rows=24, warning="labels are numbers and words")
    yield Case("a label once", kind, with_one("rare"), rows=24, warning="uneven labels")
    yield Case(
        "a label for each text",
        kind,
        labelled(*(f"l{i}" for i in range(24))),
        refused="it is less than one text of each label (labels: 24)",
    )
    yield Case("case", kind, labelled("Good", "good"), rows=24, warning="differ only in case or spaces")
    yield Case("spaces around", kind, labelled("good ", "bad"), rows=24)
    yield Case("long labels", kind, labelled("x" * 5_000, "y" * 5_000), rows=24)
    yield Case("labels of other scripts", kind, labelled("да", "いいえ"), rows=24)
    yield Case("labels with commas and quotes", kind, labelled("a, b", "it's"), rows=24)
    if kind == "jsonl":
        for name, value in {
            "null": None, "number": 1.5, "NaN": float("nan"), "infinity": float("inf"), "object": {"a": 1},
        }.items():  # fmt: skip
            yield Case(f"label: {name}", kind, with_one(value), refused="table.jsonl:8")
        yield Case("label: a list among labels", kind, with_one(["n"]), refused="table.jsonl:8")
        yield Case("label: lists with null", kind, labelled(["n"], [None]), refused="table.jsonl:2")
        yield Case("label: lists with empty", kind, labelled(["n"], [""]), refused="table.jsonl:2")
        yield Case("label: lists with lists", kind, labelled(["n"], [["p"]]), refused="table.jsonl:2")
        yield Case("label: empty lists alone", kind, labelled([]), refused="no training text has a label")
        yield Case(
            "label: the same list", kind, labelled(["n", "p"]), refused="every training text has the same labels"
        )
        yield Case("label: lists", kind, labelled(["n"], ["p"], []), rows=24)
        half = labelled("half", "p").replace(b"half", b"n\\ud801")
        yield Case("label: half a character", kind, half, refused='the label "n\\ud801" is not valid Unicode text')
        yield Case("label: truth values", kind, labelled(True, False), rows=24)
        yield Case("label: whole numbers", kind, labelled(0, 1, 10**30), rows=24)


def _texts_of(kind: str) -> Iterator[Case]:
    """Possible contents of the text column."""

    def with_one(text: Any) -> bytes:
        return written([{**one, "text": text} if i == 7 else one for i, one in enumerate(GOOD)], kind)

    same = written([{**row, "text": "same"} for row in GOOD], kind)
    yield Case("all texts the same", kind, same, refused="different texts: 1, the most frequent one 24 times")
    pairs = written([{**row, "text": f"text {i // 2}"} for i, row in enumerate(GOOD)], kind)
    yield Case("each text twice", kind, pairs, rows=24, warning="10 texts occur with more than one label")
    empty = written([{**row, "text": ""} for row in GOOD], kind)
    yield Case("all texts empty", kind, empty, refused="different texts: 1, the most frequent one 24 times")
    yield Case("an empty text", kind, with_one(""), rows=24, warning="texts are empty")
    yield Case("white space", kind, with_one("  \u00a0"), rows=24, warning="texts are empty")
    yield Case("a long text", kind, with_one("word " * 200_000), rows=24)
    yield Case("a long word", kind, with_one("w" * 1_000_000), rows=24)
    yield Case("control characters", kind, with_one("\x01\x02\x1b[31m\x7f"), rows=24)
    yield Case("emoji and right to left", kind, with_one("👍🏽 שלום \u202e x"), rows=24)
    yield Case("mark up", kind, with_one("<br /><script>alert(1)</script> &amp;"), rows=24)
    yield Case("formulas", kind, with_one("=1+1 @SUM(A1)"), rows=24)
    yield Case("repeated rows", kind, written(GOOD + GOOD, kind), rows=48)
    yield Case("two rows", kind, written(GOOD[:2], kind), refused="less than one text")
    yield Case("one row", kind, written(GOOD[:1], kind), refused='every text has the label "n"')
    yield Case("fewer rows than labels need", kind, written(GOOD[:3], kind), refused="less than one text")
    if kind == "jsonl":
        for name, value in {"null": None, "number": 3, "list": ["a"], "truth": True, "object": {}}.items():
            yield Case(f"text: {name}", kind, with_one(value), refused="table.jsonl:8")
        yield Case("text: lone surrogate", kind, written(GOOD, kind).replace(b"film 7", b"\\ud800 7"), rows=24)
        yield Case("name: half a character", kind, written(GOOD, kind) + b'{"\\ud800": 1}\n', refused="jsonl:25: a key")
        yield Case("text: NUL escape", kind, written(GOOD, kind).replace(b"film 7", b"\\u0000 7"), rows=24)


def _columns_of(kind: str) -> Iterator[Case]:
    """Malformed headers, columns and rows."""
    good = written(GOOD, kind)
    renamed = [{"body": row["text"], "stars": row["label"]} for row in GOOD]
    yield Case("columns of other names", kind, written(renamed, kind), refused='no column "text"')
    yield Case("no labels", kind, written([{"text": row["text"]} for row in GOOD], kind), refused='no column "label"')
    wide = [{"id": i, **row, "more": "x"} for i, row in enumerate(GOOD)]
    yield Case("other columns, too", kind, written(wide, kind), rows=24)
    named = (("text", "body"), ("label", "stars"))
    yield Case("columns that are named", kind, written(renamed, kind), rows=24, options=named)
    upper = [{"Text": row["text"], "Label": row["label"]} for row in GOOD]
    yield Case("columns in capitals", kind, written(upper, kind), refused='did you mean "Text"?')
    if kind == "jsonl":
        for name, line in {
            "array": b'["a", "n"]', "text": b'"a"', "number": b"3", "null": b"null", "half": b'{"text": "a", ',
            "two objects": b'{"text": "a"} {"label": "n"}', "single quotes": b"{'text': 'a'}", "deep": b"[" * 100_000,
            "comma": b'{"text": "a", "label": "n"},', "no column": b'{"text": "a"}', "yaml": b"text: a",
        }.items():  # fmt: skip
            yield Case(f"a line of jsonl: {name}", kind, good + line + b"\n", refused="table.jsonl:25")
        whole = json.dumps(GOOD).encode()
        yield Case("one array of all rows", kind, whole, rows=24)
        yield Case("an array that is cut off", kind, whole[:-9], refused="table.jsonl:24: not valid JSON")
        columns = {name: [row[name] for row in GOOD] for name in GOOD[0]}
        yield Case("one object of columns", kind, json.dumps(columns, indent=1).encode(), rows=24)
        yield Case(
            "one object with a list of all rows", kind, json.dumps({"rows": GOOD, "version": 1}).encode(), rows=24
        )
        several = json.dumps({"train": GOOD, "test": GOOD}).encode()
        yield Case("one object with several lists", kind, several, refused="contains 2 tables (train, test)")
        return
    mark = b"," if kind == "csv" else b"\t"
    for name, line in {
        "a field too many": mark.join([b"a", b"n", b"x"]), "a field missing": b"a", "many": mark * 50,
    }.items():  # fmt: skip
        yield Case(name, kind, good + line + b"\n", refused=f"table.{kind}:26")
    yield Case("a row in the middle", kind, good.replace(b"\n", b"\na\n", 1), refused=f"table.{kind}:2")
    header = b"text" + mark + b"label\n"
    yield Case("a header alone", kind, header, refused="contains no rows")
    yield Case(
        "a column twice",
        kind,
        header.replace(b"label", b"text") + b"a" + mark + b"b\n",
        refused="2 columns have this name",
    )
    yield Case("no header", kind, good[len(header) :], refused='no column "text"')
    yield Case("a header again", kind, good + header, rows=25, warning="uneven labels")
    if kind == "csv":
        for name, other in {"semicolons": b";", "tabs": b"\t", "bars": b"|"}.items():
            yield Case(name, kind, good.replace(mark, other), rows=24)
    else:
        yield Case("semicolons", kind, good.replace(mark, b";"), refused='separated by ";"')
        yield Case("commas", kind, good.replace(mark, b","), refused='separated by ","')
    yield Case("a trailing separator", kind, good.replace(b"\n", mark + b"\n"), rows=24)
    yield Case("spaces in the header", kind, good.replace(b"text", b" text ", 1), refused="did you mean")
    if kind == "csv":
        yield Case("a quote that is never closed", kind, good + b'"a,n\nb,n\n', refused="table.csv:26")
        yield Case("a quote within", kind, good + b'a "b" c,n\n', rows=25)
        yield Case("text behind a quote", kind, good + b'"a"b,n\n', refused="table.csv:26")
        yield Case("lines within quotes", kind, good + b'"a\nb\r\nc",n\n', rows=25)
    else:
        yield Case("quotes mean nothing", kind, good + b'"a\tn\n', rows=25)


def _parquet(**columns: Any) -> bytes:
    import pyarrow.parquet

    written = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), written)
    return written.getvalue()


def _parquet_files() -> Iterator[Case]:
    """Columns of many types."""
    import datetime

    import pyarrow

    texts, labels = [row["text"] for row in GOOD], [row["label"] for row in GOOD]
    good = _parquet(text=texts, label=labels)
    at = "table.parquet:8"
    for name, content, refused in (
        ("nothing", b"", "not valid parquet"),
        ("noise", b"PAR1" + bytes(range(256)) + b"PAR1", "table.parquet: "),
        ("half a file", good[: len(good) // 2], "not valid parquet"),
        ("a csv", written(GOOD, "csv"), "rename it table.csv"),
        ("no rows", _parquet(text=pyarrow.array([], "string"), label=pyarrow.array([], "string")), "contains no rows"),
        ("no columns", _parquet(), "contains no rows"),
        ("columns of other names", _parquet(body=texts, label=labels), 'no column "text"'),
        ("a text is missing", _parquet(text=[*texts[:7], None, *texts[8:]], label=labels), at),
        ("a label is missing", _parquet(text=texts, label=[*labels[:7], None, *labels[8:]]), at),
        ("texts are numbers", _parquet(text=list(range(24)), label=labels), "table.parquet:1"),
        ("texts are bytes", _parquet(text=[text.encode() for text in texts], label=labels), "table.parquet:1"),
        ("labels are fractions", _parquet(text=texts, label=[i % 2 / 2 for i in range(24)]), "table.parquet:2"),
        ("labels are NaN", _parquet(text=texts, label=[float("nan")] * 24), "table.parquet:1"),
        ("labels are dates", _parquet(text=texts, label=[datetime.date(2020, 1, 1 + i % 2) for i in range(24)]), "1:"),
        ("labels are records", _parquet(text=texts, label=[{"name": label} for label in labels]), "table.parquet:1"),
        ("lists with nothing in them", _parquet(text=texts, label=[[None], ["n"]] * 12), "table.parquet:1"),
        ("one label", _parquet(text=texts, label=["x"] * 24), "a classifier needs at least two"),
    ):
        yield Case(name, "parquet", content, refused=refused)
    for name, column in {
        "words": labels,
        "numbers": [i % 2 for i in range(24)],
        "truth values": [i % 2 == 0 for i in range(24)],
        "a dictionary": pyarrow.array(labels).dictionary_encode(),
        "lists": [[label] for label in labels],
        "large text": pyarrow.array(labels, pyarrow.large_string()),
    }.items():
        yield Case(f"labels: {name}", "parquet", _parquet(text=texts, label=column), rows=24)


def _long_lines() -> Iterator[Case]:
    def content(kind: str) -> bytes:
        return written([*GOOD, {"text": "w" * 50_000_000, "label": "n"}], kind)

    for kind in ("csv", "jsonl"):
        yield Case("a line of 50 MB", kind, partial(content, kind), rows=25)


CASES = [case for kind in KINDS for table in (_bytes_of, _labels_of, _texts_of, _columns_of) for case in table(kind)]
CASES += [*_parquet_files(), *_long_lines()]
