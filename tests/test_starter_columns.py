"""The columns that a starter chooses, its notes, and that its file always loads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import write_csv
from hypothesis import given, settings
from hypothesis import strategies as st

from seqclf.config import load_config, read_config
from seqclf.config.templates import template, template_names
from seqclf.errors import InputError
from seqclf.starter.column_kinds import look_at
from seqclf.starter.columns import Columns, choose_columns
from seqclf.starter.make import starter
from seqclf.starter.request import Request
from seqclf.starter.write import config_text, name_after, scalar, with_data

ROWS = 40
TEXTS = [f"what was said about number {i} here" for i in range(ROWS)]
TWO = [("no", "yes")[i % 2] for i in range(ROWS)]
CONTENTS: dict[str, list[Any]] = {
    "texts": TEXTS,
    "short texts": [f"said {i}" for i in range(ROWS)],
    "two": TWO,
    "five": [f"kind {i % 5}" for i in range(ROWS)],
    "stars": [f"{i % 5 + 1}.0" for i in range(ROWS)],
    "flags": [f"{int(i % 3 == 0)}" for i in range(ROWS)],
    "other flags": [f"{int(i % 5 == 0)}" for i in range(ROWS)],
    "numbers": [f"{i}" for i in range(ROWS)],
    "id words": [f"tt{i:06x}0" for i in range(ROWS)],
    "decimals": [f"{i / ROWS:.3f}" for i in range(ROWS)],
    "dates": [f"2020-03-{i % 28 + 1:02d} 11:00" for i in range(ROWS)],
    "spoken dates": [f"Mar {i % 28 + 1}, 2020" for i in range(ROWS)],
    "links": [f"https://example.org/{i}" for i in range(ROWS)],
    "nothing": [""] * ROWS,
    "hardly anything": ["", ""] * (ROWS // 2 - 1) + ["no", "yes"],
    "constant": ["en"] * ROWS,
}


def _choice(columns: dict[str, str], **named: Any) -> Columns:
    return choose_columns("t.csv", {name: CONTENTS[content] for name, content in columns.items()}, **named)


@pytest.mark.parametrize(
    ("columns", "text", "label"),
    [
        ({"text": "texts", "label": "two"}, "text", "label"),
        ({"text_id": "numbers", "review": "texts", "label_id": "flags", "label_name": "two"}, "review", "label_name"),
        ({"text_id": "id words", "body": "texts", "label_name": "two"}, "body", "label_name"),
        ({"sentiment_gold": "hardly anything", "sentiment": "two", "text": "texts"}, "text", "sentiment"),
        ({"air_sentiment_gold": "hardly anything", "air_sentiment": "two", "text": "texts"}, "text", "air_sentiment"),
        ({"sentiment_confidence": "decimals", "user_sentiment": "two", "tweet": "texts"}, "tweet", "user_sentiment"),
        ({"label": "constant", "kind": "five", "text": "texts"}, "text", "kind"),
        ({"label": "nothing", "kind": "five", "text": "texts"}, "text", "kind"),
        ({"when": "dates", "day": "spoken dates", "what": "texts", "where": "five"}, "what", "where"),
        ({"link": "links", "id": "id words", "said": "short texts", "who": "two"}, "said", "who"),
        ({"title": "short texts", "text": "texts", "label": "two"}, "text", "label"),
        ({"reviewText": "texts", "overallRating": "stars"}, "reviewText", "overallRating"),
        ({"Review Text": "texts", "Class Name": "five", "Clothing ID": "numbers"}, "Review Text", "Class Name"),
        ({"v1": "two", "v2": "texts"}, "v2", "v1"),
        ({"n": "numbers", "lang": "constant", "a": "texts", "b": "five"}, "a", "b"),
        ({"text": "numbers", "said": "texts", "who": "two"}, "said", "who"),
        ({"comment": "texts", "rude": "flags", "wrong": "other flags"}, "comment", ("rude", "wrong")),
        ({"comment": "texts", "label": "two", "rude": "flags", "wrong": "other flags"}, "comment", "label"),
        ({"text": "texts", "stars": "stars", "votes": "numbers"}, "text", "stars"),
    ],
)
def test_columns_are_chosen_by_names_and_contents(
    columns: dict[str, str], text: str, label: str | tuple[str, ...]
) -> None:
    chosen = _choice(columns)
    assert (chosen.text, chosen.label) == (text, label)


def test_choices_are_reported_with_reasons_and_alternatives() -> None:
    chosen = _choice({"Category": "five", "Sentiment": "two", "title": "short texts", "text": "texts"})
    said = "\n".join(chosen.notes)
    assert 'texts in "text": by its name' in said
    assert (
        '"title" contains texts too (about 2 words): --text title takes it; --text title --text text reads both' in said
    )
    assert 'labels in "Category": by its name' in said
    assert 'could be labels too: "Sentiment" (2 values): --label Sentiment takes the first' in said
    flags = _choice({"comment": "texts", "rude": "flags", "wrong": "other flags"})
    assert 'labels in 2 columns of 0 and 1 ("rude", "wrong"): a text can have several' in flags.notes[1]
    assert "--label rude takes only one of them" in flags.notes
    passed = _choice({"label": "constant", "kind": "five", "text": "texts"})
    assert '"label" is ignored: it contains the same value in every row' in passed.notes


@pytest.mark.parametrize(
    ("columns", "named", "message"),
    [
        ({"text": "texts", "label": "two"}, {"label": ["lable"]}, 'no column "lable"; did you mean "label"?'),
        ({"text": "texts", "label": "two"}, {"text": ["txt"]}, 'no column "txt"; did you mean "text"?'),
        ({"text": "texts", "label": "two"}, {"text": ["text"], "label": ["text"]}, "cannot be both text and label"),
        ({"text": "texts", "n": "numbers"}, {}, '"n" contains 40 different numbers; name one with --label'),
        ({"text": "texts", "d": "dates"}, {}, '"d" contains dates or times; name one with --label'),
        ({"a": "numbers", "b": "dates"}, {}, "no column contains texts"),
        ({"text": "texts"}, {}, 'the file has only one column, "text"; add a column with the labels'),
        ({"text": "texts"}, {"label": ["text"]}, "the file has only one column"),
        ({"a": "flags", "b": "flags"}, {"label": ["a", "b"]}, "--label names all columns; leave out the one with the"),
        (
            {"text": "texts", "a": "two", "b": "flags"},
            {"label": ["a", "b"]},
            '"a" contains 2 values; with several label columns',
        ),
    ],
)
def test_no_suitable_column_is_an_error_with_the_reason(
    columns: dict[str, str], named: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as raised:
        _choice(columns, **named)
    assert message in str(raised.value)


def test_a_nested_text_is_to_be_written_to_a_column_of_its_own() -> None:
    with pytest.raises(InputError, match="contains nested values; write the text to a column of its own, or name"):
        choose_columns("t.jsonl", {"review": [{"text": text} for text in TEXTS], "label": TWO})


def test_a_column_that_few_rows_have_is_passed_over() -> None:
    values = {"text": TEXTS, "label": ["a", "b"], "kind": TWO, "body": TEXTS[:5]}
    chosen = choose_columns("t.jsonl", values)
    assert (chosen.text, chosen.label) == ("text", "kind")
    assert '"label" is ignored: it contains no value in 95.0% of the rows' in chosen.notes


def test_named_columns_are_used_unchanged() -> None:
    columns = {"text": "texts", "title": "short texts", "label": "two", "kind": "five"}
    chosen = _choice(columns, text=["title"], label=["kind"])
    assert (chosen.text, chosen.label) == ("title", "kind")
    assert chosen.notes == ('texts in "title": named by --text', 'labels in "kind": named by --label')


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("texts", "words"),
        ("two", "words"),
        ("flags", "flags"),
        ("numbers", "integers"),
        ("decimals", "decimals"),
        ("stars", "decimals"),
        ("dates", "dates"),
        ("spoken dates", "dates"),
        ("links", "links"),
        ("id words", "ids"),
        ("nothing", "empty"),
        ("constant", "constant"),
    ],
)
def test_a_column_is_what_its_values_are(content: str, kind: str) -> None:
    assert look_at("x", CONTENTS[content]).kind == kind


def test_values_of_json_and_parquet_are_judged_too() -> None:
    assert look_at("x", [["a", "b"], [], ["b"]]).kind == "lists"
    assert look_at("x", [["a", "b"], [], ["b"]]).not_a_label is None
    assert look_at("x", [[0.5], [1.5]]).not_a_label is not None
    assert look_at("x", [{"a": 1}, {"a": 2}]).not_a_label == "nested values"
    assert look_at("x", [True, False] * 20).not_a_label is None
    assert look_at("x", [0.5, 1.0] * 20).not_a_label == "decimals"
    assert look_at("x", [None, None, "a"]).filled == 1
    assert look_at("x", [float("nan")] * 5).kind == "empty"


NAMES = st.text(min_size=1, max_size=30).filter(lambda name: "\0" not in name)


@given(value=st.text(max_size=40).filter(lambda text: text.isascii() or _is_utf8(text)))
def test_any_text_reads_back_as_it_was_written(value: str) -> None:
    from seqclf.config.yaml_core import read_yaml

    document = read_yaml(f"a: {scalar(value)}\n")
    assert document.value == {"a": value}
    assert not document.problems
    assert not document.words


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@given(value=st.one_of(st.integers(-(10**9), 10**9), st.floats(0, 1e6, allow_nan=False), st.booleans(), st.none()))
def test_any_number_reads_back_as_it_was_written(value: object) -> None:
    from seqclf.config.yaml_core import read_yaml

    assert read_yaml(f"a: {scalar(value)}\n").value == {"a": value}


def test_a_text_that_utf8_cannot_write_is_refused() -> None:
    with pytest.raises(InputError, match="is not UTF-8"):
        scalar("a\udcff.csv")


@settings(max_examples=60)
@given(text=NAMES.filter(_is_utf8), label=NAMES.filter(_is_utf8), file=NAMES.filter(_is_utf8))
def test_the_config_loads_whatever_columns_and_files_are_called(text: str, label: str, file: str) -> None:
    if text == label:
        return
    options = {
        "name": name_after(file),
        "data": {"source": "table", "train": file, "validation": 0.1, "text": text, "label": label},
        "layers": [{"type": "pool", "method": ["mean", "max"]}],
    }
    written = config_text(options, [f"Found in {file}: {text}, {label}"])
    config = read_config("starter.yaml", text=written).config
    assert (config.data.train, config.data.text, config.data.label) == (file, text, label)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "name",
    [
        "2020",
        "1e5",
        "true",
        "no",
        "null",
        "~",
        "_",
        "...",
        "-x",
        "a b",
        "a: b",
        "#1",
        "'q'",
        'd"q',
        "ü",
        "日本",
        "a\nb",
    ],
)
def test_the_file_loads_whatever_the_data_are_called(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [(f"{name} text", name), *((text, side) for text, side in zip(TEXTS, TWO, strict=True))]
    write_csv(tmp_path / f"{name}.csv", rows)
    made = starter(Request(f"{name}.csv", label=(name,)))
    Path("c.yaml").write_text(made.text, encoding="utf-8")
    config = load_config("c.yaml")
    assert config.data.train == f"{name}.csv"  # type: ignore[union-attr]
    assert config.data.label == name  # type: ignore[union-attr]


def _is_classifier(name: str) -> bool:
    return read_config("t.yaml", text=template(name)).config.task.needs_labels


@pytest.mark.parametrize("name", [name for name in template_names() if _is_classifier(name)])
def test_a_template_takes_other_data(name: str) -> None:
    data = {"source": "table", "train": "my texts.csv", "validation": 0.2, "test": None, "text": "a", "label": "b"}
    before = read_config("t.yaml", text=template(name)).config
    after = read_config("t.yaml", text=with_data(template(name), "mine", data)).config
    assert after.name == "mine"
    assert after.data.model_dump()["train"] == "my texts.csv"
    for section in ("seed", "tokenizer", "embedding", "layers", "head", "training"):
        assert getattr(after, section) == getattr(before, section)


def test_the_template_of_a_language_model_takes_no_labelled_data(tmp_path: Path) -> None:
    write_csv(tmp_path / "mine.csv", [("text", "label"), *zip(TEXTS, TWO, strict=True)])
    with pytest.raises(InputError, match="--template imdb_lm: is a language model.*`seqclf init --template imdb_lm -o"):
        starter(Request(str(tmp_path / "mine.csv"), template="imdb_lm"))
