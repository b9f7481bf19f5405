"""Unquoted yes, no, on and off: what to write depends on the option, also if its section has another error."""

from __future__ import annotations

import pytest

from seqclf.config import read_config
from seqclf.config.problems import ConfigError
from seqclf.config.walk import is_truth_value

REST = "data: {source: sample}\nlayers: [{type: pool}]\n"


def messages(text: str) -> str:
    with pytest.raises(ConfigError) as error:
        read_config("a.yaml", (), text)
    return str(error.value)


@pytest.mark.parametrize(("word", "truth"), [("no", "false"), ("Off", "false"), ("yes", "true"), ("ON", "true")])
@pytest.mark.parametrize(
    "tokenizer", ["{lowercase: WORD}", "{type: wrods, lowercase: WORD}", "{type: word, lowercase: WORD, vocab_size: x}"]
)
def test_a_truth_value_is_true_or_false(tokenizer: str, word: str, truth: str) -> None:
    said = messages(f"{REST}tokenizer: {tokenizer.replace('WORD', word)}\n")
    assert f"{word} is a boolean only in YAML 1.1" in said
    assert f"write {truth}" in said
    assert "with quotes" not in said
    read_config("a.yaml", (), f"{REST}tokenizer: {{lowercase: {truth}}}\n")


def test_a_text_gets_quotes() -> None:
    assert 'write "no" with quotes' in messages(f"{REST}name: no\n")
    read_config("a.yaml", (), f'{REST}name: "no"\n')


def test_truth_values_are_found_in_sections_and_lists() -> None:
    assert is_truth_value(("layers", 0, "bidirectional"))
    assert is_truth_value(("task", "jitter"))
    assert not is_truth_value(("name",))
    assert not is_truth_value(("tokenizer", "vocab_size"))
    assert not is_truth_value(("data", "label", "lowercase")), "a key of a mapping is no option"
