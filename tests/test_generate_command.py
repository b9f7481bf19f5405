"""``seqclf generate``, as a user types it, and its errors from Python."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from made_up_models import LETTERS, write_model

from seqclf.cli import cli
from seqclf.errors import InputError
from seqclf.inference import Generator
from seqclf.runs import Run

ALPHABET = "".join(LETTERS.pieces[2:])
FIRST, REST = ALPHABET[:3], ALPHABET[3:]
HOT = ("--temperature", "100", "--tokens", "30")


@pytest.fixture(scope="module")
def lm_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    write_model(folder / "letters-1")
    return folder


def _call(runs: Path, *arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["generate", "--runs", str(runs), *arguments], input=stdin)


def test_the_prompt_is_continued(lm_runs: Path) -> None:
    done = _call(lm_runs, FIRST, "--seed", "3")
    assert (done.exit_code, done.stdout) == (0, f"{FIRST}{REST}\n")
    assert done.stderr == f"Run {lm_runs / 'letters-1'}\n"
    assert _call(lm_runs, "--run", "letters-1", "--temperature", "0").stdout == f"{ALPHABET}\n"
    assert _call(lm_runs, "--run", str(lm_runs / "letters-1"), "--seed", "1", FIRST, "--tokens", "2").stdout == (
        f"{FIRST}{REST[:2]}\n"
    )
    assert _call(lm_runs, FIRST, "--stop", REST[3], "--stop", REST[1:3]).stdout == f"{FIRST}{REST[:1]}\n"


def test_a_folder_that_export_wrote(lm_runs: Path, tmp_path: Path) -> None:
    for name in ("model.onnx", "tokenizer"):
        copy = shutil.copytree if name == "tokenizer" else shutil.copyfile
        copy(lm_runs / "letters-1" / name, tmp_path / name)
    done = _call(lm_runs, "--run", str(tmp_path), FIRST, "--temperature", "0")
    assert (done.stdout, done.stderr) == (f"{FIRST}{REST}\n", "")


def test_a_text_that_the_limit_cuts_off_is_noted(lm_runs: Path) -> None:
    options = ("--run", "letters-1", FIRST, "--seed", "1")
    note = "The text was cut off after 2 tokens; more: --tokens N\n"
    assert _call(lm_runs, *options, "--tokens", "2").stderr == note
    assert _call(lm_runs, *options, "--tokens", "2", "--samples", "3").stderr.startswith("3 of 3 texts were cut off")
    for whole in (("--tokens", "99"), ("--tokens", "9", "--stop", REST[1]), ("--tokens", "2", "--json")):
        assert _call(lm_runs, *options, *whole).stderr == ""


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_standard_input_is_a_prompt_without_its_last_line_end(end: str, lm_runs: Path) -> None:
    done = _call(lm_runs, "-", "--temperature", "0", "--json", stdin=f"{FIRST}{end}".encode())
    assert json.loads(done.stdout)["prompt"] == FIRST


def test_the_seed_makes_the_same_text_again(lm_runs: Path) -> None:
    drawn = _call(lm_runs, FIRST, *HOT)
    seed = next(line for line in drawn.stderr.splitlines() if line.startswith("Seed ")).removeprefix("Seed ")
    again = _call(lm_runs, FIRST, *HOT, "--seed", seed)
    assert again.stdout == drawn.stdout
    assert "Seed" not in again.stderr
    assert "Seed" not in _call(lm_runs, FIRST, "--temperature", "0").stderr, "nothing is random"


def test_samples_are_separated_and_each_has_its_seed(lm_runs: Path) -> None:
    shown = _call(lm_runs, FIRST, *HOT, "--seed", "7", "--samples", "3").stdout
    texts = [_call(lm_runs, FIRST, *HOT, "--seed", str(seed)).stdout for seed in (7, 8, 9)]
    heads = [f"--- sample {number} of 3, seed {6 + number}\n" for number in (1, 2, 3)]
    assert shown == "".join(head + text for head, text in zip(heads, texts, strict=True))
    assert len(set(texts)) == 3


def test_json_has_an_object_for_each_sample(lm_runs: Path) -> None:
    done = _call(lm_runs, FIRST, "--json", "--seed", "1", "--samples", "2", "--stop", REST[2])
    for seed, line in zip((1, 2), done.stdout.splitlines(), strict=True):
        found = json.loads(line)
        assert found.pop("seconds") >= 0
        assert found == {"prompt": FIRST, "text": REST[:2], "tokens": 3, "ending": "stop", "seed": seed}
    greedy = json.loads(_call(lm_runs, FIRST, "--json", "--temperature", "0").stdout)
    assert (greedy["seed"], greedy["ending"], greedy["tokens"]) == (None, "end of text", len(REST))


def test_unknown_characters_are_named(lm_runs: Path) -> None:
    some = _call(lm_runs, f"ZÉ{FIRST}", "--temperature", "0")
    assert some.exit_code == 0
    assert some.stdout == f"ZÉ{FIRST}{REST}\n"
    assert "Warning: the model does not know 'Z', 'É', which the prompt contains\n" in some.stderr
    none = _call(lm_runs, "ZÉ")
    assert none.exit_code == 2
    assert "Error: the prompt has no token that the model knows: 'Z', 'É'; write a prompt like" in none.stderr
    assert none.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--temperature", "nan"], "'nan': expected a finite number"),
        (["--temperature", "inf"], "'inf': expected a finite number"),
        (["--temperature", "-1"], "-1: expected 0 or more"),
        (["--top-p", "0"], "0: expected more than 0, and 1 at most"),
        (["--top-p", "nan"], "'nan': expected a finite number"),
        (["--top-k", "0"], "0: expected 1 or more"),
        (["--tokens", "0"], "0: expected 1 or more"),
        (["--stop", ""], "expected a text that is not empty"),
        (["--samples", "2", "--temperature", "0"], "with --temperature 0 all would be equal"),
        (["2", "4", "8", "--tokens", "4"], "Put the prompt in quotes; type: seqclf generate '2 4 8'"),
        (["- a list"], "Put -- before texts that start with a dash: seqclf generate"),
        (["--max-tokens", "4"], "Did you mean --tokens?"),
        (["--prompt", "a"], "Give PROMPT without an option"),
    ],
)
def test_wrong_options_say_what_to_type(arguments: list[str], message: str, lm_runs: Path) -> None:
    refused = _call(lm_runs, *arguments)
    assert refused.exit_code == 2
    assert message in refused.stderr


def test_a_run_that_cannot_generate(lm_runs: Path, binary_run: Run, tmp_path: Path) -> None:
    classifier = _call(lm_runs, "--run", str(binary_run.folder), "a")
    assert classifier.exit_code == 2
    assert "is a classifier, but this command needs a language model; choose another run" in classifier.stderr
    assert f"`seqclf predict --run {binary_run.folder}`" in classifier.stderr
    shutil.copytree(binary_run.folder / "tokenizer", tmp_path / "exported" / "tokenizer")
    shutil.copy(binary_run.onnx, tmp_path / "exported" / "model.onnx")
    exported = _call(lm_runs, "--run", str(tmp_path / "exported"), "a")
    assert exported.exit_code == 2
    assert "model.onnx: is a classifier; expected a language model" in exported.stderr
    _write_backward(tmp_path / "runs" / "backward-1")
    backward = _call(tmp_path / "runs", "a")
    assert backward.exit_code == 2
    assert "reads texts from their ends" in backward.stderr
    nothing = _call(tmp_path / "nothing", "a")
    assert nothing.exit_code == 2
    assert "no complete run found" in nothing.stderr


def test_a_model_that_reads_backward_is_not_the_newest(tmp_path: Path) -> None:
    write_model(tmp_path / "letters-1")
    _write_backward(tmp_path / "backward-1")
    manifest = Run(tmp_path / "backward-1").manifest
    Run(tmp_path / "backward-1").update_manifest(ended=f"9{manifest.get('ended', '')}")
    assert _call(tmp_path, FIRST, "--temperature", "0").stdout == f"{FIRST}{REST}\n"
    assert _call(tmp_path, FIRST, "--run", "latest", "--temperature", "0").stdout == f"{FIRST}{REST}\n"
    assert "reads texts from their ends" in _call(tmp_path, FIRST, "--run", "backward").stderr


def _write_backward(folder: Path) -> None:
    write_model(folder, direction="backward")
    (folder / "config.yaml").write_text("task:\n  type: language_model\n  direction: backward\n")


def test_the_text_is_printed_as_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.cli.generated import print_text

    printed = io.StringIO()
    monkeypatch.setattr(sys, "stdout", printed)

    def pieces() -> Iterator[str]:
        assert printed.getvalue() == "2 4"
        yield " 8"
        assert printed.getvalue() == "2 4 8"
        yield " 16"

    print_text("2 4", pieces())
    assert printed.getvalue() == "2 4 8 16\n"


def test_a_terminal_gets_no_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.cli.generated import print_text

    shown = []
    for is_terminal in (True, False):
        printed = io.StringIO()
        monkeypatch.setattr(printed, "isatty", lambda is_terminal=is_terminal: is_terminal)
        monkeypatch.setattr(sys, "stdout", printed)
        print_text("a\x1b[2J\t", ["\x9b", "\n\0é"])
        shown.append(printed.getvalue())
    assert shown == ["a\\x1b[2J\t\\x9b\n\\x00é\n", "a\x1b[2J\t\x9b\n\0é\n"]


def _process(runs: Path, *arguments: str, **options: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "seqclf", "generate", "--runs", str(runs), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of a model that ends no text."""
    folder = tmp_path_factory.mktemp("endless")
    write_model(folder / "letters-1", ends=False)
    return folder


