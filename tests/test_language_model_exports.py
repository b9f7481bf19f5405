"""``seqclf export`` of language models: what the model card says is what the folder does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import trained
from language_models import lm_config
from trainings import QUICK_START

from seqclf.cli import cli
from seqclf.inference import Generator, Scorer
from seqclf.metrics.scores import number_of
from seqclf.runs import Run

PROMPT = "a text"


@pytest.fixture(scope="module")
def run(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    config = lm_config(sample_csv, training__epochs=1, tokenizer={"type": "char", "max_tokens": 512})
    return trained(config, tmp_path_factory.mktemp("language_models"))  # type: ignore[no-any-return]


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def _run_of_card(folder: Path) -> str:
    """What the Python code of a folder's card prints there."""
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    script = "\n".join(re.findall(r"```python\n(.*?)```", card, re.DOTALL))
    if "onnx" not in script:
        script = QUICK_START + script
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert "onnxruntime:" not in done.stderr, "the program prints warnings of ONNX Runtime"
    return done.stdout


@pytest.mark.parametrize("form", ["saved_model", "onnx", "keras"])
def test_exports_answer_as_their_card_says(form: str, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = _call("export", "--format", form, "--to", str(out), "--run", str(run.folder))
    assert (done.exit_code, done.stdout) == (0, f"{out}\n"), done.output
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    perplexity = number_of("perplexity", run.metrics["validation"]["perplexity"])
    for part in (
        f"# {run.name}",
        "it continues a text",
        perplexity,
        "## Limits",
        "embedding - gru",
        "| tokenizer | char |",
    ):
        assert part in card
    printed = _run_of_card(out)
    generator = Generator.load(run.folder)
    if form == "saved_model":
        expected = [generator.generate(prompt, temperature=0) for prompt in (PROMPT, "")]
        assert str(expected) in printed
        assert "has at most 200 tokens" in card
    elif form == "onnx":
        assert generator.generate("", tokens=50, temperature=0.8, seed=1) in printed
        score = Scorer.load(run.folder).score(PROMPT)
        assert f"{score.log_probability} {score.perplexity} {score.bits_per_character}" in printed
        texts = [_call("generate", "--run", str(one), PROMPT, "--seed", "1").stdout for one in (out, run.folder)]
        assert texts[0] == texts[1] != f"{PROMPT}\n"
    inside = _call("export", "--format", form, "--run", str(run.folder)).stdout.strip()
    assert Path(inside) == run.model_in(form)
    assert Path(inside).exists()


def test_the_number_of_tokens_is_chosen_at_the_export(run: Run, tmp_path: Path) -> None:
    import tensorflow as tf

    out = tmp_path / "short"
    done = _call("export", "--tokens", "3", "--to", str(out), "--run", str(run.folder))
    assert (done.exit_code, done.stdout) == (0, f"{out}\n"), done.output
    assert "has at most 3 tokens" in (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == ["assets", "variables"]
    loaded = tf.saved_model.load(str(out))
    answer = loaded.signatures["serving_default"](text=tf.constant([PROMPT, ""]))
    texts = [Generator.load(run.folder).generate(prompt, temperature=0, tokens=3) for prompt in (PROMPT, "")]
    assert [text.decode() for text in answer["text"].numpy()] == texts
    definition = loaded.signatures["sample"].graph.as_graph_def()
    operators = {node.op for node in definition.node}
    operators |= {node.op for function in definition.library.function for node in function.node_def}
    assert "LookupTableFindV2" in operators
    assert not {op for op in operators if op.startswith(("Cudnn", "Xla", "PyFunc", "EagerPyFunc"))}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tokens", "3"], "--tokens works only with --format saved_model, and needs --to"),
        (["--tokens", "3", "--format", "onnx", "--to", "x"], "--tokens works only with --format saved_model"),
        (["--tokens", "0", "--to", "x"], "0: expected from 1 to 100,000"),
    ],
)
def test_options_that_do_not_fit_are_errors(arguments: list[str], said: str, run: Run) -> None:
    done = _call("export", *arguments, "--run", str(run.folder))
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_the_number_of_tokens_of_a_classifier_is_an_error(binary_run: Run, tmp_path: Path) -> None:
    done = _call("export", "--tokens", "3", "--to", str(tmp_path / "x"), "--run", str(binary_run.folder))
    assert done.exit_code == 2
    assert "--tokens works only with language models" in done.stderr


def test_a_backward_model_only_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.config import checked_config
    from seqclf.export.card import About
    from seqclf.export.language_model_card import language_model_card
    from seqclf.labels import NO_LABELS

    config = checked_config(lm_config(data={"source": "sample"}, task={"direction": "backward"}))
    manifest: dict[str, Any] = {"data": "x.csv", "started": "2026-01-02T03", "seed": 7}
    for form in ("saved_model", "onnx"):
        card = language_model_card(About("back-1", config, NO_LABELS, manifest, {}), form, {})  # type: ignore[arg-type]
        assert "it reads texts from their ends" in card
        assert "Nothing: `seqclf eval` measures" in card
        assert "serving_default" not in card
        assert "generate" not in card
