"""The language models of ``configs/``: which texts they read, and how."""

from __future__ import annotations

from pathlib import Path

import pytest

from seqclf.config import Config, Override, load_config
from seqclf.data.corpus import Corpus

CONFIGS = Path(__file__).parents[1] / "configs"
SPLITS = ("train", "validation", "test")
PLAY = "".join(f"ROMEO:\n  Line {number} of a play --\n\n" for number in range(200))
TUNES = [f"T: Tune {number}\nM:6/8\nL:1/8\nK:G\nd|ABc  def|\\\n  G3 G2:|" for number in range(100)]


def _config(name: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("SEQCLF_DATA", str(data))
    return load_config(CONFIGS / f"{name}.yaml", [Override(("name",), "x", "test")])


@pytest.fixture
def made_up(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "lm"
    folder.mkdir(parents=True)
    (folder / "tinyshakespeare_input.txt").write_text(PLAY, encoding="utf-8")
    (folder / "abc_tunes.txt").write_text("\n\n".join(TUNES) + "\n", encoding="utf-8")
    return tmp_path


def test_shakespeare_is_cut_into_stretches(made_up: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus(_config("shakespeare_chars", made_up, monkeypatch))
    (before, after), (validation,), (test,) = (list(corpus.texts(split).texts) for split in SPLITS)
    assert before + validation + after + test == PLAY
    assert len(test) == pytest.approx(len(PLAY) / 10, abs=40)
    assert len(validation) == pytest.approx(len(PLAY) * 3 / 100, abs=40)


def test_each_tune_is_a_document(made_up: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus(_config("abc_tunes", made_up, monkeypatch))
    train, validation = corpus.texts("train").texts, corpus.texts("validation").texts
    assert len(validation) == 5
    assert sorted([*train, *validation]) == sorted(TUNES)


@pytest.mark.parametrize("name", ["shakespeare_chars", "abc_tunes"])
def test_the_layout_is_kept(name: str, made_up: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = _config(name, made_up, monkeypatch)
    texts = Corpus(config).texts("train").texts
    tokenizer = config.tokenizer.learn(texts)
    for text in texts:
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_the_real_files(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shakespeare = Corpus(_config("shakespeare_chars", real_data, monkeypatch))
    lengths = {split: sum(map(len, shakespeare.texts(split).texts)) for split in SPLITS}
    assert sum(lengths.values()) == 1_115_394
    assert lengths["test"] == pytest.approx(111_539, abs=100)
    tunes = Corpus(_config("abc_tunes", real_data, monkeypatch))
    assert [len(tunes.texts(split).texts) for split in SPLITS[:2]] == [2915, 153]
