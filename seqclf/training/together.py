"""What several workers do beside training itself: they compare what they are about to train, and all but worker 0
train in a folder that nobody keeps. Imports no TensorFlow."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqclf.config import Config
from seqclf.config.loading import plain, with_paths
from seqclf.errors import SeqclfError
from seqclf.new_runs import begin_run
from seqclf.runs import Run
from seqclf.training.environment import environment
from seqclf.training.options import TrainOptions
from seqclf.training.roll_call import Facts

_LARGE = (
    "checkpoint",
    "saved_model",
    "evidence",
    "members",
    "*.keras",
    "*.onnx",
    "*.html",
    "history.jsonl",
    "answers*",
    ".*",
)
"""Files of a run that no worker but worker 0 reads, and those that are being written."""


def facts_of(config: Config, options: TrainOptions, resumed: Run | None = None) -> Facts:
    """What must be the same for all workers before they read their texts: options of the config and the command, and
    versions. Of files, only the names: their folders may differ between machines."""
    facts = {f"the version of {name}": str(version) for name, version in environment()["versions"].items()}
    facts |= dict(_options(plain(with_paths(config, lambda path: Path(path).name))))
    facts |= {"--on-nan": options.on_nan, "--resume": "not set" if resumed is None else resumed.name}
    return facts


def _options(section: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Each option of a config by its path, such as ``training.epochs``, with its value in words."""
    for name, value in section.items():
        if isinstance(value, dict) and value:
            yield from _options(value, f"{path}{name}.")
        elif isinstance(value, str) and value.startswith("/"):
            yield f"{path}{name}", Path(value).name
        else:
            yield f"{path}{name}", json.dumps(value)


@contextmanager
def passing_run(config: Config, resumed: Run | None = None) -> Iterator[Run]:
    """A run that is deleted at the end, for a worker other than worker 0; ``resumed``: with the small files of it.

    Raises ``SeqclfError`` if these cannot be copied.
    """
    with tempfile.TemporaryDirectory(prefix="seqclf-worker-", ignore_cleanup_errors=True) as folder:
        if resumed is None:
            yield begin_run(Path(folder), config.name)
            return
        copy = Run(Path(folder) / resumed.name)
        try:
            shutil.copytree(resumed.folder, copy.folder, ignore=shutil.ignore_patterns(*_LARGE))
        except OSError as error:
            why = error.args[0][0][2] if isinstance(error, shutil.Error) else error.strerror
            raise SeqclfError(f"{resumed.folder}: cannot be copied to {folder} for this worker ({why})") from error
        yield copy
