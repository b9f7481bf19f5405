"""``initialize``: what a config gets from a run, and why it may not fit; without TensorFlow."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import small_config, written_config
from language_models import lm_config
from origins import untrained_run

from seqclf.config import checked_config, read_config
from seqclf.config.loading import plain
from seqclf.config.problems import ConfigError
from seqclf.data.prepare import preparation_problems, prepare
from seqclf.labels import Labels
from seqclf.runs import FAILED, INTERRUPTED, RUNNING, Run
from seqclf.training.initialize.start import Start, resolved, start_of
from seqclf.training.initialize.words import Account

LSTMS = [{"type": "lstm", "units": 8}, {"type": "lstm", "units": 8}]
POOL = {"type": "pool"}


@pytest.fixture(scope="module")
def origins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("origins")


@pytest.fixture(scope="module")
def lm(sample_csv: Path, origins: Path) -> Run:
    """A language model of two LSTMs, whose texts have a tokenizer of their own."""
    layers = [LSTMS[0], {"type": "dropout", "rate": 0.1}, LSTMS[1], {"type": "dense", "units": 8}]
    config = lm_config(sample_csv, name="lm", layers=layers, tokenizer={"type": "word", "vocab_size": 90})
    return untrained_run(config, origins)


def _values(train: Path, origin: Any, layers: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """A classifier that says nothing about the tokenizer and the dimension of its vectors."""
    values = small_config(data__train=str(train), initialize=origin, layers=layers)
    del values["tokenizer"], values["embedding"]["dim"]
    for name, value in changes.items():
        section, _, option = name.partition("__")
        values.setdefault(section, {})[option] = value
    return values


def _start(values: dict[str, Any], runs: Path) -> Start:
    start = start_of(checked_config(values), runs)
    assert start is not None
    return start


def _problems(values: dict[str, Any], runs: Path) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        start_of(checked_config(values), runs)
    return [str(problem) for problem in raised.value.problems]


def test_tokenizer_and_dimension_are_those_of_the_run(lm: Run, sample_csv: Path, origins: Path) -> None:
    values = _values(sample_csv, "lm", [*LSTMS, POOL], tokenizer__max_tokens=11)
    start = _start(values, origins)
    assert (start.config.tokenizer.type, start.config.tokenizer.max_tokens) == ("word", 11)
    assert start.config.tokenizer.most_pieces == 90
    assert start.config.embedding.dim == 8
    assert start.config.initialize is not None
    assert start.config.initialize.origins[0] == str(lm.folder)
    again = resolved(checked_config(plain(start.config)), Path("elsewhere"))
    assert again == start.config, "a run's config names its origin by its path, and repeats its options"


@pytest.mark.parametrize(
    ("layers", "named", "got", "rest"),
    [
        ([*LSTMS, POOL], None, [0, 1], []),
        ([LSTMS[0], {"type": "spatial_dropout", "rate": 0.1}, LSTMS[1], POOL], None, [0, 2], []),
        ([*LSTMS, {"type": "gru", "units": 3}], None, [0, 1], [2]),
        ([LSTMS[0], {"type": "gru", "units": 8}, {"type": "dense", "units": 8}, POOL], None, [0], [1, 2]),
        ([LSTMS[0], {"type": "gru", "units": 8}, {"type": "dense", "units": 8}, POOL], [2], [2], [0, 1]),
        ([*LSTMS, {"type": "pool", "method": "attention"}], [1], [1], [0, 2]),
        ([{"type": "conv1d", "filters": 4, "kernel_size": 3}, POOL], None, [], [0]),
    ],
    ids=str,
)
def test_layers_match_by_their_place_among_those_with_weights(
    layers: list[dict[str, Any]], named: list[int] | None, got: list[int], rest: list[int], lm: Run, sample_csv: Path
) -> None:
    start = _start(_values(sample_csv, {"from": str(lm.folder), "layers": named}, layers), Path("none"))
    assert [pair.here for pair in start.plan.pairs] == got
    assert list(start.plan.fresh) == rest
    titles = [f"layers[{index}] ({layers[index]['type']})" for index in range(len(layers))]
    account = Account(start, start.origins[0].tokenizer, Labels(("a", "b")))
    assert account.taken == ["tokenizer", "embedding", *(titles[index] for index in got)]
    warned = [str(warning) for warning in start.warnings]
    if got:
        assert not warned
    else:
        assert warned[0].startswith("layers[0]: no layer gets the weights of lm-1 (it has lstm (8 units), dropout, ")
    assert account.fresh == [*(titles[index] for index in rest), "head[0] (dense)", "output layer"]
    assert account.as_json()["runs"][0]["folder"] == str(lm.folder)


def test_layers_without_weights_bring_no_warning(sample_csv: Path, tmp_path: Path) -> None:
    values = small_config(data__train=str(sample_csv), name="bag", layers=[POOL], head=[])
    run = untrained_run(values, tmp_path)
    start = _start({**values, "initialize": str(run.folder)}, tmp_path)
    assert not start.plan.pairs and start.plan.output and not start.warnings


def test_layers_that_are_not_wanted_bring_no_warning(lm: Run, sample_csv: Path) -> None:
    layers = [{"type": "gru", "units": 5}, POOL]
    assert not _start(_values(sample_csv, {"from": str(lm.folder), "layers": []}, layers), Path("none")).warnings


MISFITS: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"layers": [{"type": "lstm", "units": 12}, LSTMS[1], POOL]},
        [
            "layers[0].units: is 12, but layers[0] (lstm) of lm-1 has 8, so the shapes of their weights differ; set "
            "it to 8, or write `initialize: {from: lm, layers: []}`"
        ],
    ),
    (
        {"layers": [{**LSTMS[0], "use_bias": False}, {**LSTMS[1], "units": 9}, POOL]},
        [
            "layers[0].use_bias: is false, but layers[0] (lstm) of lm-1 has true, so the shapes of their weights "
            "differ; set it to true, or write `initialize: {from: lm, layers: []}`",
            "layers[1].units: is 9, but layers[2] (lstm) of lm-1 has 8, so the shapes of their weights differ; set it "
            "to 8, or write `initialize: {from: lm, layers: [0]}`",
        ],
    ),
    (
        {"layers": [{**LSTMS[0], "go_backwards": True}]},
        ["layers[0].go_backwards: the layer reads backward, but that of lm-1 reads forward; set it to false"],
    ),
    (
        {"layers": [{"type": "gru", "units": 5}, LSTMS[1], POOL], "initialize": {"from": "lm", "layers": [1]}},
        [
            "layers[1]: reads vectors of 5 numbers, but layers[2] (lstm) of lm-1 reads vectors of 8; "
            "change the layers before it, or leave layers[1] (lstm) out of initialize.layers"
        ],
    ),
    (
        {"layers": [*LSTMS, POOL], "initialize": {"from": "lm", "layers": [0, 0, 2, 7]}},
        [
            "initialize.layers[1]: 0 is listed twice",
            "initialize.layers[2]: layers[2] (pool) has no weights",
            "initialize.layers[3]: there is no layers[7]; the last one is layers[2]",
        ],
    ),
    (
        {"layers": [{"type": "gru", "units": 8}, POOL], "initialize": {"from": "lm", "layers": [0]}},
        ["initialize.layers[0]: layers[0] (gru) has another type than layers[0] (lstm) of lm-1"],
    ),
    (
        {"tokenizer": {"type": "char"}},
        ["tokenizer.type: is char, but lm-1 has a word tokenizer, which is used; remove the option"],
    ),
    (
        {"tokenizer": {"type": "word", "vocab_size": 40, "lowercase": True}, "embedding": {"dim": 9}},
        [
            "tokenizer.vocab_size: is 40, but lm-1, whose tokenizer is used, has 90; remove the option",
            "embedding.dim: is 9, but the embedding of lm-1 has vectors of 8 numbers; set it to 8",
        ],
    ),
    (
        {"initialize": {"from": "lm", "tokenizer": "grow"}, "tokenizer": {"vocab_size": 90, "type": "word"}},
        [
            "tokenizer.vocab_size: is 90, but the tokenizer of lm-1 has 90 tokens already; to let it grow, set more, "
            "such as tokenizer: {vocab_size: 180}"
        ],
    ),
    (
        {"initialize": {"from": "lm", "tokenizer": "grow"}, "tokenizer": {"max_tokens": 9, "type": "word"}},
        [
            "initialize.tokenizer: is grow, but the tokenizer of lm-1 has 90 tokens already, which is its vocab_size; "
            "set more, such as tokenizer: {vocab_size: 180}, or set initialize.tokenizer to keep"
        ],
    ),
    (
        {"embedding": {"vectors": "vectors.txt"}},
        ["embedding.vectors: the vectors of the tokens are those of lm-1 (initialize); remove the option"],
    ),
    (
        {"layers": [], "head": [], "ngrams": {}},
        [
            "initialize.from: layers is empty: there are no weights to start from, because n-grams are always fitted "
            "anew"
        ],
    ),
]


@pytest.mark.usefixtures("lm")
@pytest.mark.parametrize(("changes", "expected"), MISFITS, ids=lambda value: str(value)[:60])
def test_all_misfits_are_reported_at_once(
    changes: dict[str, Any], expected: list[str], sample_csv: Path, origins: Path
) -> None:
    assert _problems(_values(sample_csv, "lm", [*LSTMS, POOL]) | changes, origins) == expected


@pytest.mark.usefixtures("lm")
def test_a_misfit_has_its_place_in_the_file(sample_csv: Path, origins: Path, tmp_path: Path) -> None:
    from seqclf.cli.origins import with_origin

    path = written_config(tmp_path, sample_csv, initialize="lm", tokenizer={}, layers=[{"type": "lstm", "units": 5}])
    with pytest.raises(ConfigError, match="layers.0..units: is 5") as raised:
        with_origin(read_config(path), origins)
    place = raised.value.problems[0].place
    assert place is not None
    assert (place.source, place.text.strip()) == (str(path), "units: 5")


def test_bytes_cannot_grow(sample_csv: Path, tmp_path: Path) -> None:
    origin = untrained_run(lm_config(sample_csv, layers=LSTMS, tokenizer={"type": "byte"}), tmp_path)
    values = _values(sample_csv, {"from": str(origin.folder), "tokenizer": "grow"}, [*LSTMS, POOL])
    [problem] = _problems(values, tmp_path)
    assert problem.startswith("initialize.tokenizer: is grow, but the byte tokenizer of small-1 cannot: it knows all")
    assert problem.endswith("; set it to keep")


def test_a_vocabulary_file_is_not_needed_again(sample_csv: Path, tmp_path: Path) -> None:
    """The tokenizer is that of the run, which has the vocabulary."""
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("[UNK]\ngood\nbad\nfilm\n", encoding="utf-8")
    tokenizer = {"type": "subword_file", "file": str(vocabulary)}
    origin = untrained_run(lm_config(sample_csv, layers=LSTMS, tokenizer=tokenizer), tmp_path)
    vocabulary.unlink()
    start = _start(_values(sample_csv, str(origin.folder), [*LSTMS, POOL]), tmp_path)
    assert preparation_problems(start.config) == []
    assert prepare(start.config).tokenizer.fingerprint == start.origins[0].tokenizer.fingerprint


def test_a_language_model_needs_the_direction_of_the_run(sample_csv: Path, origins: Path, lm: Run) -> None:
    values = lm_config(sample_csv, {"direction": "backward"}, layers=LSTMS, initialize=str(lm.folder), tokenizer={})
    expected = "task.direction: is backward, but lm-1 reads forward; set it to forward, or take no layers"
    [problem] = _problems(values, origins)
    assert problem.startswith(expected), "once, not for each layer"
    start = _start(values | {"initialize": {"from": str(lm.folder), "layers": []}}, origins)
    assert start.plan.pairs == ()
    assert start.plan.fresh == (0, 1)
    assert not start.plan.output


class TestFinding:
    """Which run a name stands for."""

    @pytest.fixture
    def runs(self, lm: Run, tmp_path: Path) -> Path:
        for number, status in ((1, "finished"), (2, INTERRUPTED), (3, FAILED)):
            copy = Run(tmp_path / f"a-{number}")
            shutil.copytree(lm.folder, copy.folder)
            copy.update_manifest(status=status, ended=f"2026-01-0{number}")
        shutil.copytree(lm.folder, tmp_path / "a-b-9")
        return tmp_path

    def _named(self, name: str, runs: Path, train: Path) -> str:
        return _start(_values(train, name, [*LSTMS, POOL]), runs).origins[0].name

    def test_a_name_without_number_is_the_newest_finished_one(self, runs: Path, sample_csv: Path) -> None:
        assert self._named("a", runs, sample_csv) == "a-1"
        assert self._named("a-2", runs, sample_csv) == "a-2"
        assert self._named(str(runs / "a-2"), Path("none"), sample_csv) == "a-2"
        Run(runs / "a-2").update_manifest(status="finished")
        assert self._named("a", runs, sample_csv) == "a-2"

    def test_an_interrupted_one_is_a_warning(self, runs: Path, sample_csv: Path) -> None:
        shutil.rmtree(runs / "a-1")
        start = _start(_values(sample_csv, "a", [*LSTMS, POOL]), runs)
        expected = "initialize.from: the training of a-2 was interrupted; its best weights so far are used"
        assert list(map(str, start.warnings)) == [expected]

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("a-7", "no run a-7 in"),
            ("b", "no run b in"),
            ("a-3", "its training has not finished, and no validated epoch has weights to start from"),
        ],
    )
    def test_errors(self, name: str, expected: str, runs: Path, sample_csv: Path) -> None:
        [problem] = _problems(_values(sample_csv, name, [*LSTMS, POOL]), runs)
        assert problem.startswith("initialize.from: ")
        assert expected in problem

    def test_a_missing_model_a_newer_config_and_a_run_without_tokenizer(self, runs: Path, sample_csv: Path) -> None:
        run = Run(runs / "a-1")
        values = _values(sample_csv, "a-1", [*LSTMS, POOL])
        run.model.unlink()
        assert "model.keras: is missing; restore it" in _problems(values, runs)[0]
        text = run.config.read_text(encoding="utf-8")
        run.config.write_text(text + "\ncollider: 3\n", encoding="utf-8")
        run.update_manifest(versions={"seqclf": "99.1"})
        [newer] = _problems(values, runs)
        assert "which seqclf 99.1 wrote" in newer
        assert "collider: unknown option" in newer
        shutil.rmtree(run.tokenizer)
        assert "was stopped before its training started" in _problems(values, runs)[0]

    def test_a_malformed_manifest(self, runs: Path, sample_csv: Path) -> None:
        (runs / "a-1" / "manifest.json").write_text(json.dumps([1]), encoding="utf-8")
        assert "not the manifest of a run" in _problems(_values(sample_csv, "a-1", [*LSTMS, POOL]), runs)[0]
        (runs / "a-2" / "manifest.json").write_text("{", encoding="utf-8")
        Run(runs / "a-3").update_manifest(status=RUNNING)
        assert "has not finished" in _problems(_values(sample_csv, "a", [*LSTMS, POOL]), runs)[0]
