"""8-bit weights of language models: nearly the same logits, from tables that are stored once."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from click.testing import CliRunner, Result
from conftest import trained
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from language_models import lm_config
from made_up_models import write_model
from test_onnx_language_model import KINDS, TOKENS, WIDTH, Both, _config, _tokens

from seqclf.cli import cli
from seqclf.errors import InputError
from seqclf.export.quantize import quantized
from seqclf.export.quantized_tables import quantize_tables, rows_in_bytes
from seqclf.runs import Run


@given(arrays(np.float32, (3, 4), elements=st.floats(-1e3, 1e3, width=32)))
@example(np.zeros((2, 2), np.float32))
def test_a_row_differs_by_half_a_step_at_most(table: np.ndarray) -> None:
    integers, scales = rows_in_bytes(table)
    error = np.abs(integers * scales[:, np.newaxis] - table).max(axis=1)
    assert (error <= scales * 0.501).all()
    assert np.isfinite(scales).all()


@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_logits_and_states_are_nearly_those_of_floats(kind: str, tied: bool) -> None:
    both = Both(_config(layers=[{**KINDS[kind], "units": WIDTH}], task={"tied": tied}))
    content = quantized(both.written.SerializeToString())
    session = onnxruntime.InferenceSession(content)
    draw = np.random.default_rng(1)
    for lengths, extra in (([1], 0), ([9, 0, 4], 2)):
        tokens, states = _tokens(draw, lengths, extra), both.states(len(lengths), draw)
        given = dict(zip([*both.names, "targets"], [tokens, *states, tokens], strict=True))
        read = np.flatnonzero(lengths)
        for one, other in zip(session.run(None, given), both.session.run(None, given), strict=True):
            assert 0 < np.abs(one[read] - other[read]).max() < 0.03 * max(1, np.ptp(other[read]))
    made = onnx.load_from_string(content)
    tables = [one for one in made.graph.initializer if sorted(one.dims) == [WIDTH, TOKENS]]
    assert len(tables) == (1 if tied else 2)
    assert {one.data_type for one in tables} <= {onnx.TensorProto.INT8, onnx.TensorProto.UINT8}
    assert b"Gemm" not in content
    assert session.get_modelmeta().custom_metadata_map == both.session.get_modelmeta().custom_metadata_map


def test_a_table_that_something_else_reads_stays_as_it_is() -> None:
    both = Both(_config())
    table = next(one.name for one in both.written.graph.initializer if tuple(one.dims) == (TOKENS, WIDTH))
    both.written.graph.node.append(onnx.helper.make_node("Identity", [table], ["copy"]))
    content = both.written.SerializeToString()
    assert quantize_tables(content) == content


@pytest.fixture(scope="module")
def run(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    config = lm_config(sample_csv, training__epochs=1, layers=[{"type": "lstm", "units": 8}])
    return trained(config, tmp_path_factory.mktemp("language_models"))  # type: ignore[no-any-return]


def _export(run: Run, folder: Path, *more: str) -> Result:
    options = ["export", "--format", "onnx", "--quantize", "--run", str(run.folder), "--to", str(folder)]
    return CliRunner().invoke(cli, [*options, *more])


def test_the_cost_is_measured_and_printed(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.export import perplexity_cost

    small = tmp_path / "small"
    done = _export(run, small)
    assert done.exit_code == 0, done.output
    found = re.search(r"perplexity ([\d.]+) -> ([\d.]+) on ([\d,]+) tokens of validation texts", done.stderr)
    assert found is not None, done.stderr
    before, after, tokens = (float(one.replace(",", "")) for one in found.groups())
    assert tokens == run.metrics["validation"]["tokens"]
    assert before == pytest.approx(run.metrics["validation"]["perplexity"], rel=1e-4)
    assert after == pytest.approx(before, rel=0.01)
    assert after != before
    assert "| quantized to 8 bits | " in (small / "MODEL_CARD.md").read_text(encoding="utf-8")
    text = CliRunner().invoke(cli, ["generate", "--run", str(small), "the film", "--tokens", "5", "--seed", "1"])
    assert text.exit_code == 0, text.output
    assert text.stdout.startswith("the film")
    scored = [
        CliRunner().invoke(cli, ["predict", "--score", "--json", "--run", str(one), "the film"])
        for one in (small, run.folder)
    ]
    of_small, of_large = (json.loads(one.stdout)["log_probability"] for one in scored)
    assert of_small == pytest.approx(of_large, rel=0.01)
    monkeypatch.setattr(perplexity_cost, "MOST_GAINED", -1.0)
    refused = _export(run, tmp_path / "refused")
    assert refused.exit_code == 2
    assert "the quantized model has a perplexity that is more than 1 % larger" in refused.stderr
    assert not (tmp_path / "refused").exists()
    assert _export(run, tmp_path / "forced", "--force").exit_code == 0


def test_a_model_of_an_earlier_version_cannot_be_measured(tmp_path: Path) -> None:
    """It is found before the validation texts are read."""
    from seqclf.export.perplexity_cost import quantize_measured

    run = Run(write_model(tmp_path / "old-1"))
    with pytest.raises(InputError, match=r"old-1/model.onnx: an earlier version of seqclf wrote it.*export again"):
        quantize_measured(run, run.onnx)
