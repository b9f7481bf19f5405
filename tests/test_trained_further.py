"""A classifier that is trained further: what it forgets, what is said about it, and ``train DATA --init-from RUN``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import small_config, write_csv
from language_models import lm_config
from origins import untrained_run

from seqclf.cli import cli
from seqclf.cli.origins import with_origin
from seqclf.cli.starting import load_or_make, overrides_of
from seqclf.cli.train_summary import summary
from seqclf.config import Override, checked_config, read_config
from seqclf.data.prepare import prepare
from seqclf.errors import InputError
from seqclf.runs import Run
from seqclf.training.initialize.start import start_of
from seqclf.training.initialize.words import Account
from seqclf.training.options import Outcome

LAYERS: list[dict[str, Any]] = [{"type": "gru", "units": 5}, {"type": "pool"}]


def _table(path: Path, labels: dict[str, int]) -> Path:
    rows = [(f"the thing {i} is {label}", label) for label, count in labels.items() for i in range(count)]
    return write_csv(path, [("text", "label"), *rows])


def _config(train: Path | list[str], **changes: Any) -> dict[str, Any]:
    named = train if isinstance(train, list) else str(train)
    return small_config(**{"data__train": named, "layers": LAYERS, **changes})


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A classifier of the labels bad and good, in the folder of runs ``runs``."""
    monkeypatch.chdir(tmp_path)
    values = _config(_table(tmp_path / "old.csv", {"bad": 24, "good": 24}), name="lines")
    values["tokenizer"] = {"type": "word", "max_tokens": 200}
    return untrained_run(values, tmp_path / "runs")


def _further(train: Path | list[str]) -> dict[str, Any]:
    values = _config(train, initialize="lines")
    del values["tokenizer"]
    return values


def _sentences(values: dict[str, Any]) -> list[str]:
    start = start_of(checked_config(values), Path("runs"))
    assert start is not None
    return Account.of(start, prepare(start.config)).sentences()


def test_labels_that_the_model_forgets_are_named_with_a_cure(old: Run, tmp_path: Path) -> None:
    told = _sentences(_further(_table(tmp_path / "new.csv", {"good": 60, "new": 60, "bad": 2})))
    assert 'probably forget: "bad" (2)' in told[-2]
    assert told[-1] == "To keep them, train on old and new texts together: data.train: [old.csv, new.csv]"
    told = _sentences(_further(_table(tmp_path / "new.csv", {"good": 60, "new": 60})))
    assert told[-2:] == [
        'Labels that the new texts do not have, and the model loses: "bad"',
        "To keep them, train on old and new texts together: data.train: [old.csv, new.csv]",
    ]


def test_nothing_is_forgotten_where_old_texts_are_read_too(old: Run, tmp_path: Path) -> None:
    new = _table(tmp_path / "new.csv", {"new": 40})
    assert "forget" not in " ".join(_sentences(_further([str(tmp_path / "old.csv"), str(new)])))
    assert "together" not in " ".join(_sentences(_further([str(tmp_path / "old.csv"), str(new)])))


def _summary(values: dict[str, Any]) -> str:
    start = start_of(checked_config(values), Path("runs"))
    assert start is not None
    outcome = Outcome("finished", 1, None, 1.0, None)
    return summary(Path("runs/more-1"), Path("runs"), start.config, outcome, advised=True)


def test_the_summary_says_how_to_measure_the_old_texts(old: Run, tmp_path: Path) -> None:
    new = _table(tmp_path / "new.csv", {"good": 24, "new": 24})
    line = "seqclf eval --data old.csv  (whether it still knows the texts of lines-1)"
    assert line in _summary(_further(new))
    assert "old.csv" not in _summary(_further([str(tmp_path / "old.csv"), str(new)])), "the new model has read them"
    other = _further(new)
    other["data"]["label"] = "kind"
    assert "old.csv" not in _summary(other), "eval would look for the column of this run"
    (tmp_path / "old.csv").unlink()
    assert "old.csv" not in _summary(_further(new))


