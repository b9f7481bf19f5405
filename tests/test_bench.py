"""``seqclf bench``: the timed cases, the summary, and that all implementations do the same work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner, Result
from conftest import small_config, write_csv

from seqclf.benchmark.batches import epoch, random_batch
from seqclf.benchmark.cases import EPOCH, FORWARD, VOCABULARY, Case, grid, growth
from seqclf.benchmark.report import making_shares, markdown, summarize
from seqclf.benchmark.run import run
from seqclf.cli import cli
from seqclf.data.encoded import EncodedTexts
from seqclf.errors import SeqclfError
from seqclf.sources.sample.grammar import reviews


def _bench(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["bench", *arguments])


def _texts(count: int) -> EncodedTexts:
    generator = np.random.default_rng(0)
    rows = [generator.integers(1, 20_000, generator.integers(5, 200)).astype(np.int32) for _ in range(count)]
    return EncodedTexts.collect(rows, np.arange(count, dtype=np.int32) % 2, 20_000)


def test_a_random_batch_is_padded_right_and_always_the_same() -> None:
    case = Case("lstm", length=40, rows=9)
    ids, labels = random_batch(case)
    lengths = (ids != 0).sum(1)
    assert ids.shape == (9, 40)
    assert lengths.max() == 40 and lengths.min() >= 36
    assert all(not row[length:].any() and row[:length].all() for row, length in zip(ids, lengths, strict=True))
    assert set(labels) <= {0.0, 1.0}
    assert np.array_equal(ids, random_batch(case)[0])


@pytest.mark.parametrize("by_length", [True, False])
def test_a_sample_of_an_epoch_is_even_over_its_sizes(by_length: bool) -> None:
    texts = _texts(3_200)
    found = epoch(texts, by_length, sampled=25, seed=1)
    assert found.batches == 50
    sampled = sum(ids.size for ids, _ in found.sample) * 50 / 25
    assert abs(sampled / found.cells - 1) < 0.05
    assert max(ids.max() for ids, _ in found.sample) < VOCABULARY
    padding = 1 - texts.lengths.sum() / found.cells
    assert padding < 0.05 if by_length else padding > 0.3
    other = epoch(texts, by_length, sampled=25, seed=2)
    assert any(not np.array_equal(a, b) for (a, _), (b, _) in zip(found.sample, other.sample, strict=True))


def test_the_grid_and_the_implementations_of_each_case() -> None:
    cases = grid(["lstm", "sru"], [32, 64], [10], 8, ["forward", "step"])
    assert len(cases) == len(set(cases)) == 8
    ways = ["seqclf", "keras", "notes", "torch"]
    assert Case("lstm").ways(ways) == ["seqclf", "keras", "torch"]
    assert Case("sru").ways(ways) == ["seqclf"]
    assert Case("gru", measure=EPOCH).ways(ways) == ["seqclf", "keras", "notes"]
    for _, series in growth():
        assert len(set(series)) == len(series) >= 5


def _result(cell: str = "lstm", **seconds: list[float]) -> dict[str, Any]:
    ways = {way: {"seconds": values, "tokens": 900, "cells": 1000} for way, values in seconds.items()}
    return {**Case(cell).as_dict(), "ways": ways}


def test_ratios_are_medians_over_rounds_not_ratios_of_medians() -> None:
    rows = summarize([_result(keras=[4.0, 8.0, 40.0], seqclf=[2.0, 2.0, 8.0]), _result("sru", seqclf=[1.0, 2.0, 4.0])])
    by_way = {(row["cell"], row["way"]): row for row in rows}
    assert by_way["lstm", "keras"]["ratio"] == 1
    assert by_way["lstm", "seqclf"]["ratio"] == 4  # of 2, 4 and 5
    assert by_way["lstm", "seqclf"]["seconds"] == 2
    assert by_way["lstm", "seqclf"]["tokens_per_second"] == 450
    assert by_way["lstm", "seqclf"]["padding"] == pytest.approx(0.1)
    assert by_way["sru", "seqclf"]["ratio"] == 4, "against stock Keras's LSTM: it has no SRU"
    alone = summarize([_result(seqclf=[1.0])])
    assert (alone[0]["ratio"], alone[0]["spread"]) == (None, None)
    assert markdown(alone).endswith("|  |  |\n")
    whole = {**_result(keras=[4.0], notes=[12.0], seqclf=[2.0]), "measure": EPOCH}
    assert [row["ratio"] for row in summarize([whole])] == [3, 1, 6], "an epoch's are against the notebook's"
    table = markdown(rows).splitlines()
    assert len(table) == 2 + len(rows)
    assert "| step | lstm | 64 | 256 x 64 | seqclf | 450 | 4.00 x |" in table[3]


def test_it_runs(tmp_path: Path) -> None:
    """One tiny cell, and epochs of a CONFIG, with three implementations, a process each; the file has all figures."""
    path, config = tmp_path / "figures.json", tmp_path / "config.yaml"
    table = write_csv(tmp_path / "reviews.csv", [("text", "label"), *reviews(1_600)])
    values = small_config(data__train=str(table), data__test=None, tokenizer__max_tokens=40)
    config.write_text(yaml.safe_dump(values), encoding="utf-8")
    sizes = ("--units", "4", "--lengths", "8", "--rows", "4", "--rounds", "2")
    result = _bench(str(config), "--cells", "simple_rnn", *sizes, "--ways", "keras,seqclf,notes", "--json", str(path))
    assert result.exit_code == 0, result.output
    assert "| step | simple_rnn | 4 | 8 x 4 | seqclf |" in result.output
    figures = json.loads(path.read_text(encoding="utf-8"))
    assert figures["machine"]["cores"] >= 1 and figures["rounds"] == 2
    assert [case["measure"] for case in figures["cases"]] == ["forward", "step", "epoch"]
    for case in figures["cases"]:
        assert set(case["ways"]) == {"seqclf", "keras"} | ({"notes"} if case["measure"] == "epoch" else set())
        assert all(len(way["seconds"]) == 2 and min(way["seconds"]) > 0 for way in case["ways"].values())
    epochs = figures["cases"][-1]["ways"]
    ours, theirs = epochs["seqclf"], epochs["notes"]
    assert theirs["cells"] > ours["cells"] > ours["tokens"] == theirs["tokens"]
    assert 0 < making_shares(figures["cases"])["simple_rnn"] < 1
    assert "of seqclf's simple_rnn epoch" in " ".join(result.output.split())


def test_without_options_every_usable_implementation_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The notebook, which needs a CONFIG, is an error only if it was requested."""
    asked: list[list[str]] = []

    def no_run(cases: Any, ways: list[str], *rest: Any, **options: Any) -> list[Any]:
        asked.append(ways)
        return []

    monkeypatch.setattr("seqclf.benchmark.run.run", no_run)
    for arguments, missing in (((), {"notes"}), (("--cells", "min_gru"), {"notes", "keras"})):
        result = _bench(*arguments)
        assert result.exit_code == 0, result.output
        ways = set(asked.pop())
        assert "seqclf" in ways and not ways & missing


