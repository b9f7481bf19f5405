"""The config: what is accepted, what is rejected, and where the message points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from broken_configs import BROKEN, CONFIGS
from broken_configs.beginnings import MINIMAL, POOL
from conftest import small_config
from hypothesis import example, given
from hypothesis import strategies as st

from seqclf.config import checked_config, load_config, parse_override, read_config, write_config
from seqclf.config.checks import CHECKS
from seqclf.config.problems import ConfigError
from seqclf.config.warning_checks import WARNINGS
from seqclf.config.yaml_core import dump_yaml, read_yaml
from seqclf.errors import InputError


def _write(folder: Path, text: str, name: str = "config.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _lines(error: ConfigError, path: Path) -> list[str]:
    return [str(problem).removeprefix(f"{path}:") for problem in error.problems]


# --- what is accepted -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_shipped_configs_are_valid_and_survive_being_written(path: Path, tmp_path: Path) -> None:
    loaded = read_config(path)
    assert loaded.warnings == []
    write_config(tmp_path / "config.yaml", loaded.config)
    assert load_config(tmp_path / "config.yaml") == loaded.config


def test_every_default_is_filled_in_when_written(tmp_path: Path) -> None:
    config = load_config(_write(tmp_path, MINIMAL))
    write_config(tmp_path / "full.yaml", config)
    full = yaml.safe_load((tmp_path / "full.yaml").read_text(encoding="utf-8"))
    assert full["layers"][0] == {
        "type": "lstm",
        "units": 4,
        "bidirectional": False,
        "return_sequences": False,
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "dropout": 0.0,
        "segment": None,
        "recurrent_dropout": 0.0,
        "recurrent_weight_drop": 0.0,
        "merge_mode": "concat",
        "go_backwards": False,
        "use_bias": True,
        "unit_forget_bias": True,
        "kernel_initializer": "glorot_uniform",
        "recurrent_initializer": "orthogonal",
        "kernel_l2": 0.0,
        "recurrent_l2": 0.0,
        "max_norm": None,
    }
    assert next(iter(full["layers"][0])) == "type"
    assert full["training"]["optimizer"]["learning_rate"] == 1e-3


@pytest.mark.parametrize(
    ("written", "value"),
    [("1e-3", 1e-3), ("1E3", 1000.0), (".5", 0.5), ("2", 2), ("+1.5e+2", 150.0), ("010", 10), ("1_000", 1000)],
)
def test_numbers_are_numbers(tmp_path: Path, written: str, value: float) -> None:
    text = MINIMAL + f"training: {{optimizer: {{type: adam, learning_rate: {written}}}}}\n"
    assert load_config(_write(tmp_path, text)).training.optimizer.learning_rate == value


@pytest.mark.parametrize("word", ['"on"', "'no'", "y", "n", "2020-01-01", "1:30", "~x", "0x10", "=", "1e-3x"])
def test_words_stay_words(tmp_path: Path, word: str) -> None:
    config = load_config(_write(tmp_path, f"data: {{source: table, train: {word}}}\n{POOL}"))
    assert config.data.train == word.strip("\"'")  # type: ignore[union-attr]


@pytest.mark.parametrize("value", ["|", ">", "#", ",", ":", "-", "&", "*", "||", "|-"])
def test_punctuation_alone_is_text_on_the_command_line(value: str) -> None:
    override = parse_override(f"data.label_separator={value}")
    assert (override.path, override.value) == (("data", "label_separator"), value)


def test_return_sequences_follows_from_the_next_layer() -> None:
    layers = [
        {"type": "lstm", "units": 2},
        {"type": "dropout", "rate": 0.1},
        {"type": "gru", "units": 2},
        {"type": "max_pool1d", "size": 2},
        {"type": "gru", "units": 2},
    ]
    config = checked_config(small_config(data__train="x.csv", layers=layers))
    assert [getattr(layer, "return_sequences", None) for layer in config.layers] == [True, None, True, None, False]


@example({"\x85": "\u2028"})
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    )
)
def test_plain_values_survive_yaml(value: Any) -> None:
    text = dump_yaml(value)
    document = read_yaml(text)
    assert not document.words, "the output does not need a YAML 1.2 reader"
    if not document.problems:  # "<<" as a key
        assert document.value == value


# --- what is rejected -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "expected"), BROKEN, ids=[f"{i}" for i in range(len(BROKEN))])
def test_broken_configs(tmp_path: Path, text: str, expected: list[str]) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert _lines(caught.value, path) == expected


def test_there_are_many_broken_configs_and_every_check_has_one() -> None:
    """Without such a config a check could be removed and no test would fail."""
    assert len(BROKEN) >= 120
    messages = "\n".join(line for _, lines in BROKEN for line in lines)
    for check, words in {
        "fractions_leave_training_texts": "leaves none for training",
        "tokenizer_options_are_consistent": "two special tokens, [PAD] and [UNK]",
        "readers_have_a_sequence": "needs one vector per token, but the",
        "return_sequences_fits_the_next_layer": "is true, but no later layer",
        "one_vector_is_left": "returns one vector per token; add",
        "windows_fit_the_longest_text": "the length of the longest text (tokenizer",
        "early_stopping_has_validation": "needs validation texts",
        "schedule_has_validation": "plateau needs validation texts",
        "training_options_are_consistent": "has no effect without momentum",
        "layer_rates_fit_the_layers": "expected 2 factors: one each for embedding, and head and output layer",
        "longest_text_fits_into_a_batch": "the length of the longest text (tokenizer.max_tokens)",
        "inner_layers_leave_sequences": "residual needs one vector per token",
        "layers_are_consistent": "expected each method once",
        "segments_are_joined": "makes the layer return one vector per token: add a pool",
        "fractions_are_numbers": "expected a fraction as a number",
        "source_is_consistent": "expected a column other than data.text",
        "fold_is_in_range": "needs data.folds, the number of folds",
        "folds_exclude_validation_texts": "data.validation names its own",
        "training_takes_random_validation_texts": "has no texts to add: data.validation is 0",
        "something_reads_the_text": "is empty: add a layer",
        "ngrams_alone_have_no_network": "the head has no input because layers is empty",
        "head_sees_the_ngrams": "the head would never see the n-grams",
        "words_have_pieces": "is already a word; set it to false: --set ngrams.words=false",
        "orders_differ": "expected each length once",
        "objectives_fit_the_model": "changes the vectors of tokens, but layers is []",
        "objectives_have_texts": "reads unlabelled texts, but data.unlabelled is not set",
        "classified_texts_have_labels": "has no labels, which a classifier needs",
        "unlabelled_texts_are_used": "is not used: add training.teacher",
        "teacher_has_an_effect": "is 0, so the teacher has no effect",
        "teacher_is_consistent": "leaves out nothing with these bounds",
    }.items():
        assert check in {known.__name__ for known in CHECKS}
        assert words in messages
    assert "is the text column, and equal texts are always kept together" in messages  # source_is_consistent as well
    assert "expected at most tokenizer.ngram" in messages  # tokenizer_options_are_consistent as well
    assert len(CHECKS) == 36


def test_the_line_is_quoted_with_a_mark(tmp_path: Path) -> None:
    path = _write(tmp_path, MINIMAL + "embedding: {dim: 0}\nname: " + "x" * 300 + "/\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    shown = str(caught.value).splitlines()
    assert shown[1:3] == ["    4 | embedding: {dim: 0}", "      |             ^"]
    assert max(map(len, shown[3:])) < 200
    assert shown[4].startswith("    5 | name: xxx")


def test_all_problems_are_reported_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = _write(
        tmp_path, "data: {source: sample, x: 1}\nseed: a\nlayers: [{type: lstm}]\nembedding: {dim: -1}\nseed: 2\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert [line.split(":")[0] for line in _lines(caught.value, path)] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ":1:1: expected options (name: value), found nothing"),
        (b"# nothing\n", ":1:1: expected options (name: value), found nothing"),
        (b"- 1\n", ":1:1: expected options (name: value), found '- 1'"),
        (b"3\n", ":1:1: expected options (name: value), found '3'"),
        (b"\x89PNG\x00", ": not a text file (it contains NUL bytes)"),
        ("a: ä".encode("utf-16"), ": not a text file (it contains NUL bytes)"),
        ("seed: 1\nname: ä".encode("latin-1"), ":2: not UTF-8 text (byte 15)"),
        (b"x" * 2_000_000, ": too large for a config (over 256 KiB)"),
    ],
)
def test_invalid_configs_are_reported(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_config(path)
    assert str(caught.value).startswith(f"{path}{message}")


def test_a_folder_a_missing_file_and_data_are_reported(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a YAML file, found a folder"):
        load_config(tmp_path)
    with pytest.raises(InputError, match=r"no such file; `seqclf init -o \S*missing.yaml` writes one"):
        load_config(tmp_path / "missing.yaml")
    _write(tmp_path, MINIMAL, "mine.yaml")
    for name in ("mine.yml", "Mine.yaml", "mines.yaml"):
        with pytest.raises(InputError, match=r"no such file; did you mean \S*mine.yaml\?"):
            load_config(tmp_path / name)
    with pytest.raises(InputError, match="seqclf init --from"):
        load_config(_write(tmp_path, 'text,label\n"a, b",c\n', "data.csv"))


def test_aliases_cannot_explode(tmp_path: Path) -> None:
    """Nine lines that would be a billion values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    with pytest.raises(ConfigError, match=r":\d+:\d+: more than 20,000 values"):
        load_config(_write(tmp_path, "\n".join(lines)))
    deep = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 80)]
    with pytest.raises(ConfigError, match="nested deeper than 50 levels"):
        load_config(_write(tmp_path, "\n".join(deep)))
    with pytest.raises(ConfigError, match="nested deeper than 50 levels"):
        load_config(_write(tmp_path, "a: " + "[" * 100_000))


