"""``configs/number_sequences.yaml``: what its model reads and can say."""

from __future__ import annotations

from pathlib import Path

from seqclf.config import load_config
from seqclf.data.corpus import Corpus
from seqclf.sources.sample.numbers import sequences


def test_the_numbers_are_read_digit_by_digit() -> None:
    config = load_config(Path(__file__).parents[1] / "configs" / "number_sequences.yaml")
    train = list(Corpus(config).texts("train").texts)
    tokenizer = config.tokenizer.learn(train)
    assert set(tokenizer.pieces[2:]) == set("0123456789 ")
    assert max(map(len, train)) < config.tokenizer.max_tokens
    for sequence in sequences("test"):
        assert tokenizer.decode(tokenizer.encode(sequence.text)) == sequence.text
