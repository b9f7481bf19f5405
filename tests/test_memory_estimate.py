"""A training that cannot fit into memory is rejected before anything of that size is allocated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from conftest import small_config
from language_models import lm_config
from test_model import ALONE

from seqclf.cli import cli
from seqclf.config import Config, checked_config
from seqclf.data.prepare import prepare
from seqclf.errors import InputError
from seqclf.ngrams.fit import fit_ngrams
from seqclf.runtime import _free_of_control_groups, available_memory_bytes
from seqclf.training import memory_estimate
from seqclf.training.estimate import measure
from seqclf.training.memory_estimate import MemoryNeeds, check_memory, memory_needs


def _config(sample_csv: Path, **changes: Any) -> Config:
    return checked_config(small_config(data__train=str(sample_csv), **changes))


@pytest.mark.parametrize("name", sorted(set(ALONE) - {"custom"}))
def test_weights_are_counted_without_being_made(name: str, sample_csv: Path) -> None:
    from seqclf.model.build import build_model

    config = _config(sample_csv, layers=ALONE[name])
    data = prepare(config)
    model = build_model(config, data.tokenizer.vocabulary_size, data.labels)
    needs = memory_needs(config, data)
    assert needs.parameters == model.count_params()
    assert needs.state_bytes >= 4 * needs.parameters * 4, "weights, gradients, and two of Adam"
    assert needs.batch_bytes > 0


def test_what_makes_a_batch_larger_needs_more(sample_csv: Path) -> None:
    def batch_bytes(**changes: Any) -> int:
        config = _config(sample_csv, **changes)
        return memory_needs(config, prepare(config)).batch_bytes

    lstm = {"type": "lstm", "units": 8}
    small = batch_bytes(layers=[lstm])
    assert batch_bytes(layers=[lstm], training__batch_size=32) == 2 * small
    assert batch_bytes(layers=[lstm], training__batch_tokens=12 * 4) == small // 4
    assert batch_bytes(layers=[lstm], tokenizer__max_tokens=6) < 0.6 * small
    assert batch_bytes(layers=[{**lstm, "bidirectional": True}]) > 1.5 * small
    assert batch_bytes(layers=[{**lstm, "recurrent_dropout": 0.1}]) > 1.3 * small
    assert batch_bytes(layers=[{"type": "max_pool1d", "size": 4}, lstm]) < 0.7 * small
    assert batch_bytes(layers=[{"type": "residual", "layer": lstm}, lstm]) > 1.5 * small


@pytest.mark.usefixtures("code_allowed")
def test_a_custom_layer_that_hides_the_number_of_tokens_counts_as_any_other(sample_csv: Path) -> None:
    def needs(layer: str) -> MemoryNeeds:
        config = _config(sample_csv, layers=[{"type": f"layers_of_a_user:{layer}"}, {"type": "pool"}])
        return memory_needs(config, prepare(config))

    assert needs("Unrolled") == needs("Kept")


def test_both_reasons_are_reported(sample_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = _config(sample_csv, training__batch_size=100)
    data = prepare(config)
    check_memory(config, data)
    needs = memory_needs(config, data)
    monkeypatch.setattr(memory_estimate, "available_memory_bytes", lambda: needs.bytes)
    check_memory(config, data)
    with pytest.raises(InputError, match=r"GB of memory for each of the 4 workers on this machine, but .* are free"):
        check_memory(config, data, on_machine=4)
    monkeypatch.setattr(memory_estimate, "available_memory_bytes", lambda: needs.bytes // 2)
    with pytest.raises(InputError, match=r"needs about .* weights, .* a batch of 100 texts of 12 tokens\. Lower train"):
        check_memory(config, data)
    wide = _config(sample_csv, head=[{"type": "dense", "units": 10_000}, {"type": "dense", "units": 10_000}])
    with pytest.raises(InputError, match=r"3\.6 GB of memory.*100,\d+,\d+ weights.*Lower tokenizer.vocab_size"):
        check_memory(wide, data)
    monkeypatch.setattr(memory_estimate, "available_memory_bytes", lambda: None)
    check_memory(wide, data)


def test_a_language_model_is_told_options_that_it_has(sample_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = checked_config(lm_config(sample_csv, {"window": 50}, training__batch_size=8))
    monkeypatch.setattr(memory_estimate, "available_memory_bytes", lambda: 1)
    expected = r"for a batch of 8 streams of 50 tokens\. Lower training\.batch_size or task\.window; --no"
    with pytest.raises(InputError, match=expected):
        check_memory(config, prepare(config))


@pytest.mark.parametrize("case", ["two labels", "three labels", "multi-label", "few buckets"])
def test_the_fit_of_ngrams_is_estimated(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared with NumPy's allocations during the fit."""
    import tracemalloc

    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / "cache"))
    names = ["a", "b", "c"][: 2 if case == "two labels" else 3]
    draw = np.random.default_rng(0)
    rows = []
    for place in range(400):
        words = " ".join(f"w{number}" for number in draw.zipf(1.3, 120) % 2_000)
        label: Any = names[place % len(names)]
        if case == "multi-label":
            label = [name for number, name in enumerate(names) if (place >> number) % 2]
        rows.append(json.dumps({"text": words, "label": label}))
    table = tmp_path / "t.jsonl"
    table.write_text("\n".join(rows), encoding="utf-8")
    ngrams = {"buckets": 2**12 if case == "few buckets" else 2**18}
    config = _config(table, data__test=None, layers=[], head=[], ngrams=ngrams, tokenizer={"type": "word"})
    data = prepare(config)
    tracemalloc.start()
    fit_ngrams(config, data)
    measured = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.5 < measured / memory_needs(config, data).fit_bytes < 1.5