def test_an_interrupted_text_ends_its_line(endless: Path) -> None:
    # A shell's background job, such as these tests may be, ignores SIGINT, and so would its processes.
    process = _process(
        endless,
        "--tokens",
        "100000000",
        "--seed",
        "1",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    assert process.stdout.read(20) == (ALPHABET * 3)[:20].encode(), "it comes before the text is complete"
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert rest.endswith(b"\n")
    assert process.returncode == 130
    assert errors.endswith(b"Interrupted.\n") and b"Traceback" not in errors


def test_a_reader_that_has_enough_ends_the_text(endless: Path) -> None:
    process = _process(endless, "--tokens", "100000000", "--seed", "1")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(5)
    process.stdout.close()
    started = time.monotonic()
    assert process.wait(60) == 1
    assert time.monotonic() - started < 30
    assert b"Error" not in process.stderr.read()
    process.stderr.close()


def test_generating_imports_nothing_heavy(lm_runs: Path) -> None:
    program = (
        "import sys; sys.argv = ['seqclf', 'generate', 'a', '--seed', '1']\n"
        "from seqclf.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'tensorflow', 'keras', 'pydantic', 'rich', 'onnx', 'sklearn', 'scipy'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    environment = os.environ | {"SEQCLF_RUNS": str(lm_runs)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines()[-1] == "heavy: []"


@pytest.mark.parametrize("prompt", [None, 3, b"abc", ["abc"]])
def test_a_prompt_is_a_string(prompt: Any, tmp_path: Path) -> None:
    generator = Generator.load(write_model(tmp_path / "run"))
    with pytest.raises(InputError, match="prompt: expected a string, found"):
        generator.generate(prompt)
