"""``check`` names labels, texts and columns that differ only in their Unicode normal form."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from seqclf.config import load_config
from seqclf.data.normal_forms import normal_form_warnings
from seqclf.data.prepare import preparation_problems
from seqclf.data.statistics import alike_labels_warning
from seqclf.sources.texts import LabelledTexts
from seqclf.tables.names import column_hint, double_quoted

COMPOSED, DECOMPOSED = "caf\u00e9 au lait", "cafe\u0301 au lait"


def test_labels_of_two_normal_forms_are_named_with_escapes() -> None:
    warning = alike_labels_warning(["caf\u00e9", "cafe\u0301", "tea"])
    assert warning == (
        "labels that differ only in their Unicode normal form count as different labels: "
        '"caf\u00e9" ("caf\\xe9" and "cafe\\u0301"); write each in one form, such as NFC'
    )
    assert alike_labels_warning(["caf\u00e9", "tea"]) is None
    both = alike_labels_warning(["\u00c9", "e\u0301", "\u00e9"])
    assert both is not None
    assert both.startswith('labels that differ only in case or spaces count as different labels: "\u00c9", "\u00e9"; ')
    assert '"\u00e9" ("\\xe9" and "e\\u0301")' in both


@given(st.text())
def test_yaml_reads_what_is_quoted(text: str) -> None:
    quoted = double_quoted(text)
    assert quoted.isascii() and quoted.isprintable()
    assert yaml.safe_load(quoted) == text


def _warned(train: list[str], form: str, test: tuple[str, ...] = ()) -> list[str]:
    splits = {
        name: LabelledTexts(list(texts), ["a"] * len(texts), name)
        for name, texts in (("train", train), ("test", test))
        if texts
    }
    return [str(one) for one in normal_form_warnings(splits, form)]  # type: ignore[arg-type]


def test_texts_of_two_normal_forms_are_counted() -> None:
    train = [COMPOSED, DECOMPOSED, DECOMPOSED, "the\u0301", "tea"]
    assert _warned(train, "none") == [
        'tokenizer.normalize: 3 of 5 train texts are not in Unicode normal form NFC (such as "cafe\\u0301" for '
        '"caf\\xe9"): the tokenizer reads equal words as different ones; 2 of 5 train texts differ from another '
        "only in their Unicode normal form; set it to nfc"
    ]
    assert _warned(train, "nfc") == [
        "data.train: 2 of 5 train texts differ from another only in their Unicode normal form (such as "
        '"cafe\\u0301" for "caf\\xe9"); the tokenizer reads them as equal'
    ]
    assert _warned([COMPOSED], "nfc", (DECOMPOSED,)) == [
        "data.test: 1 of 1 test texts differ from another only in their Unicode normal form (such as "
        '"cafe\\u0301" for "caf\\xe9"); the tokenizer reads them as equal'
    ]
    assert _warned([COMPOSED, "tea"], "none") == _warned([DECOMPOSED, "tea"], "nfc") == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_column_of_another_normal_form_is_named(form: str, tmp_path: Path) -> None:
    names = {one: unicodedata.normalize(one, "text\u00e9") for one in ("NFC", "NFD")}
    assert column_hint(names["NFC"], [names["NFD"], "label"]) == (
        '; the file has it in another Unicode normal form: write "texte\\u0301", with the quotes'
    )
    (tmp_path / "d.csv").write_text(
        f"{names[form]},label\n" + "".join(f"t{i} x,{i % 2}\n" for i in range(20)), encoding="utf-8"
    )
    config = tmp_path / "c.yaml"

    def checked(column: str) -> str:
        text = f"data: {{source: table, train: {tmp_path / 'd.csv'}, text: {column}}}\nlayers: [{{type: pool}}]\n"
        config.write_text(text, encoding="utf-8")
        problems = preparation_problems(load_config(config))
        return "".join(map(str, problems))

    found = checked(names["NFD" if form == "NFC" else "NFC"])
    assert "the file has it in another Unicode normal form: write" in found
    assert checked(double_quoted(names[form])) == "", "what the message says to write works"