def test_a_fit_of_ngrams_that_exceeds_memory_is_reported(sample_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = _config(sample_csv, layers=[], head=[], ngrams={"buckets": 2**10})
    data = prepare(config)
    needs = memory_needs(config, data)
    assert needs.bytes == needs.fit_bytes > 2 * needs.state_bytes
    monkeypatch.setattr(memory_estimate, "available_memory_bytes", lambda: needs.bytes // 2)
    with pytest.raises(InputError, match=r"^the fit of the n-grams needs .*Lower tokenizer\.max_tokens or ngrams\.b"):
        check_memory(config, data)
    shown = measure(config, data)[1].memory_bytes
    monkeypatch.setattr("seqclf.training.estimate.fit_bytes", lambda *_: 10**12)
    assert 10**12 < measure(config, data)[1].memory_bytes < 10**12 + 2 * shown, "and check shows it"
    without = _config(sample_csv, layers=[{"type": "pool"}])
    assert memory_needs(without, prepare(without)).fit_bytes == 0


def test_a_refit_of_ngrams_needs_memory_in_addition_to_the_model(sample_csv: Path) -> None:
    config = _config(sample_csv, layers=[], head=[], ngrams={"buckets": 2**10, "refit": True})
    needs = memory_needs(config, prepare(config))
    assert needs.refit_bytes > needs.fit_bytes, "the validation texts count, too"
    assert needs.bytes == needs.state_bytes + needs.refit_bytes


@pytest.mark.usefixtures("no_saved_models")
def test_the_commands(sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "c.yaml"
    layers = [{"type": "lstm", "units": 60_000}]
    config.write_text(yaml.safe_dump(small_config(data__train=str(sample_csv), layers=layers)), encoding="utf-8")
    runs = tmp_path / "runs"
    for command in (["train", str(config), "--runs", str(runs)], ["check", str(config)]):
        refused = CliRunner().invoke(cli, command)
        assert refused.exit_code == 2
        assert "Error: training needs about 518" in refused.stderr
        assert "14,4" in refused.stderr and "Lower tokenizer.vocab_size" in refused.stderr
    assert not list(runs.iterdir()), "nothing remains of a run that never started"
    monkeypatch.setattr(memory_estimate, "available_memory_bytes", lambda: 1)
    small = ["train", str(config), "--runs", str(runs), "--set", "layers=[{type: pool}]", "--set", "training.epochs=1"]
    assert CliRunner().invoke(cli, small).exit_code == 2
    assert CliRunner().invoke(cli, [*small, "--no-memory-check"]).exit_code == 0


def test_control_groups_limit_free_memory(tmp_path: Path) -> None:
    own = tmp_path / "own"

    def group(path: str, **files: object) -> None:
        (tmp_path / path).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (tmp_path / path / name.replace("__", ".")).write_text(f"{content}\n", encoding="utf-8")

    group("a/b", memory__max="max", memory__current=5)
    group("a", memory__max=1000, memory__current=600, memory__stat="anon 1\ninactive_file 50\nfile 3")
    group("memory/x", memory__limit_in_bytes=70, memory__usage_in_bytes=90, memory__stat="total_inactive_file 5")
    own.write_text("0::/a/b\n", encoding="utf-8")
    assert _free_of_control_groups(tmp_path, own) == [450]
    own.write_text("3:cpu:/x\n4:memory,x:/x\n", encoding="utf-8")
    assert _free_of_control_groups(tmp_path, own) == [0]
    assert _free_of_control_groups(tmp_path, tmp_path / "none") == []
    free = available_memory_bytes()
    assert free is not None and free > 10**8
