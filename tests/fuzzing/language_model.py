"""The target of ``seqclf generate``: prompts of any bytes, and a language model with one file replaced."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from click.testing import CliRunner
from made_up_models import write_model

from seqclf.cli import cli
from seqclf.generation import Generator

_TOKENS = 5
_FILES = ("model.onnx", "tokenizer/tokenizer.json", "manifest.json")
_METADATA = ("end_id", "states", "direction", "task")
_KINDS = 1 + len(_FILES) + len(_METADATA)


def generate(data: bytes, folder: Path) -> None:
    """The first byte says what the rest replaces: the prompt, a file, or an entry of the model's metadata."""
    whole = folder.with_name("whole_language_model")
    if not whole.exists():
        write_model(whole)
    kind, content = (data[0] % _KINDS if data else 0), data[1:]
    if kind == 0:
        _continue(whole, content)
        return
    run = Path(shutil.copytree(whole, folder / "x-1"))
    if kind <= len(_FILES):
        (run / _FILES[kind - 1]).write_bytes(content)
    else:
        _describe(run / "model.onnx", _METADATA[kind - 1 - len(_FILES)], content)
    _continue(run, b"abc")


def _continue(run: Path, prompt: bytes) -> None:
    """A text, or a message: never a traceback, nor a text beside an error."""
    arguments = ["generate", "--run", str(run), "-", "--tokens", str(_TOKENS), "--seed", "1", "--json"]
    done = CliRunner().invoke(cli, arguments, input=prompt)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code in (0, 2), done.output
    if done.exit_code == 2:
        assert (done.stdout, done.stderr.startswith("Error: ")) == ("", True)
        return
    found = json.loads(done.stdout)
    assert found["tokens"] <= _TOKENS
    assert found["text"].encode() is not None  # valid Unicode
    if found["ending"] == "tokens":
        assert found["text"] == Generator.load(run).generate(found["prompt"], tokens=_TOKENS, seed=1)


def _describe(model: Path, name: str, value: bytes) -> None:
    """Replace an entry of the metadata."""
    import onnx

    changed = onnx.load(model)
    for entry in changed.metadata_props:
        if entry.key == name:
            entry.value = value.decode("latin-1")
    onnx.save(changed, model)


def generate_seeds(folder: Path) -> list[bytes]:
    """Valid inputs."""
    import onnx

    whole = write_model(folder / "seed_language_model")
    about = {entry.key: entry.value.encode() for entry in onnx.load(whole / "model.onnx").metadata_props}
    prompts = [b"\0", b"\0abc", "\0ab \u00e9\n\u65e5 h".encode(), b"\0\xff\xfe a\0\x1b[2J"]
    files = [bytes([kind]) + (whole / name).read_bytes() for kind, name in enumerate(_FILES, 1)]
    return [*prompts, *files, *(bytes([kind]) + about[name] for kind, name in enumerate(_METADATA, 1 + len(_FILES)))]
