"""``seqclf predict --score``, as a user types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from bulk_files import ROWS, read_rows, written
from click.testing import CliRunner, Result
from made_up_models import write_model
from untrained_language_models import Pair

from seqclf.cli import cli
from seqclf.metrics.scores import number_of
from seqclf.runs import Run
from seqclf.sources.sample.grammar import reviews
from seqclf.text.field_tokenizer import FieldTokenizer
from seqclf.text.fields import join_fields
from seqclf.text.kinds.word import WordTokenizer

TEXTS = [text for text, _ in reviews(12)]
TOKENIZER = WordTokenizer.learn(TEXTS, vocab_size=99, min_frequency=1)
COLUMNS = ("log_probability", "tokens", "perplexity", "bits_per_character", "unknown")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return Pair(tmp_path_factory.mktemp("runs") / "words-1", TOKENIZER)


def _call(pair: Pair, *arguments: str, stdin: bytes | None = None) -> Result:
    runs = ("--runs", str(pair.folder.parent))
    return CliRunner().invoke(cli, ["predict", "--score", *runs, *arguments], input=stdin)


def _as_row(pair: Pair, text: str) -> dict[str, Any]:
    score = pair.scorer.score(text)
    values = (score.log_probability, score.tokens, score.perplexity, score.bits_per_character, score.unknown)
    return {name: pytest.approx(value, rel=1e-4) for name, value in zip(COLUMNS, values, strict=True)}


def test_texts_of_the_command_line(pair: Pair) -> None:
    done = _call(pair, TEXTS[0], "\n".join(TEXTS[0].split()[:2]))
    assert done.exit_code == 0
    assert done.stderr == f"Run {pair.folder}\n"
    first, second = done.stdout.splitlines()
    score = pair.scorer.score(TEXTS[0])
    perplexity = number_of("perplexity", score.perplexity)
    assert first.startswith(
        f"log-probability {score.log_probability:.4f}  perplexity {perplexity}  bits per character "
    )
    assert first.endswith(f"  {TEXTS[0]}"[:80])
    assert second.endswith(f"  {' '.join(TEXTS[0].split()[:2])}")


def test_objects_and_standard_input(pair: Pair) -> None:
    done = _call(pair, "-", "--json", "--run", "words-1", stdin=f"{TEXTS[0]}\r\n\n".encode())
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found == [{"text": text, **_as_row(pair, text)} for text in (TEXTS[0], "")]
    assert done.stderr == ""


@pytest.mark.parametrize("output", ["jsonl", "csv", "tsv", "parquet"])
@pytest.mark.parametrize("given", ["csv", "jsonl"])
def test_rows_of_a_file_keep_their_columns(given: str, output: str, pair: Pair, tmp_path: Path) -> None:
    source = written(tmp_path / f"in.{given}", ROWS)
    target = tmp_path / f"out.{output}"
    done = _call(pair, "--input", str(source), "--output", str(target))
    assert done.exit_code == 0, done.output
    assert f"{len(ROWS)} texts in " in done.stderr
    for before, after in zip(ROWS, read_rows(target), strict=True):
        assert list(after) == [*before, *COLUMNS]
        values = {name: float(after[name]) for name in COLUMNS}
        assert values == _as_row(pair, before["text"])
        assert after["id"] == before["id"]


def test_plain_lines_and_prefix_to_standard_output(pair: Pair, tmp_path: Path) -> None:
    source = tmp_path / "lines.txt"
    source.write_text(f"{TEXTS[0]}\n{TEXTS[1]}\n", encoding="utf-8")
    done = _call(pair, "--input", str(source), "--prefix", "lm_")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [list(row) for row in rows] == [["text", *(f"lm_{name}" for name in COLUMNS)]] * 2
    piped = _call(pair, "-i", "-", "--input-format", "txt", "--prefix", "lm_", stdin=source.read_bytes())
    assert piped.stdout == done.stdout


@pytest.mark.parametrize("documents, said", [("file", "whole files"), ("blank_line", "lines between"), ("line", None)])
def test_lines_of_a_run_of_other_documents_are_noted(
    documents: str, said: str | None, pair: Pair, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(pair.folder, run)
    (run / "config.yaml").write_text(f"data: {{source: text, documents: {documents}}}\n", encoding="utf-8")
    source = tmp_path / "lines.txt"
    source.write_text(f"{TEXTS[0]}\n", encoding="utf-8")
    noted = _call(pair, "--input", str(source), "--run", str(run)).stderr
    assert ("each line is a text, but the run read" in noted) == (said is not None)
    assert said is None or said in noted
    assert said is None or 'write "$(cat FILE)" instead of --input FILE' in " ".join(noted.split())
    exported = tmp_path / "exported"
    shutil.copytree(pair.folder, exported, ignore=lambda *_: ["manifest.json"])
    Run(run).write_texts_of_export(exported)
    assert (
        _call(pair, "--input", str(source), "--run", str(exported)).stderr.splitlines()[:-1] == noted.splitlines()[:-1]
    )
    (exported / "texts.json").write_text('{"source": "text"}', encoding="utf-8")  # as earlier versions wrote it
    assert "note:" not in _call(pair, "--input", str(source), "--run", str(exported)).stderr


@pytest.mark.parametrize("documents", ["file", "line", "blank_line"])
def test_blank_lines_are_no_documents_of_plain_text(documents: str, pair: Pair, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(pair.folder, run)
    (run / "config.yaml").write_text(f"data: {{source: text, documents: {documents}}}\n", encoding="utf-8")
    source = tmp_path / "lines.txt"
    source.write_text(f"\n{TEXTS[0]}\n \t\n\n{TEXTS[1]}\n\n", encoding="utf-8")
    done = _call(pair, "--input", str(source), "--run", str(run))
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == TEXTS[:2]
    of_table = _call(pair, "--input", str(source))
    assert len(of_table.stdout.splitlines()) == 6, "other runs have a text on each line"
    source.write_text("\n \n\n", encoding="utf-8")
    refused = _call(pair, "--input", str(source), "--run", str(run))
    assert refused.exit_code == 2
    assert f"{source.name}: contains no text" in "".join(refused.stderr.split("\n"))


def test_malformed_rows_are_listed_and_left_out(pair: Pair, tmp_path: Path) -> None:
    source, errors = tmp_path / "in.jsonl", tmp_path / "errors.txt"
    source.write_text(f'{{"text": "{TEXTS[0]}"}}\n{{"text": 3}}\n{{"text": "{TEXTS[1]}"}}\n', encoding="utf-8")
    out = tmp_path / "out.csv"
    done = _call(pair, "--input", str(source), "-o", str(out), "--errors", str(errors))
    assert done.exit_code == 0
    assert "1 of 3 rows were skipped as malformed" in done.stderr
    assert f'{source}:2: "text" is 3, expected a string' in errors.read_text(encoding="utf-8")
    assert [row["text"] for row in read_rows(out)] == TEXTS[:2]


def test_an_interrupted_call_resumes_and_a_call_with_labels_does_not(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seqclf.inference.bulk.job._blocks.__defaults__", (5,))
    source = written(tmp_path / "in.csv", ROWS)
    whole, target = tmp_path / "whole.csv", tmp_path / "out.csv"
    assert _call(pair, "-i", str(source), "-o", str(whole)).exit_code == 0
    scores, calls = type(pair.scorer).scores, []

    def stops(scorer: Any, texts: Any) -> Any:
        calls.append(len(texts))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return scores(scorer, texts)

    with monkeypatch.context() as patch:
        patch.setattr("seqclf.inference.scorer.Scorer.scores", stops)
        stopped = _call(pair, "-i", str(source), "-o", str(target))
    assert "to resume, add --resume" in stopped.stderr
    assert not target.exists()
    changed = _call(pair, "-i", str(source), "-o", str(target), "--resume", "--prefix", "x_")
    assert changed.exit_code == 2
    assert "--prefix" in changed.stderr
    resumed = _call(pair, "-i", str(source), "-o", str(target), "--resume")
    assert resumed.exit_code == 0, resumed.output
    assert read_rows(target) == read_rows(whole)


def test_fields_of_texts(tmp_path: Path) -> None:
    pair = Pair(tmp_path / "runs" / "fields-1", FieldTokenizer(TOKENIZER, ["title", "body"]))
    done = _call(pair, "the film", "--field", "body=good", "--json")
    assert json.loads(done.stdout) == {"text": "the film", **_as_row(pair, join_fields(["the film", "good"]))}
    table = tmp_path / "in.csv"
    table.write_text("title,body\nthe film,good\n", encoding="utf-8")
    (row,) = (json.loads(line) for line in _call(pair, "-i", str(table)).stdout.splitlines())
    assert row == {"title": "the film", "body": "good", **_as_row(pair, join_fields(["the film", "good"]))}


@pytest.mark.parametrize(
    "option",
    [("--top", "1"), ("--probabilities",), ("--threshold", "0.5"), ("--abstain-below", "0"), ("--abstain-empty",)],
)
def test_options_of_classifiers_are_refused(option: tuple[str, ...], pair: Pair) -> None:
    done = _call(pair, "a text", *option)
    assert done.exit_code == 2
    assert f"{option[0]}: of classifiers; a language model (--score) has no labels" in done.stderr


def test_each_kind_of_run_is_named_to_the_other_command(pair: Pair, binary_run: Any, tmp_path: Path) -> None:
    refused = CliRunner().invoke(cli, ["predict", "a text", "--run", str(pair.folder)])
    assert refused.exit_code == 2
    assert "is a language model, but this command needs a classifier" in refused.stderr
    assert f"`seqclf predict --score --run {pair.folder}`" in " ".join(refused.stderr.split())
    refused = CliRunner().invoke(cli, ["predict", "--score", "a text", "--run", str(binary_run.folder)])
    assert refused.exit_code == 2
    assert "is a classifier, but this command needs a language model" in " ".join(refused.stderr.split())
    (pair.folder / "manifest.json").rename(tmp_path / "manifest.json")
    try:
        copied = CliRunner().invoke(cli, ["predict", "a text", "--run", str(pair.folder)])
        assert "which has no labels; `seqclf predict --score` reads it" in " ".join(copied.stderr.split())
        assert CliRunner().invoke(cli, ["predict", "--score", "a", "--run", str(pair.folder)]).exit_code == 0
    finally:
        (tmp_path / "manifest.json").rename(pair.folder / "manifest.json")


def test_a_run_of_an_earlier_version_says_what_to_do(tmp_path: Path) -> None:
    run = write_model(tmp_path / "old-1")
    done = CliRunner().invoke(cli, ["predict", "--score", "abc", "--run", str(run)])
    assert done.exit_code == 2
    assert "cannot score texts, because an earlier version of seqclf wrote it; delete it in its run" in " ".join(
        done.stderr.split()
    )