def test_the_length_is_that_of_the_run_unless_the_config_sets_it(old: Run, tmp_path: Path) -> None:
    values = _further(tmp_path / "old.csv")
    values["training"]["batch_tokens"] = 300  # fewer than the default of max_tokens
    start = start_of(checked_config(values), Path("runs"))
    assert start is not None and start.config.tokenizer.max_tokens == 200
    own = start_of(checked_config(values | {"tokenizer": {"max_tokens": 100}}), Path("runs"))
    assert own is not None and own.config.tokenizer.max_tokens == 100
    values["training"]["batch_tokens"] = 150
    with pytest.raises(InputError, match=r"batch_tokens.*expected at least 200"):
        start_of(checked_config(values), Path("runs"))


def _loaded(data: str, *settings: str, init_from: str = "lines") -> Any:
    overrides = [
        *overrides_of(settings, name=None, folds=None),
        Override(("initialize", "from"), init_from, "--init-from"),
    ]
    loaded, starter = load_or_make(Path(data), overrides, runs=Path("runs"))
    assert starter is None
    return with_origin(loaded, Path("runs")).config


def test_data_for_a_classifier_get_the_config_of_its_run(
    old: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _table(tmp_path / "lines2.csv", {"good": 24, "new": 24})
    config = _loaded("lines2.csv")
    assert (config.name, config.data.parts()["train"]) == ("lines2", str(tmp_path / "lines2.csv"))
    assert [layer.type for layer in config.layers] == ["gru", "pool"]
    assert config.tokenizer.max_tokens == 200
    printed = " ".join(capsys.readouterr().err.split())
    command = shlex.split(printed[printed.index("seqclf train") :])
    assert command[:5] == ["seqclf", "train", str(old.config.absolute()), "--init-from", "lines"]
    settings = [command[place + 1] for place, word in enumerate(command) if word == "--set"]
    repeated = read_config(Path(command[2]), overrides_of(settings, name=None, folds=None)).config
    assert repeated.data.parts()["train"] == "lines2.csv"
    assert repeated.name == "lines2"


def test_settings_win_over_those_of_the_run(old: Run, tmp_path: Path) -> None:
    _table(tmp_path / "lines2.csv", {"good": 24, "new": 24})
    config = _loaded("lines2.csv", "name=mine", "training.epochs=7", "data.validation=0.25")
    assert (config.name, config.training.epochs, config.data.parts()["validation"]) == ("mine", 7, 0.25)


def test_what_belongs_to_the_old_texts_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tables = {name: str(_table(tmp_path / f"{name}.csv", {"bad": 9, "good": 9})) for name in ("old", "held", "last")}
    values = _config(Path(tables["old"]), name="lines", data__validation=tables["held"], data__test=tables["last"])
    untrained_run(values, tmp_path / "runs")
    _table(tmp_path / "lines2.csv", {"bad": 9, "good": 9})
    parts = _loaded("lines2.csv").data.parts()
    assert (parts["validation"], parts["test"]) == (0.1, None)


def test_a_run_whose_config_does_not_fit_is_described(old: Run, tmp_path: Path, sample_csv: Path) -> None:
    layers = [{"type": "lstm", "units": 8}]
    untrained_run(lm_config(sample_csv, name="poems", layers=layers), tmp_path / "runs")
    with pytest.raises(InputError, match=r"poems-1 is a language model.*which has lstm \(8 units\)"):
        _loaded("old.csv", init_from="poems")
    (tmp_path / "texts" / "bad").mkdir(parents=True)
    with pytest.raises(InputError, match=r"another kind of source \(table, not folder\)"):
        _loaded("texts")


def test_presets_choose_no_layers_of_a_run(old: Run) -> None:
    done = CliRunner().invoke(cli, ["train", "old.csv", "--presets", "--init-from", "lines"])
    assert done.exit_code == 2
    assert "omit --presets" in " ".join(done.stderr.split())
