"""The commands in README and docs work."""

from __future__ import annotations

import itertools
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
from conftest import POOLED, trained, written_config
from language_models import lm_config
from trainings import QUICK_START

from seqclf.config import checked_config, load_config
from seqclf.config.schema.initialize import InitializeConfig
from seqclf.layer_types.recurrent import Lstm
from seqclf.runs import Run

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def _prose(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def test_the_readme_s_config_is_valid() -> None:
    (text,) = _blocks(ROOT / "README.md", "yaml")
    assert checked_config(yaml.safe_load(text.replace("1e-3", "0.001"))).name == "reviews"


def test_the_training_page_s_configs_are_valid() -> None:
    whole = {"data": {"source": "sample"}, "layers": [{"type": "pool"}]}
    first, with_terms, unlabelled, by_depth = (
        checked_config(whole | yaml.safe_load(text.replace("2e-3", "0.002")))
        for text in _blocks(ROOT / "docs" / "training.md", "yaml")
    )
    assert first.training.accumulate_steps == 2
    assert [one.type for one in with_terms.training.objectives] == ["adversarial", "r_drop"]
    assert unlabelled.training.reads_unlabelled
    assert by_depth.training.unfreeze_every == 1


def test_the_pretraining_page_s_configs_fit_each_other(tmp_path: Path) -> None:
    """Those of its tutorial; shapes of other examples depend on runs that a reader may have."""
    configs = []
    for text in _blocks(ROOT / "docs" / "pretraining.md", "yaml")[:2]:
        path = tmp_path / text.splitlines()[0].removeprefix("# ")
        path.write_text(text, encoding="utf-8")
        configs.append(load_config(path))
    pretraining, tuning = configs
    assert isinstance(tuning.initialize, InitializeConfig) and tuning.initialize.origins == (pretraining.name,)
    assert tuning.embedding.dim == pretraining.embedding.dim
    first, other = pretraining.layers[0], tuning.layers[0]
    assert isinstance(first, Lstm) and isinstance(other, Lstm) and first.units == other.units


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_their_options_exist(page: Path) -> None:
    from seqclf.cli import cli

    commands = [line for block in _blocks(page, "console") for line in block.splitlines() if "seqclf " in line]
    for line in commands:
        words = shlex.split(re.split(" [<>|] ", line.split("seqclf ", 1)[1])[0], comments=True)
        command = cli.commands[words[0]]
        if isinstance(command, click.Group):
            command = command.commands[words.pop(1)]
        arguments = [word for word in words[1:] if not (ROOT / word).is_dir()]
        command.make_context(words[0], arguments, resilient_parsing=False)
    for config in re.findall(r"configs/\w+\.yaml", page.read_text(encoding="utf-8")):
        assert (ROOT / config).is_file()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\[[^\]\"]+\]\((?!http)([^)#]+)\)", _prose(page)):
        assert (page.parent / target).exists(), target


@pytest.fixture(scope="module")
def language_model_run(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    from seqclf.cli.exported_language_model import make_saved_model

    config = lm_config(sample_csv, training__epochs=1, tokenizer={"type": "char", "max_tokens": 512})
    run: Run = trained(config, tmp_path_factory.mktemp("language_models"))
    make_saved_model(run, run.saved_model, tokens=5)
    return run


def test_python_examples_run(
    binary_run: Run, offers_run: Run, language_model_run: Run, sample_csv: Path, tmp_path: Path
) -> None:
    """Each with names of its own, and with a config that trains in a second. All share a process, except what must run
    before TensorFlow computes anything."""
    config = written_config(tmp_path, sample_csv, layers=POOLED)
    together, alone = [], []
    for block in itertools.chain.from_iterable(_blocks(page, "python") for page in PAGES):
        program = block.replace('"my_model"', repr(str(binary_run.saved_model)))
        program = program.replace('"my_onnx_model"', repr(str(binary_run.folder)))
        program = program.replace('"my_offers_model"', repr(str(offers_run.saved_model)))
        program = program.replace('"my_offers_onnx_model"', repr(str(offers_run.folder)))
        program = program.replace('"my_language_model/model.onnx"', repr(str(language_model_run.onnx)))
        program = program.replace('"my_language_model"', repr(str(language_model_run.folder)))
        program = program.replace('"my_writer"', repr(str(language_model_run.saved_model)))
        program = program.replace('"configs/quickstart.yaml"', repr(str(config)))
        runs = binary_run.folder.parent if "find_model" in block else tmp_path
        if "write_report" in block:  # into a run that other tests do not share
            runs = tmp_path / "reported"
            shutil.copytree(binary_run.folder, runs / "binary-1")
        program = program.replace('"runs"', repr(str(runs)))
        (alone if "tune_runtime(" in program else together).append(program)
    assert alone and together
    for programs in (together, *([program] for program in alone)):
        code = (
            QUICK_START
            + f"for program in {programs!r}: exec(compile(program, program, 'exec'), {{'__name__': 'example'}})"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stderr
