"""Custom layers: named by an import path, imported only with permission."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import small_config, trained

from seqclf.cli import cli
from seqclf.config import checked_config
from seqclf.errors import InputError

LAYERS = """\
  - {type: "layers_of_a_user:Scaled", options: {factor: 2.0}}
  - {type: lstm, units: 4}
"""


def _config(kind: str, **options: Any) -> dict[str, Any]:
    layers = [{"type": kind, "options": options}, {"type": "pool"}]
    return small_config(data__train="x.csv", layers=layers)


def _build(kind: str, **options: Any) -> Any:
    from seqclf.model.build import build_model

    return build_model(checked_config(_config(kind, **options)), 50, ["a", "b"])


def test_nothing_is_imported_unless_it_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.layer_types import custom

    monkeypatch.setattr(custom, "_allowed", False)  # another test may have given leave on a command line
    sys.modules.pop("layers_of_a_user", None)
    with pytest.raises(InputError, match=r"layers_of_a_user:Scaled: this custom layer would run code.*--allow-code"):
        _build("layers_of_a_user:Scaled", factor=2.0)
    assert "layers_of_a_user" not in sys.modules


@pytest.mark.usefixtures("code_allowed")
def test_it_does_what_it_says() -> None:
    once, twice = _build("layers_of_a_user:Scaled", factor=1.0), _build("layers_of_a_user:Scaled", factor=2.0)
    inner = [layer for layer in twice.layers if type(layer).__name__ == "Scaled"]
    assert inner[0].factor == 2.0 and len(inner[0].trainable_weights) == 1
    tokens = np.array([[5, 6, 7]], np.int32)
    assert not np.allclose(once(tokens), twice(tokens))


@pytest.mark.usefixtures("code_allowed")
@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (
            "no_such_module:Scaled",
            {},
            "No module named 'no_such_module'; seqclf looks for modules in the current folder",
        ),
        ("layers_of_a_user:Scale", {}, "layers_of_a_user has no Scale; did you mean Scaled\\?"),
        ("layers_of_a_user:Without", {}, "expected a subclass of keras.layers.Layer"),
        ("layers_of_a_user:Scaled", {}, "construction failed with no options: .*factor"),
        ("layers_of_a_user:Scaled", {"scale": 3}, "construction failed with {'scale': 3}"),
        ("layers_of_a_user:Forgetful", {"size": 3}, "construction failed with {'size': 3}: .*size"),
        ("layers_of_a_user:Pooled", {}, r"expected one vector per token \(batch, time, features\)"),
    ],
)
def test_errors_in_it_are_reported(kind: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=rf"(?s)^layers\[0\]: {kind}: {message}"):
        _build(kind, **options)


@pytest.mark.usefixtures("code_allowed")
def test_a_run_with_it_is_complete(sample_csv: Path, tmp_path: Path) -> None:
    from seqclf.evaluation.classifier import KerasClassifier

    layers = [{"type": "residual", "layer": {"type": "layers_of_a_user:Scaled", "options": {"factor": 2.0}}}]
    layers.append({"type": "gru", "units": 4})
    run = trained(small_config(data__train=str(sample_csv), layers=layers), tmp_path)
    texts = ["a fine film", ""]
    probabilities = KerasClassifier.load(run).probabilities(texts)
    script = "import sys, tensorflow as tf; model = tf.saved_model.load(sys.argv[1]); print('\\n'.join(map(str, model."
    script += "signatures['serving_default'](text=tf.constant(sys.argv[2:]))['probabilities'].numpy()[:, 1])))"
    command = [sys.executable, "-c", script, str(run.saved_model), *texts]  # a process that knows of no such layer
    out = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    np.testing.assert_allclose([float(line) for line in out.split()], probabilities[:, 1], atol=1e-5)


@pytest.mark.usefixtures("no_saved_models")
def test_commands_ask_for_leave(sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.layer_types import custom

    monkeypatch.setattr(custom, "_allowed", False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    shutil.copy(Path(__file__).with_name("layers_of_a_user.py"), tmp_path / "my_own_layers.py")
    config = tmp_path / "own.yaml"
    layers = LAYERS.replace("layers_of_a_user", "my_own_layers")
    config.write_text(
        f"data: {{source: table, train: {sample_csv}}}\ntokenizer: {{vocab_size: 300, max_tokens: 12}}\n"
        f"layers:\n{layers}training: {{epochs: 1, baseline: false}}\n",
        encoding="utf-8",
    )
    refused = CliRunner().invoke(cli, ["train", str(config)])
    assert refused.exit_code == 2
    assert "own.yaml:4:6: layers[0].type: my_own_layers:Scaled: this custom layer would run code" in refused.stderr
    for command in (["train", "own.yaml"], ["predict", "a fine film"]):
        done = CliRunner().invoke(cli, [*command, "--allow-code"])
        assert done.exit_code == 0, done.output
        custom._allowed = False
    refused = CliRunner().invoke(cli, ["predict", "a fine film"])
    assert refused.exit_code == 2 and "--allow-code" in refused.stderr