# --- warnings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "text", "expected"),
    [
        (
            "layer_warnings",
            "data: {source: sample}\nlayers: [{type: lstm, units: 3, recurrent_dropout: 0.1}]\n",
            "2:33: layers[0].recurrent_dropout: 0.1 disables the layer's fast kernels",
        ),
        (
            "layer_warnings",
            "data: {source: sample}\nlayers: [{type: gru, units: 3, recurrent_activation: relu}]\n",
            "2:32: layers[0].recurrent_activation: relu disables the layer's fast kernels",
        ),
        (
            "segments_cut_something",
            "data: {source: sample}\nlayers: [{type: min_gru, units: 3, segment: 512}, {type: pool}]\n",
            "2:36: layers[0].segment: 512 has no effect: no text is longer than tokenizer.max_tokens, 512",
        ),
        (
            "source_warnings",
            "data: {source: table, train: x, validation: y, group: author}\nlayers: [{type: pool}]\n",
            "1:48: data.group: has no effect: neither data.validation nor data.test is a random split",
        ),
        (
            "source_warnings",
            "data: {source: table, train: x, validation: y, split_seed: 3}\nlayers: [{type: pool}]\n",
            "1:48: data.split_seed: has no effect: no split is drawn at random",
        ),
        (
            "random_vectors_are_trained",
            MINIMAL + "embedding: {trainable: false}\n",
            "4:13: embedding.trainable: is false, but embedding.vectors is not set",
        ),
        (
            "vectors_match_the_tokens",
            MINIMAL + "tokenizer: {type: byte}\nembedding: {vectors: v.txt}\n",
            "5:13: embedding.vectors: are word vectors, but tokenizer.type is byte",
        ),
        (
            "patience_fits_into_training",
            MINIMAL + "training: {epochs: 2, early_stopping: {}}\n",
            "4:23: training.early_stopping.patience: 2 epochs without improvement do not fit into 2 epochs",
        ),
        (
            "training_option_warnings",
            MINIMAL + "training: {schedule: {type: plateau, patience: 2}, early_stopping: {patience: 2}}\n",
            "4:38: training.schedule.patience: training.early_stopping stops after 2 epochs without improvement",
        ),
        (
            "training_option_warnings",
            MINIMAL + "training: {epochs: 3, schedule: {type: plateau, patience: 3}}\n",
            "4:49: training.schedule.patience: 3 epochs without improvement do not fit into 3 epochs: the rate",
        ),
        (
            "smoothing_is_used",
            MINIMAL + "ngrams: {weights: idf, smoothing: 2.0}\n",
            "4:24: ngrams.smoothing: has no effect with weights: idf; only naive_bayes and naive_bayes_idf use it",
        ),
        (
            "refit_has_validation",
            "data: {source: table, train: x, validation: 0}\nlayers: [{type: pool}]\nngrams: {refit: true}\n",
            "3:10: ngrams.refit: has no effect: data.validation is 0",
        ),
        (
            "ngrams_fit_into_the_longest_text",
            MINIMAL + "ngrams: {orders: [1, 8]}\ntokenizer: {max_tokens: 4}\n",
            "4:10: ngrams.orders: no text has an n-gram of 8 tokens",
        ),
        (
            "embedding_is_used",
            "data: {source: sample}\nlayers: []\nngrams: {}\nembedding: {dim: 16}\n",
            "4:1: embedding: has no effect: layers is empty",
        ),
        (
            "no_text_is_truncated",
            "data: {source: sample}\nlayers: [{type: lstm, units: 64}]\ntask: language_model\n"
            "tokenizer: {max_tokens: 100}\n",
            "4:13: tokenizer.max_tokens: has no effect in language_model, which reads all of a text; remove it",
        ),
        (
            "tied_output_reads_signed_numbers",
            "data: {source: sample}\nlayers: [{type: lstm, units: 9}, {type: dense, units: 64}]\n"
            "task: language_model\n",
            "2:34: layers[1].activation: relu leaves no negative numbers for the output layer",
        ),
        (
            "depth_has_an_effect",
            "data: {source: sample}\nlayers: []\nngrams: {}\ntraining: {layer_rates: {}}\n",
            "4:12: training.layer_rates: has no effect",
        ),
        (
            "everything_is_unfrozen",
            MINIMAL + "training: {epochs: 1, unfreeze_every: 1}\n",
            "4:23: training.unfreeze_every: training ends before embedding, layers[0] (lstm) are unfrozen",
        ),
        (
            "patience_waits_for_unfreezing",
            MINIMAL + "training: {unfreeze_every: 3, early_stopping: {}}\n",
            "4:12: training.unfreeze_every: training.early_stopping stops after 2 epochs without improvement",
        ),
        (
            "objective_warnings",
            MINIMAL + "training: {objectives: [r_drop]}\n",
            "4:25: training.objectives[0]: r_drop has no effect without dropout",
        ),
    ],
)
def test_what_costs_something_is_a_warning(tmp_path: Path, check: str, text: str, expected: str) -> None:
    assert check in {known.__name__ for known in WARNINGS}
    assert len(WARNINGS) == 18
    path = _write(tmp_path, text)
    (warning,) = read_config(path).warnings
    assert str(warning).removeprefix(f"{path}:").startswith(expected)


def test_few_epochs_on_the_command_line_are_accepted(tmp_path: Path) -> None:
    path = _write(tmp_path, MINIMAL + "training: {epochs: 9, early_stopping: {patience: 4}}\n")
    assert read_config(path, [parse_override("training.epochs=3")]).warnings == []
    (warning,) = read_config(path, [parse_override("training.early_stopping.patience=9")]).warnings
    assert "9 epochs without improvement do not fit into 9 epochs" in str(warning)


def test_a_plateau_may_watch_a_fold() -> None:
    values = {"data": {"source": "sample", "validation": 0, "folds": 5, "fold": 1}, "layers": [{"type": "pool"}]}
    config = checked_config({**values, "training": {"schedule": {"type": "plateau"}, "early_stopping": None}})
    assert config.data.folds == 5
