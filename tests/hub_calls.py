"""Commands that talk to a hub, for tests: their output never has the token."""

from __future__ import annotations

from click.testing import CliRunner, Result
from hub_server import TOKEN

from seqclf.cli import cli
from seqclf.runs import Run

TEXT = "the film was charming"


def call(*words: str) -> Result:
    """Run a command."""
    done = CliRunner().invoke(cli, words)
    assert TOKEN not in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def push(run: Run, *words: str, name: str = "ann/reviews") -> Result:
    """Push a run."""
    return call("push", str(run.folder), name, *words)


def on_one_line(text: str) -> str:
    """A message without its line breaks."""
    return " ".join(text.split())
