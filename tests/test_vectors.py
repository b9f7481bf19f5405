"""Files of pretrained vectors."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import small_config, trained, write_csv

from seqclf.cli import cli
from seqclf.errors import InputError
from seqclf.text.vectors import read_vectors, vectors_dim

GLOVE = "the 0.1 -2e-1 3\nfilm 1 2 3\nthe 9 9 9\n. . . 4 5 6\nnaïve 7 8 9\n"
PIECES = ["[PAD]", "[UNK]", "the", "##the", "naïve", "plot", "film"]


@pytest.mark.parametrize("name", ["glove.txt", "glove.txt.gz", "word2vec.vec"])
def test_vectors_are_read_for_known_pieces(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    content = (("5 3\n" if name.endswith(".vec") else "") + GLOVE).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert vectors_dim(path) == 3
    found = read_vectors(path, PIECES, 3).vectors
    assert {i: vector.round(3).tolist() for i, vector in found.items()} == {
        2: pytest.approx([0.1, -0.2, 3]),  # the first of two lines
        4: [7, 8, 9],
        6: [1, 2, 3],
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"the 1 2 3\nfilm 1 2\n", ":2: expected a word and 3 numbers, found 3 fields"),
        (b"the 1 2 3\nfilm 1 x 3\n", ":2: expected 3 finite numbers"),
        (b"the 1 2 3\nfilm 1 nan 3\n", ":2: expected 3 finite numbers"),
        (b"the 1 2 3\nfilm 1 2 1_0\n", ":2: expected 3 finite numbers"),
        (b"the 1 2 3\nfilm 1 2 1e40\n", ":2: expected 3 finite numbers"),
        (b"the 1 2 3\nfilm 1  3\n", ":2: expected a word and 3 numbers, found 3 fields"),
        (
            b"the 1 2 3\nfilm 1,5 2,5 3,5\n",
            ":2: expected 3 finite numbers after the word; numbers need a decimal point",
        ),
        (b"the 1 2 3\nplot 1 2 3\nfilm 1 2", ":3: expected a word and 3 numbers, found 3 fields; it is the last line"),
    ],
)
def test_a_bad_line_is_reported(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "vectors.txt"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_vectors(path, PIECES, 3)
    assert message in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"hello\n", b"\x1f\x8b broken"])
def test_files_without_vectors_are_reported(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vectors.gz"
    path.write_bytes(content if content.startswith(b"\x1f") else gzip.compress(content))
    with pytest.raises(InputError, match=r"vectors\.gz"):
        vectors_dim(path)


@pytest.mark.usefixtures("no_saved_models")
def test_a_run_starts_with_the_vectors_and_reports_how_many_it_found(sample_csv: Path, tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("".join(f"{word} {'1 ' * 7}1\n" for word in ("film", "the", "zebra")), encoding="utf-8")
    config = small_config(
        data__train=str(sample_csv), embedding={"dim": 8, "vectors": str(path), "trainable": False}, training__epochs=1
    )
    run = trained(config, tmp_path)
    assert run.manifest["vectors"]["found"] == 2
    import keras

    table = keras.models.load_model(run.model, compile=False).get_layer("embedding").get_weights()[0]
    assert (table == 1).all(axis=1).sum() == 2
    path.unlink()
    from seqclf.evaluation.classifier import KerasClassifier

    assert KerasClassifier.load(run).probabilities(["a film"]).shape == (1, 2), "the run no longer needs the file"


@pytest.mark.usefixtures("no_saved_models")
def test_a_run_reports_the_coverage_of_vectors(tmp_path: Path) -> None:
    rows = [
        ("text", "label"),
        *((f"known {'word' if i % 2 else 'other'} unseen{i % 4} " * (i // 4 + 1), "ab"[i % 2]) for i in range(40)),
    ]
    table = write_csv(tmp_path / "t.csv", rows)
    (tmp_path / "v.txt").write_text("known 1 2 3\nword 3 2 1\nother 0 1 0\nelsewhere 1 1 1\n", encoding="utf-8")
    config = small_config(
        data={"source": "table", "train": str(table)},
        tokenizer={"type": "word"},
        embedding={"dim": 3, "vectors": str(tmp_path / "v.txt"), "trainable": False},
        training__epochs=1,
    )
    found = trained(config, tmp_path / "runs").manifest["vectors"]
    assert found == {
        "found": 3,
        "tokens": 9,
        "covered": pytest.approx(2 / 3, abs=1e-4),
        "dim": 3,
        "words": 4,
        "skipped": [],
    }

    (tmp_path / "v.txt").write_text("Mot 1 2 3\n", encoding="utf-8")
    with pytest.raises(InputError, match="has no vector for any token of the vocabulary"):
        trained(config, tmp_path / "runs")


@pytest.mark.parametrize("ngrams", ["", "ngrams: {orders: [1], buckets: 64, words: true}\n"])
def test_check_suggests_words_for_vectors_of_words(ngrams: str, sample_csv: Path, tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("the 1 2 3\nfilm 3 2 1\n", encoding="utf-8")
    config = tmp_path / "config.yaml"
    text = f"data: {{source: table, train: {sample_csv}}}\ntokenizer: {{vocab_size: 300}}\n{ngrams}"
    text += f"embedding: {{dim: 3, vectors: {tmp_path / 'v.txt'}}}\nlayers: [{{type: pool}}]\n"
    config.write_text(text, encoding="utf-8")
    report = json.loads(CliRunner().invoke(cli, ["check", str(config), "--json"]).stdout)
    (message,) = [one["message"] for one in report["warnings"] if one["option"] == "embedding.vectors"]
    assert message.startswith("has a vector for ") and "tokenizer.type is subword" in message
    assert message.endswith("set tokenizer.type: word" + (" and ngrams.words: false" if ngrams else ""))


def test_check_reports_the_coverage_of_vectors(sample_csv: Path, tmp_path: Path) -> None:
    vectors = tmp_path / "v.txt"
    vectors.write_text("5 3\nthe 1 2 3\n. . 0 0 0\nfilm 3 2 1\nthe 9 9 9\n\n", encoding="utf-8")
    config = tmp_path / "config.yaml"
    config.write_text(
        f"data: {{source: table, train: {sample_csv}}}\ntokenizer: {{type: word}}\n"
        f"embedding: {{dim: 3, vectors: {vectors}}}\nlayers: [{{type: pool}}]\n",
        encoding="utf-8",
    )
    done = CliRunner().invoke(cli, ["check", str(config)])
    assert done.exit_code == 0, done.stderr
    shown = " ".join(done.stdout.split())
    assert "Vectors: 2 of " in shown
    assert "dimension 3, 4 words in the file; skipped: 1 blank line (line 6), 1 word with spaces (line 3)" in shown
    assert "1 repeated word (line 5)" in shown
    assert "the header names 5 words, but there are 4: is the file complete?" in done.stderr
    report = json.loads(CliRunner().invoke(cli, ["check", str(config), "--json"]).stdout)
    assert report["vectors"]["found"] == 2
    assert report["vectors"]["skipped"][0] == {"why": "blank lines", "count": 1, "first": "line 6"}
    assert 0 < report["vectors"]["covered"] < 1
    vectors.write_text("Mot 1 2 3\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["check", str(config)])
    assert done.exit_code == 2
    assert f"{config}:3:21: embedding.vectors: {vectors}: has no vector for any token of the vocabulary" in done.stderr
