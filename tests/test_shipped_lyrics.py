"""``configs/irish_lyrics.yaml``: what its model reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqclf.config import Config, Override, load_config
from seqclf.data.corpus import Corpus

CONFIGS = Path(__file__).parents[1] / "configs"
LYRICS = "data/lm/irish-lyrics-eof.txt"
VERSE = "Come all ye maidens, young and fair\nAnd you that are blooming!\nSleep, my child; and peace attend thee.\n"


def _lyrics(data: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("SEQCLF_DATA", str(data))
    return load_config(CONFIGS / "irish_lyrics.yaml", [Override(("name",), "x", "test")])


def test_lyrics_are_read_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / LYRICS).parent.mkdir(parents=True)
    (tmp_path / LYRICS).write_text(VERSE, encoding="utf-8")
    config = _lyrics(tmp_path, monkeypatch)
    corpus = Corpus(config)
    train = list(corpus.texts("train").texts)
    assert (train, list(corpus.texts("validation").texts)) == ([VERSE], [])
    tokenizer = config.tokenizer.learn(train)
    assert tokenizer.unknown_id not in tokenizer.encode(VERSE)
    assert tokenizer.decode(tokenizer.encode(VERSE)).splitlines() == VERSE.splitlines()


def test_the_real_lyrics(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = _lyrics(real_data, monkeypatch)
    (text,) = Corpus(config).texts("train").texts
    assert len(text.splitlines()) == 1_692
    tokenizer = config.tokenizer.learn([text])
    ids = tokenizer.encode(text)
    assert tokenizer.unknown_id not in ids
    assert tokenizer.decode(ids[:14]) == "Come all ye maidens young and fair\nAnd you that are blooming in"
