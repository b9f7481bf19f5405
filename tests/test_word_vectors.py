"""``benchmarks/word_vectors.py``: a file of vectors for the words of a config's training texts."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import word_vectors
from conftest import write_csv, written_config
from tokenizers import Tokenizer
from tokenizers.models import WordPiece

from seqclf.config import load_config
from seqclf.text.vectors import read_vectors, vectors_dim

PIECES = ["[UNK]", "good", "film", "##s", "."]
VECTORS = np.random.default_rng(0).normal(size=(len(PIECES), 256)).astype(np.float16)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The two files of the package that are read, with five tokens; ``safetensors`` reads an array of NumPy."""
    folder = tmp_path / "site" / "wordllama"
    for name in ("weights", "tokenizers"):
        (folder / name).mkdir(parents=True)
    (folder / "__init__.py").write_text("raise ImportError('the code of the package is not needed')\n")
    vocabulary = {piece: number for number, piece in enumerate(PIECES)}
    Tokenizer(WordPiece(vocabulary, unk_token="[UNK]")).save(str(folder / word_vectors._TOKENS))
    with (folder / word_vectors._WEIGHTS).open("wb") as file:
        np.save(file, VECTORS)
    loader = ModuleType("safetensors.numpy")
    loader.load_file = lambda path: {"embedding.weight": np.load(path)}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "safetensors", ModuleType("safetensors"))
    monkeypatch.setitem(sys.modules, "safetensors.numpy", loader)
    monkeypatch.syspath_prepend(str(folder.parent))
    return folder


@pytest.fixture
def config(tmp_path: Path) -> Path:
    rows = [("Good films .", "a"), ("good film", "b"), ("good", "a"), ("Films", "b")] * 5
    train = write_csv(tmp_path / "train.csv", [("text", "label"), *rows])
    return written_config(tmp_path, train, data__validation=str(train), data__test=None)


def _call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["word_vectors.py", *map(str, arguments)])
    word_vectors.main()


def test_the_file_has_the_mean_of_each_word_s_tokens(
    package: Path, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new" / "vectors.txt.gz"
    _call(monkeypatch, config, "--output", path, "--words", 2, "--dim", 8)
    assert vectors_dim(path) == 8
    found = read_vectors(path, ["good", "films", "film", ".", "Good"], 8)
    assert sorted(found.vectors) == [0, 1], "the two most frequent words, in lower case"
    exact = VECTORS.astype(np.float32)[:, :8]
    for place, expected in ((0, exact[1]), (1, (exact[2] + exact[3]) / 2)):
        np.testing.assert_allclose(found.vectors[place], expected, rtol=6e-3)


def test_mistakes(
    package: Path, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there.txt.gz"
    there.touch()
    for arguments, said in (
        ((config, "--output", there), "exists; name another file with --output"),
        ((config, "--output", tmp_path / "n", "--dim", 300), "expected --dim from 1 to 256"),
    ):
        with pytest.raises(SystemExit) as ended:
            _call(monkeypatch, *arguments)
        assert ended.value.code == 2 and said in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        _call(monkeypatch, tmp_path / "none.yaml", "--output", tmp_path / "n")
    assert ended.value.code == 2 and "none.yaml: no such file" in capsys.readouterr().err
    (package / word_vectors._TOKENS).unlink()
    with pytest.raises(SystemExit) as ended:
        _call(monkeypatch, config, "--output", tmp_path / "n")
    assert ended.value.code == 1 and "lacks tokenizers/l2_supercat_tokenizer_config.json" in capsys.readouterr().err
    monkeypatch.setattr(word_vectors.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as ended:
        _call(monkeypatch, config, "--output", tmp_path / "n")
    assert ended.value.code == 1 and "pip install wordllama" in capsys.readouterr().err
    assert not (tmp_path / "n").exists()


def test_it_writes_the_file_that_the_configs_name() -> None:
    folder = Path(__file__).parents[1] / "configs"
    found = [load_config(folder / f"{name}.yaml").embedding for name in ("trec", "sst2", "ag_news", "snips_intent")]
    assert {(one.vectors, one.dim) for one in found} == {(str(word_vectors.OUTPUT), word_vectors.DIM)}