def test_implementations_do_the_same_work() -> None:
    """With equal weights a step of each gives the same loss: none skips work that another does."""
    import keras

    from seqclf.benchmark.ways import keras_work

    case = Case("gru", units=4, length=12, rows=6)
    batch = random_batch(case)
    losses = []
    for fast in (True, False):
        keras.utils.set_random_seed(1)
        work = keras_work(case, fast)
        losses.append([float(work(batch)) for _ in range(4)])  # type: ignore[arg-type]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4)
    assert losses[0][-1] < losses[0][0]
    forward = keras_work(Case("min_gru", 4, 12, 6, FORWARD), fast=True)(batch)
    assert np.shape(forward) == (6, 1)


def test_a_worker_failure_is_reported() -> None:
    """PyTorch's worker, which imports no TensorFlow, fails at once, whether PyTorch is installed or not."""
    with pytest.raises(SeqclfError, match="PyTorch, padded: the benchmark's process ended: .*('torch'|no_such_cell)"):
        run([Case("no_such_cell")], ["torch"], rounds=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--cells", "lstm,transformer"), "unknown cell 'transformer' (known: lstm, gru, simple_rnn, min_gru"),
        (("--cells", "LSTM"), "unknown cell 'LSTM'; did you mean \"lstm\"?"),
        (("--units", "64,x"), "is not a list of numbers"),
        (("--lengths", "0"), "is not a list of numbers"),
        (("--ways", "jax"), "'jax' is not available; use one of seqclf, keras, notes"),
        (("--plot", "x.png"), "--plot shows how a step grows: add --growth"),
        (("--json", "no/such/folder/x.json"), "no/such/folder does not exist"),
        (("missing.yaml",), "missing.yaml"),
        (("--ways", "notes"), "--ways notes: nothing to do: it times epochs, which need a CONFIG"),
        (("--ways", "keras", "--cells", "sru"), "--ways keras: nothing to do: it lacks sru"),
        (("--set", "seed=1"), "--set changes an option of CONFIG: add CONFIG"),
    ],
)
def test_errors_are_reported_before_anything_is_timed(arguments: tuple[str, ...], words: str) -> None:
    result = _bench(*arguments)
    assert result.exit_code == 2
    assert words in result.output


def test_too_few_texts_for_an_epoch(tmp_path: Path, sample_csv: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"data: {{source: table, train: {sample_csv}}}\nlayers: [{{type: pool}}]\n", encoding="utf-8")
    result = _bench(str(config))
    assert result.exit_code == 2
    assert "timing an epoch needs 1,600 or more" in result.output


def test_a_plot_is_a_picture(tmp_path: Path) -> None:
    from seqclf.benchmark.plots import plot_growth

    series = {}
    for name, cases in growth():
        results = [
            {**case.as_dict(), "ways": {"seqclf": {"seconds": [1.0 * case.rows], "tokens": 9, "cells": 9}}}
            for case in cases
        ]
        series[name] = summarize(results)
    plot_growth(series, tmp_path / "growth.png")
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")
